import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import type { Kernel } from '../core/kernel.ts';
import { MESSAGE_END, MESSAGE_START, SLOTS } from '../core/record-table.ts';
import { copySpan, memoryOf } from './memory.ts';

const NEWLINE = 0x0a;

/**
 * Each message and a newline, bytes untouched, valid UTF-8 or not.
 *
 * Nothing in this format could tell a gap record from what a container wrote, so none is written, whatever the output's
 * settings: gaps are in the ledger all the same. For the same reason nothing shows that a record was partial or cut.
 */
export const createRawEncoder = (kernel: Kernel): Encoder => ({
  estimate: (batch) => batch.table.messageBytes + batch.table.rows,
  encode: (batch, target, at) => encodeRaw(batch, target, at, kernel),
});

const encodeRaw = (batch: Batch, target: Uint8Array, at: number, kernel: Kernel): number => {
  const { ints, rows } = batch.table;
  const from = memoryOf(batch.bytes);
  const to = memoryOf(target);
  let write = at;
  let row = 0;
  for (;;) {
    row = kernel.encodeRaw(batch, target, row, write);
    write = kernel.written;
    if (row === rows) return write;
    const start = ints[row * SLOTS + MESSAGE_START] ?? 0;
    let end = ints[row * SLOTS + MESSAGE_END] ?? 0;
    row++;
    // The lines of a raw file lie in the input just as they have to come out: a run of them is one copy.
    while (row < rows && ints[row * SLOTS + MESSAGE_START] === end + 1 && batch.bytes[end] === NEWLINE) {
      end = ints[row * SLOTS + MESSAGE_END] ?? 0;
      row++;
    }
    if (write + (end - start) + 1 > target.length) return NO_ROOM;
    write = copySpan(from, start, end, to, write);
    target[write++] = NEWLINE;
  }
};
