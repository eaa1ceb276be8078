/**
 * Where a reader stands in a container stream.
 *
 * Bytes of stdout and stderr are mixed in one file, and a record of one std stream may stay open (a partial line, a stack
 * trace) while records of the other pass it. So a stream position has one low-water mark per channel: every line of that
 * channel that begins before the mark was delivered or is in the ledger, no line that begins at or after it was. Reading
 * resumes at the lower mark and skips the lines that are behind their own channel's mark. That is exact whatever was open,
 * and it does not depend on when a time-out closed a record.
 */
export interface Position {
  /** The generation's sequence number in its container stream: 1, 2, 3… in the order in which the bytes were written. */
  readonly generation: number;
  /** Bytes from the generation's start; of the decompressed bytes where it is a .gz. */
  readonly offset: number;
}

export const STDOUT = 0;
export const STDERR_CHANNEL = 1;
/** 0: stdout, and all lines of a file that does not tell. 1: stderr. */
export type Channel = typeof STDOUT | typeof STDERR_CHANNEL;

export interface StreamPosition {
  readonly stdout: Position;
  readonly stderr: Position;
}

export const comparePositions = (a: Position, b: Position): number =>
  a.generation === b.generation ? a.offset - b.offset : a.generation - b.generation;

export const samePosition = (a: StreamPosition, b: StreamPosition): boolean =>
  comparePositions(a.stdout, b.stdout) === 0 && comparePositions(a.stderr, b.stderr) === 0;

export const laterOf = (a: Position, b: Position): Position => (comparePositions(a, b) >= 0 ? a : b);

/** Where reading has to resume: the lower of the two marks. */
export const lowWater = (position: StreamPosition): Position =>
  comparePositions(position.stdout, position.stderr) <= 0 ? position.stdout : position.stderr;

/** Both channels at one place: nothing is open there. */
export const positionAt = (generation: number, offset: number): StreamPosition => {
  const position = { generation, offset };
  return { stdout: position, stderr: position };
};
