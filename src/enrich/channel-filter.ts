import { FLAGS, FLOATS, JOINED, MESSAGE_END, MESSAGE_START, SLOTS, STDERR } from '../core/record-table.ts';
import type { Shaper } from '../core/treatment.ts';

/** Takes out the records of one std stream, then does what else is to be done. */
export const dropChannel = (channel: 'stdout' | 'stderr', next: Shaper | undefined): Shaper => {
  const dropped = channel === 'stderr' ? STDERR : 0;
  return {
    shape: (region, table, counts) => {
      const { ints, floats } = table;
      let kept = 0;
      for (let row = 0; row < table.rows; row++) {
        const slot = row * SLOTS;
        const flags = ints[slot + FLAGS] ?? 0;
        if ((flags & STDERR) === dropped) {
          const bytes = (ints[slot + MESSAGE_END] ?? 0) - (ints[slot + MESSAGE_START] ?? 0);
          counts.droppedRecords++;
          counts.droppedBytes += bytes;
          table.messageBytes -= bytes;
          if ((flags & JOINED) !== 0) table.joinedRows--;
          continue;
        }
        if (kept !== row) {
          ints.copyWithin(kept * SLOTS, slot, slot + SLOTS);
          floats.copyWithin(kept * FLOATS, row * FLOATS, (row + 1) * FLOATS);
        }
        kept++;
      }
      table.rows = kept;
      next?.shape(region, table, counts);
    },
  };
};
