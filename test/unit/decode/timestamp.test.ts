import { describe, expect, it } from 'vitest';
import { TimestampReader } from '../../../src/decode/timestamp.ts';

const read = (text: string, reader = new TimestampReader()): [number, number] | undefined => {
  const bytes = Buffer.from(`${text} ${'#'.repeat(64)}`);
  const end = reader.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0);
  return end === text.length ? [reader.seconds, reader.nanoseconds] : undefined;
};

describe('TimestampReader', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0, 0],
    ['2026-11-20T21:01:41.818050574Z', 1_795_208_501, 818_050_574],
    ['2026-11-20T21:05:27.5+00:00', 1_795_208_727, 500_000_000],
    ['2026-11-20T21:05:27.000000001-09:30', 1_795_242_927, 1],
    ['2026-11-20T21:05:27+05:45', 1_795_188_027, 0],
    ['0001-01-01T00:00:00Z', -62_135_596_800, 0],
    ['0001-01-01T00:00:00+23:59', -62_135_683_140, 0],
    ['9999-12-31T23:59:59.999999999Z', 253_402_300_799, 999_999_999],
    ['0099-03-01T00:00:00Z', -59_037_897_600, 0],
    ['1969-12-31T23:59:59Z', -1, 0],
    ['2038-01-19T03:14:08Z', 2 ** 31, 0],
    ['2016-12-31T23:59:60Z', 1_483_228_800, 0],
    ['2000-02-29T00:00:00Z', 951_782_400, 0],
  ])('reads %s', (text, seconds, nanoseconds) => {
    expect(read(text)).toEqual([seconds, nanoseconds]);
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-04-00T00:00:00Z',
    '2026-04-30T24:00:00Z',
    '2026-04-30T23:60:00Z',
    '2026-04-30T23:59:61Z',
    '2026-04-30T23:59:59',
    '2026-04-30T23:59:59.Z',
    '2026-04-30T23:59:59.1234567890Z',
    '2026-04-30T23:59:59+24:00',
    '2026-04-30T23:59:59+00:60',
    '2026-04-30T23:59:59+0000',
    '2026-04-30t23:59:59z',
    '2026-04-30 23:59:59Z',
    '2026-4-30T23:59:59Z',
    '',
  ])('refuses %s', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it('does not take the minute before for one that differs in a single character', () => {
    const reader = new TimestampReader();
    const minute = '2026-11-20T21:05';
    expect(read(`${minute}:00Z`, reader)).toEqual([1_795_208_700, 0]);
    for (let at = 0; at < minute.length; at++) {
      const other = minute.slice(0, at) + (minute[at] === '1' ? '0' : '1') + minute.slice(at + 1);
      expect(read(`${other}:00Z`, reader)).toEqual(read(`${other}:00Z`));
      expect(read(`${minute}:00Z`, reader)).toEqual([1_795_208_700, 0]);
    }
  });
});
