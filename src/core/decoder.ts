import type { Channel } from './position.ts';
import type { RecordTable } from './record-table.ts';
import type { Region } from './region.ts';

/** How the lines of a file are written. Detected per generation from its first line. */
export type LogFormat = 'cri' | 'docker' | 'raw';

/**
 * Turns complete lines into rows of a record table. One decoder serves all streams: what belongs to a stream (open
 * partial lines) is in its Joiner.
 */
export interface Decoder {
  readonly format: LogFormat;
  /**
   * Decodes the lines in `region.bytes[from, to)`; `bytes[to - 1]` is a newline. Stops early when the table is full or the
   * arena has no room, so that the caller can hand out the batch and come back.
   *
   * @returns the index just after the last line that was decoded
   */
  decode(region: Region, from: number, to: number, lines: DecodeContext): number;
}

/** What the decoder needs to know of the place it reads, and where it says what it found. */
export interface DecodeContext {
  readonly table: RecordTable;
  readonly joiner: Joiner;
  /** Offset in the generation of `region.bytes[0]`: source offset of a line = base + its index. */
  readonly base: number;
  /** Lines of stdout (or of a file that does not tell) that begin before this index were delivered earlier: skip them. */
  readonly skipStdoutBefore: number;
  /** The same for stderr. */
  readonly skipStderrBefore: number;
  /** Longest message in bytes; longer ones are cut, at a character boundary. */
  readonly maxMessageBytes: number;
  /** Flags for every row made from these lines (PARTIAL or TRUNCATED for a line that the reader itself had to end). */
  readonly lineFlags: number;
  /** Span of the time for lines that carry none (raw files, unparsed lines), RFC 3339. */
  readonly observedTimeStart: number;
  readonly observedTimeEnd: number;
  readonly observedSeconds: number;
  readonly observedNanoseconds: number;
  /** The decoder adds the bytes that it cut off. */
  oversizeBytes: number;
  /** The decoder counts the lines that did not follow the format. */
  unparsedLines: number;
}

/**
 * The open partial lines of one container stream, one per channel. They survive rotation, because a record that was
 * begun in one generation may end in the next.
 */
export interface Joiner {
  isOpen(channel: Channel): boolean;
  /** Keeps a piece of a line that goes on. `sourceOffset` is where the piece's line begins in its generation. */
  append(channel: Channel, bytes: Uint8Array, start: number, end: number, sourceOffset: number): void;
  /**
   * Ends the open record with its last piece and lays the whole message into the region's arena.
   *
   * @returns false when the arena has no room: nothing was changed, hand out the batch and call again
   */
  complete(channel: Channel, region: Region, start: number, end: number, joined: JoinedRecord): boolean;
}

/** What `complete` says of the record; one object, used again and again. */
export interface JoinedRecord {
  messageStart: number;
  messageEnd: number;
  sourceOffset: number;
  /** PARTIAL, TRUNCATED or CARRIED, as they apply. */
  flags: number;
  /** Bytes that were cut off because the record was longer than the limit. */
  oversizeBytes: number;
}
