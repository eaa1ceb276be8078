import { describe, expect, it } from 'vitest';
import { FLAGS, JOINED, RecordTable, type Row, SLOTS, STDERR } from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { dropChannel } from '../../../src/enrich/channel-filter.ts';

const row = (number: number, flags: number): Row => ({
  timeStart: number,
  timeEnd: number,
  messageStart: number * 10,
  messageEnd: number * 10 + number,
  flags,
  nanoseconds: number,
  sourceOffset: number * 100,
  seconds: number * 1_000,
});

/** What is left of the rows, by number, and what is said of them together. */
const left = (table: RecordTable) => ({
  numbers: Array.from({ length: table.rows }, (_, at) => table.ints[at * SLOTS] ?? 0),
  seconds: Array.from({ length: table.rows }, (_, at) => table.floats[at * 2 + 1] ?? 0),
  messageBytes: table.messageBytes,
  joinedRows: table.joinedRows,
});

const filled = (): RecordTable => {
  const table = new RecordTable(8);
  for (const [at, flags] of [0, STDERR, STDERR | JOINED, JOINED, 0].entries()) table.add(row(at + 1, flags));
  return table;
};

describe('records of one std stream', () => {
  it('are taken out, whole rows, and counted', () => {
    const table = filled();
    const counts = { droppedRecords: 1, droppedBytes: 10 };
    dropChannel('stderr', undefined).shape(new Region(64, 64), table, counts);
    expect(left(table)).toEqual({
      numbers: [1, 4, 5],
      seconds: [1_000, 4_000, 5_000],
      messageBytes: 10,
      joinedRows: 1,
    });
    expect(counts).toEqual({ droppedRecords: 3, droppedBytes: 15 });
    dropChannel('stdout', undefined).shape(new Region(64, 64), table, counts);
    expect(left(table)).toEqual({ numbers: [], seconds: [], messageBytes: 0, joinedRows: 0 });
  });

  it('are gone before the next shaper sees the table', () => {
    const seen: number[] = [];
    const next = {
      shape: (_: Region, { rows, ints }: RecordTable): void => {
        for (let at = 0; at < rows; at++) seen.push((ints[at * SLOTS + FLAGS] ?? 0) & STDERR);
      },
    };
    dropChannel('stdout', next).shape(new Region(64, 64), filled(), { droppedRecords: 0, droppedBytes: 0 });
    expect(seen).toEqual([STDERR, STDERR]);
  });
});
