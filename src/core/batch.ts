import type { Gap } from './gap.ts';
import type { Origin } from './origin.ts';
import type { StreamPosition } from './position.ts';
import type { RecordTable } from './record-table.ts';

/**
 * Records of one container stream, in order: bytes, and a table of integers that says what they mean.
 *
 * The memory belongs to the reader and is used again for the next batch: whoever is handed a batch copies what it needs
 * before it returns.
 */
export interface Batch {
  readonly streamKey: string;
  readonly origin: Origin;
  readonly bytes: Uint8Array;
  readonly table: RecordTable;
  /** The span of `bytes` that was read from the file. Messages of rows without JOINED, and all times, lie in it. */
  readonly inputStart: number;
  readonly inputEnd: number;
  /** What the record ids of this generation begin with; see `recordId`. */
  readonly seed: GenerationSeed;
  /** Seeds for rows with CARRIED, by channel. */
  readonly carriedSeed: readonly [GenerationSeed, GenerationSeed];
  /** What is missing just before the first record of this batch. */
  readonly gaps: readonly Gap[];
  /** Bytes that were cut off records of this batch (rows with TRUNCATED), already outside every message. */
  readonly oversizeBytes: number;
  /** Where the stream stands once everything in this batch was acknowledged. */
  readonly end: StreamPosition;
}

/** 64 bits made of the stream's key and the generation's first line: the same bytes give the same seed everywhere. */
export interface GenerationSeed {
  readonly high: number;
  readonly low: number;
}
