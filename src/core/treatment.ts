import type { GenerationSeed } from './batch.ts';
import type { LogFormat, Piece, RecordPlace } from './decoder.ts';
import type { Origin } from './origin.ts';
import type { Channel } from './position.ts';
import type { RecordTable } from './record-table.ts';
import type { Region } from './region.ts';

/**
 * How a container stream is treated: what its records carry, whether and how fast it is read, and what is done to its records
 * between decoding and encoding. Resolved once per stream, and again when its pod changes.
 */
export interface Treatment {
  /** What is known of the stream by now. */
  readonly origin: Origin;
  /** Its pod is being asked for: nothing is read until the answer is there, or was waited for long enough. */
  readonly isAwaited: boolean;
  /** Nobody wants it, as far as one knows by now: while it is awaited that may change. */
  readonly isExcluded: boolean;
  /** If not, and it is excluded: nobody has said that somebody wants it, and it keeps its place for when that is said. */
  readonly isPodKnown: boolean;
  /** How its lines are written, where somebody has said so. */
  readonly format: LogFormat | undefined;
  /** How fast its pod may be read; undefined: as fast as can be. */
  readonly rateLimit: RateLimit | undefined;
  /** Joins records that belong together; two with equal `multiline` do the same. Empty: nothing is joined. */
  readonly multiline: string;
  newLineJoiner(): LineJoiner | undefined;
  /** Changes, adds to and drops records; undefined: they stay as they are. */
  readonly shaper: Shaper | undefined;
}

export interface RateLimit {
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  /** What happens to what is over: it waits in its file, or it is read, dropped and counted. */
  readonly excess: 'delay' | 'drop';
}

/** As if nobody had said anything about the stream. */
export const plainTreatment = (origin: Origin): Treatment => ({
  origin,
  isAwaited: false,
  isExcluded: false,
  isPodKnown: false,
  format: undefined,
  rateLimit: undefined,
  multiline: '',
  newLineJoiner: () => undefined,
  shaper: undefined,
});

/** Whether nobody wants the stream, and nobody is asked any more. */
export const isLeftOut = ({ isExcluded, isAwaited }: Treatment): boolean => isExcluded && !isAwaited;

/** Gives each stream its treatment. */
export interface Treatments {
  /** The same object again unless something changed. */
  of(streamKey: string, origin: Origin): Treatment;
  /** Nothing is left of the stream. */
  forget(streamKey: string): void;
}

/**
 * Joins rows that belong together (a stack trace) into one, per channel and across batches and generations. One per lane, as
 * with Joiner: what it holds back keeps the lane's marks where it begins.
 */
export interface LineJoiner {
  /** Monotonic milliseconds, set before each use. */
  now: number;
  /** Says which generation the rows that follow are from. */
  enter(generation: number, seed: GenerationSeed): void;
  /** Joins the rows of the table in place, and holds back a channel's last one if more of it may come. */
  join(region: Region, table: RecordTable, counts: { oversizeBytes: number }): void;
  isOpen(channel: Channel): boolean;
  /** Until when what is open is waited for, monotonic ms; undefined if nothing is. */
  dueMs(channel: Channel): number | undefined;
  /** Where the open record begins. */
  first(channel: Channel): RecordPlace | undefined;
  /**
   * The seed for the rows with CARRIED that this channel gave since the last `enter`; undefined if it gave none: then those that
   * there are have theirs from the StreamJoiner.
   */
  carriedSeed(channel: Channel): GenerationSeed | undefined;
  /**
   * Closes the open record (there must be one): message and time go into the arena, and `record` becomes its row. Lines that
   * waited whether they are part of it stay, as records of their own: call again until `isOpen` says no.
   *
   * @returns false when the arena has no room: nothing was changed
   */
  flush(channel: Channel, region: Region, record: Piece): boolean;
  /** Forgets all open records. */
  reset(): void;
}

/** Changes the records of a batch; keeps nothing between batches that a restart would miss. */
export interface Shaper {
  /**
   * Rewrites the rows of the table in place: new messages and fields lie in the arena, dropped rows are taken out. The order of
   * messages in the arena is that of the rows (see RecordTable), so if one row is rewritten, all JOINED ones behind it are too.
   */
  shape(region: Region, table: RecordTable, counts: ShapeCounts): void;
}

/** Added to by shapers; nothing of it is a loss: somebody wanted it so. */
export interface ShapeCounts {
  droppedRecords: number;
  droppedBytes: number;
}
