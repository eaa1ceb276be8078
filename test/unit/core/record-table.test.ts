import { describe, expect, it } from 'vitest';
import { FIELDS, JOINED, RecordTable, STREAM_KNOWN } from '../../../src/core/record-table.ts';
import { makeBatch, type TestRecord } from '../../support/batches.ts';

const records: readonly TestRecord[] = [
  { message: 'one' },
  { message: 'two', flags: STREAM_KNOWN | JOINED },
  { message: 'three', flags: STREAM_KNOWN | FIELDS, fields: '"a":1,' },
  { message: 'four', flags: STREAM_KNOWN | JOINED },
];

describe('the first rows of a table, copied', () => {
  it.each([0, 1, 2, 3, 4, 9])('are a table of %i rows with totals of its own', (most) => {
    const { table } = makeBatch({ records });
    const copy = new RecordTable(3);
    copy.copyFirst(makeBatch({ records }).table, 3);
    copy.copyFirst(table, most);
    const count = Math.min(most, 3);
    const kept = records.slice(0, count);
    expect(copy.rows).toBe(count);
    expect(copy.messageBytes).toBe(kept.reduce((sum, { message }) => sum + message.length, 0));
    expect(copy.joinedRows).toBe(kept.filter(({ flags = 0 }) => (flags & JOINED) !== 0).length);
    expect(copy.fieldsBytes).toBe(kept.reduce((sum, { fields = '' }) => sum + fields.length, 0));
    const ints = copy.ints.subarray(0, count * 8);
    expect([...ints]).toEqual([...table.ints.subarray(0, ints.length)]);
    const floats = copy.floats.subarray(0, count * 2);
    expect([...floats]).toEqual([...table.floats.subarray(0, floats.length)]);
  });
});
