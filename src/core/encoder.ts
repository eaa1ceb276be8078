import type { Batch } from './batch.ts';

export type OutputFormat = 'json' | 'raw' | 'cri' | 'pretty' | 'none';

/** Turns a record table into the bytes of an output format. */
export interface Encoder {
  /** About how many bytes the batch will need: a little too much is better than a little too little. */
  estimate(batch: Batch): number;
  /**
   * Writes the batch's gap records (if the output wants them) and all of its records into `target`, from `at` on.
   *
   * @returns the index after the last byte written, or NO_ROOM, and then what stands after `at` means nothing
   */
  encode(batch: Batch, target: Uint8Array, at: number): number;
}

export const NO_ROOM = -1;
