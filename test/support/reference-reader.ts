import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Reads log files slowly and obviously: what birler's output is compared with. Nothing here is shared with birler.
 */
export interface ReferenceRecord {
  readonly std: string;
  readonly message: Buffer;
  /** The time of the record's last piece, as it stands in the file: when the record was complete. */
  readonly time: string;
  /** The writer never wrote the end of this record. */
  readonly partial: boolean;
}

/** All generations of a container's log, oldest first, each once, as one run of bytes. */
export function readGenerations(log: string): Buffer {
  const names = readdirSync(dirname(log)).filter((name) => name.startsWith(`${basename(log)}.`));
  const rotated = names.filter((name) => !name.endsWith('.tmp') && !names.includes(`${name}.gz`)).toSorted();
  // `.1` is newer than `.2` where names are shifted; stamps are in the order of time.
  const ordered = rotated.some((name) => /\.\d{1,3}(\.gz)?$/.test(name)) ? rotated.toReversed() : rotated;
  return Buffer.concat([...ordered, basename(log)].map((name) => readPlain(join(dirname(log), name))));
}

const readPlain = (path: string): Buffer =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path);

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
    yield bytes.subarray(from, at);
    from = at + 1;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

interface Piece {
  readonly std: string;
  readonly time: string;
  readonly content: Buffer;
  readonly isLast: boolean;
}

/** Puts pieces together, per std stream; a record stands where its last piece was written, open ones at the end. */
function joinPieces(pieces: Iterable<Piece>): ReferenceRecord[] {
  const open = new Map<string, Piece[]>();
  const records: ReferenceRecord[] = [];
  const close = (std: string, list: readonly Piece[], partial: boolean): void => {
    const message = Buffer.concat(list.map((piece) => piece.content));
    records.push({ std, message, time: list.at(-1)?.time ?? '', partial });
  };
  for (const piece of pieces) {
    const list = [...(open.get(piece.std) ?? []), piece];
    if (piece.isLast) close(piece.std, list, false);
    if (piece.isLast) open.delete(piece.std);
    else open.set(piece.std, list);
  }
  for (const [std, list] of open) close(std, list, true);
  return records;
}

/** `TIME STD TAG CONTENT`, by splitting at the first three spaces. */
function criPiece(line: Buffer): Piece {
  const first = line.indexOf(32);
  const second = line.indexOf(32, first + 1);
  const third = line.indexOf(32, second + 1);
  return {
    time: line.toString('latin1', 0, first),
    std: line.toString('latin1', first + 1, second),
    isLast: line.toString('latin1', second + 1, third).startsWith('F'),
    content: line.subarray(third + 1),
  };
}

export const readCri = (bytes: Buffer): ReferenceRecord[] => joinPieces(linesOf(bytes).map(criPiece));

/** `{"log":"…\n","stream":"…","time":"…"}`; a piece of a longer line lacks the newline. */
function dockerPiece(line: Buffer): Piece {
  const { log, stream, time } = JSON.parse(line.toString('utf8')) as Record<
    'log' | 'stream' | 'time',
    string
  >;
  const isLast = log.endsWith('\n');
  return { std: stream, time, isLast, content: Buffer.from(isLast ? log.slice(0, -1) : log) };
}

export const readDocker = (bytes: Buffer): ReferenceRecord[] => joinPieces(linesOf(bytes).map(dockerPiece));
