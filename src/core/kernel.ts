import type { Allocate } from './allocate.ts';
import type { Batch } from './batch.ts';
import type { DecodeContext } from './decoder.ts';
import type { RecordTable } from './record-table.ts';
import type { Region } from './region.ts';

export const KERNEL_CHOICES = ['auto', 'wasm', 'typescript'] as const;
export type KernelChoice = (typeof KERNEL_CHOICES)[number];

/**
 * The byte work of the hot path, for the plain cases only. The decoder and the encoder ask it to go as far as it can from
 * where they are, do the one line or row that it left, and ask again. So what a line means is said in one place, decode/ and
 * encode/, and a kernel has nothing to decide: a case that it does not know is one that it leaves.
 *
 * Two implementations: the one in plain TypeScript leaves everything; the one in WebAssembly does nearly everything.
 */
export interface Kernel {
  readonly name: 'wasm' | 'typescript';
  /** Memory that the kernel can reach, for region and record table. What lies elsewhere is left to TypeScript. */
  readonly allocate: Allocate;
  /** The same for parcels: if there are too many, the last ones lie elsewhere. */
  readonly allocateParcel: Allocate;
  /**
   * Decodes whole CRI lines from `from` on into rows of the table; `to` as in Decoder.decode.
   *
   * @returns the index of the first line that it left, or `to`
   */
  decodeCri(region: Region, from: number, to: number, lines: DecodeContext): number;
  /**
   * Encodes rows from `row` on as JSON lines into `target` from `at` on. Writes only inside the target.
   *
   * @returns the first row that it left, or the number of rows; `written` is then the index after the last byte
   */
  encodeJson(work: JsonWork, row: number, at: number): number;
  readonly written: number;
  /** The same for messages with a newline behind each. */
  encodeRaw(batch: Batch, target: Uint8Array, row: number, at: number): number;
  /**
   * Finds the rows whose messages begin with certain two bytes.
   *
   * @param pairs by first byte: bit n for the second bytes whose lowest five bits are n. The same object again while it says the same
   * @param found has room for all rows
   * @returns false if it leaves that, and nothing was changed
   */
  findBeginnings(bytes: Uint8Array, table: RecordTable, pairs: Int32Array, found: FoundRows): boolean;
}

/** Some rows of a table, in order; and which flags any of all its rows has, and which all have (without rows: all flags). */
export interface FoundRows {
  readonly rows: Int32Array;
  count: number;
  anyFlags: number;
  allFlags: number;
}

/** What stays the same for all rows of a batch. */
export interface JsonWork {
  readonly batch: Batch;
  readonly target: Uint8Array;
  /** How each line ends, from the quote behind the message to the newline. */
  readonly ending: Uint8Array;
  /** Whether each line has an id. */
  readonly hasIds: boolean;
}
