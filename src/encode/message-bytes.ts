import type { Batch } from '../core/batch.ts';
import { MESSAGE_END, MESSAGE_START, SLOTS } from '../core/record-table.ts';

/** The length of all messages of a batch together: two loads and two additions a row, about 1 ns. */
export const messageBytes = (batch: Batch): number => {
  const { ints, rows } = batch.table;
  let bytes = 0;
  for (let slot = 0, end = rows * SLOTS; slot < end; slot += SLOTS) {
    bytes += (ints[slot + MESSAGE_END] ?? 0) - (ints[slot + MESSAGE_START] ?? 0);
  }
  return bytes;
};
