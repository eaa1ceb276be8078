import type { Allocate } from './allocate.ts';
import type { GenerationSeed } from './batch.ts';
import type { Channel } from './position.ts';
import type { RecordTable, Row } from './record-table.ts';
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
  /** The decoder counts the NULs that it skipped at the start of lines: holes that a truncation left in the file. */
  nulBytes: number;
}

/**
 * One piece of a record, as its line gave it; or, after `complete` and `flush`, the whole record. All spans are indexes
 * into the region. One object, used again and again.
 */
export interface Piece extends Row {
  /** Bytes of the message that were already cut off, because they are beyond the limit. */
  oversizeBytes: number;
}

/**
 * The open partial lines of one container stream, one per channel. They survive rotation, because a record that was
 * begun in one generation may end in the next.
 */
export interface Joiner {
  isOpen(channel: Channel): boolean;
  /** How many bytes of the open record are kept; 0 if none is open. Never more than the longest message. */
  openBytes(channel: Channel): number;
  /** A record of at most so many bytes would be kept, whatever its pieces. */
  readonly sureBytes: number;
  /**
   * Keeps a piece of a record that goes on. `sourceOffset` is where the piece's line begins in its generation.
   *
   * @returns false when there is no memory left to keep it in: nothing was changed. Close the record here, with `complete`
   *   or, if none is open, as a row of its own, and mark it PARTIAL; so nothing is lost.
   */
  append(channel: Channel, region: Region, piece: Piece): boolean;
  /**
   * Ends the open record (there must be one) with its last piece, lays the whole message into the region's arena and turns
   * `piece` into the record: the first piece's source offset, the last piece's time, the flags of all of them and JOINED,
   * TRUNCATED or CARRIED as they apply.
   *
   * @returns false when the arena has no room: nothing was changed, hand out the batch and call again
   */
  complete(channel: Channel, region: Region, piece: Piece): boolean;
}

/** A joiner as the tail room needs it, which alone knows of generations, of time and of the end of a container. */
export interface StreamJoiner extends Joiner {
  /** Monotonic milliseconds, set by the tail room before it decodes. */
  now: number;
  /** Says which generation the lines that follow are from. */
  enter(generation: number, seed: GenerationSeed): void;
  /** `now` as it was when the open record's first piece came; undefined if none is open. */
  openSince(channel: Channel): number | undefined;
  /** Where the open record begins: no checkpoint may pass it. undefined if none is open. */
  first(channel: Channel): RecordPlace | undefined;
  /** The seed for the rows with CARRIED that this channel gave since the last `enter`. */
  carriedSeed(channel: Channel): GenerationSeed;
  /**
   * Closes the open record (there must be one) without its last piece (the container is gone, or it was waited for long
   * enough). Its message and the time of its last piece go into the arena, and `record` becomes a row with PARTIAL and all
   * other flags it needs.
   *
   * @returns false when the arena has no room: nothing was changed
   */
  flush(channel: Channel, region: Region, record: Piece): boolean;
  /** Forgets all open records. */
  reset(): void;
}

/** Where a record begins. */
export interface RecordPlace {
  readonly generation: number;
  readonly offset: number;
  readonly seed: GenerationSeed;
}

/** The decode room, as the tailing side uses it. */
export interface Decoding {
  /** Where the memory comes from in which the decoders are quick. */
  readonly allocate: Allocate;
  decoderFor(format: LogFormat): Decoder;
  newJoiner(): StreamJoiner;
  detectFormat(bytes: Uint8Array, start: number, end: number, kubeletNamed: boolean): LogFormat | undefined;
}
