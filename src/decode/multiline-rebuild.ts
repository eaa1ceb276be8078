import type { GenerationSeed } from '../core/batch.ts';
import type { RecordPlace } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import {
  CARRIED,
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  type RecordTable,
  SLOTS,
} from '../core/record-table.ts';
import { HEAD, HELD, MEMBER, type Rows } from './multiline-groups.ts';
import { joinedBytes, layJoined } from './multiline-held.ts';
import { channelOf } from './rows.ts';

/**
 * Makes the table what was decided of its rows: a joined one stands where its first line stood, with that line's time and
 * place. Messages in the arena have to follow each other in the order of the rows (see RecordTable), so from the first
 * joined row on all that lie there are laid anew, behind everything else.
 *
 * @param places of the rows that come from earlier batches
 * @param generation the one that this batch is of
 * @param carried gets the seeds of rows that began in another
 */
export const rebuild = (
  { region, table, decisions }: Rows,
  places: readonly RecordPlace[],
  generation: number,
  carried: [GenerationSeed, GenerationSeed],
): void => {
  const { ints, rows } = table;
  const { fate, next, firstChange } = decisions;
  forget(table, firstChange);
  let arenaEnd = 0;
  for (let row = firstChange; row < rows; row++) {
    const what = fate[row];
    if (what === MEMBER || what === HELD) continue;
    let flags = ints[row * SLOTS + FLAGS] ?? 0;
    let start = ints[row * SLOTS + MESSAGE_START] ?? 0;
    let end = ints[row * SLOTS + MESSAGE_END] ?? 0;
    if (what === HEAD || ((flags & JOINED) !== 0 && start < arenaEnd)) {
      const size = joinedBytes(table, row, next);
      invariant(region.arenaFree >= size, 'the arena has room for the joined records of a batch');
      start = region.arenaUsed;
      end = layJoined(region, table, row, next, region.bytes, start);
      region.arenaUsed = end;
      flags |= JOINED;
    }
    if ((flags & JOINED) !== 0) arenaEnd = end;
    const place = places[row];
    if (place !== undefined && place.generation !== generation) {
      flags |= CARRIED;
      carried[channelOf(flags)] = place.seed;
    }
    put(table, row, start, end, flags);
  }
};

/** Takes the rows from `row` on out of what the table says of all of them. */
const forget = (table: RecordTable, row: number): void => {
  const { ints, rows } = table;
  for (let at = row; at < rows; at++) {
    table.messageBytes -= (ints[at * SLOTS + MESSAGE_END] ?? 0) - (ints[at * SLOTS + MESSAGE_START] ?? 0);
    if (((ints[at * SLOTS + FLAGS] ?? 0) & JOINED) !== 0) table.joinedRows--;
  }
  table.rows = row;
};

/** Adds a row that was at `from`, with this message. */
const put = (table: RecordTable, from: number, start: number, end: number, flags: number): void => {
  const { ints, floats, rows } = table;
  if (from !== rows) {
    ints.copyWithin(rows * SLOTS, from * SLOTS, (from + 1) * SLOTS);
    floats.copyWithin(rows * FLOATS, from * FLOATS, (from + 1) * FLOATS);
  }
  ints[rows * SLOTS + MESSAGE_START] = start;
  ints[rows * SLOTS + MESSAGE_END] = end;
  ints[rows * SLOTS + FLAGS] = flags;
  table.messageBytes += end - start;
  if ((flags & JOINED) !== 0) table.joinedRows++;
  table.rows++;
};
