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
import { HEAD, HELD, KEPT, MEMBER, type Rows } from './multiline-groups.ts';
import { joinedBytes, layJoined } from './multiline-held.ts';
import { channelOf } from './rows.ts';

/** By channel: of rows with CARRIED that were given in this generation. */
export type CarriedSeeds = [GenerationSeed | undefined, GenerationSeed | undefined];

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
  rows: Rows,
  places: readonly RecordPlace[],
  generation: number,
  carried: CarriedSeeds,
): void => {
  const { region, table, decisions } = rows;
  const { ints } = table;
  const { fate, next, firstChange } = decisions;
  const count = table.rows;
  table.rows = firstChange;
  let arenaEnd = 0;
  for (let row = firstChange; row < count; ) {
    const untouched = endOfUntouched(rows, row, count);
    if (untouched > row) {
      move(table, row, untouched);
      row = untouched;
      continue;
    }
    const what = fate[row];
    const slot = row * SLOTS;
    let flags = ints[slot + FLAGS] ?? 0;
    let start = ints[slot + MESSAGE_START] ?? 0;
    let end = ints[slot + MESSAGE_END] ?? 0;
    table.messageBytes -= end - start;
    if ((flags & JOINED) !== 0) table.joinedRows--;
    row++;
    if (what === MEMBER || what === HELD) continue;
    if (what === HEAD || ((flags & JOINED) !== 0 && start < arenaEnd)) {
      const size = joinedBytes(table, row - 1, next);
      invariant(region.arenaFree >= size, 'the arena has room for the joined records of a batch');
      start = region.arenaUsed;
      end = layJoined(region, table, row - 1, next, region.bytes, start);
      region.arenaUsed = end;
      flags |= JOINED;
    }
    if ((flags & JOINED) !== 0) {
      arenaEnd = end;
      table.joinedRows++;
    }
    table.messageBytes += end - start;
    const place = places[row - 1];
    if (place !== undefined && place.generation !== generation) {
      flags |= CARRIED;
      carried[channelOf(flags)] = place.seed;
    }
    const to = table.rows * SLOTS;
    move(table, row - 1, row);
    ints[to + MESSAGE_START] = start;
    ints[to + MESSAGE_END] = end;
    ints[to + FLAGS] = flags;
  }
};

/** The first row from `row` on that does not stay as it is. */
const endOfUntouched = ({ table, decisions }: Rows, row: number, count: number): number => {
  const { ints } = table;
  const { fate } = decisions;
  let at = row;
  while (at < count && fate[at] === KEPT && ((ints[at * SLOTS + FLAGS] ?? 0) & JOINED) === 0) at++;
  return at;
};

/** Puts the rows [from, to) behind those that are done. */
const move = (table: RecordTable, from: number, to: number): void => {
  const { ints, floats, rows } = table;
  if (from !== rows) {
    ints.copyWithin(rows * SLOTS, from * SLOTS, to * SLOTS);
    floats.copyWithin(rows * FLOATS, from * FLOATS, to * FLOATS);
  }
  table.rows += to - from;
};
