import { describe, expect, it } from 'vitest';
import {
  FLAGS,
  FLOATS,
  RecordTable,
  SECONDS,
  SLOTS,
  SOURCE_OFFSET,
  STDERR,
  TIME_END,
} from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';

describe('the region', () => {
  it('is one memory: input, slack to load past its end, and the arena', () => {
    const region = new Region(100, 50);
    expect(region.arenaStart).toBeGreaterThanOrEqual(region.inputStart + region.inputCapacity + 8);
    expect(region.arenaEnd - region.arenaStart).toBe(50);
    expect(region.bytes.length).toBeGreaterThanOrEqual(region.arenaEnd + 8);
    region.bytes[7] = 200;
    expect(region.view.getUint8(7)).toBe(200);
  });

  it('gives its arena back', () => {
    const region = new Region(100, 50);
    region.arenaUsed += 20;
    expect(region.arenaFree).toBe(30);
    region.clearArena();
    expect(region.arenaFree).toBe(50);
  });
});

describe('the record table', () => {
  const row = {
    timeStart: 1,
    timeEnd: 2,
    messageStart: 3,
    messageEnd: 4,
    flags: STDERR,
    nanoseconds: 999_999_999,
    sourceOffset: 2 ** 40 + 1,
    seconds: -62_135_596_800,
  };

  it('keeps rows as numbers: offsets beyond 4 GiB and years before 1970 too', () => {
    const table = new RecordTable(2);
    table.add({ ...row, timeEnd: 77 });
    table.add(row);
    expect([table.ints[TIME_END], table.ints[SLOTS + TIME_END], table.ints[SLOTS + FLAGS]]).toEqual([
      77,
      2,
      STDERR,
    ]);
    expect([table.floats[FLOATS + SOURCE_OFFSET], table.floats[FLOATS + SECONDS]]).toEqual([
      2 ** 40 + 1,
      -62_135_596_800,
    ]);
  });

  it('is full at its capacity, and empty when it is cleared', () => {
    const table = new RecordTable(1);
    expect(table.isFull).toBe(false);
    table.add(row);
    expect(table.isFull).toBe(true);
    table.clear();
    expect([table.isFull, table.rows]).toEqual([false, 0]);
  });
});
