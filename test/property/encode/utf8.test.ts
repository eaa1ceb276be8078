import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sequenceLength } from '../../../src/encode/utf8.ts';
import { messageOf } from './arbitraries.ts';

/** Decodes with `sequenceLength` alone. */
const decode = (bytes: Uint8Array): string => {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const length = (bytes[index] ?? 0) < 0x80 ? 1 : sequenceLength(bytes, index, bytes.length);
    text += length > 0 ? Buffer.from(bytes.subarray(index, index + length)).toString('utf8') : '\ufffd';
    index += Math.abs(length);
  }
  return text;
};

const whatwg = new TextDecoder('utf-8', { ignoreBOM: true });

test('invalid bytes are replaced just as the WHATWG decoder does', () => {
  fc.assert(
    fc.property(messageOf(true), (bytes) => {
      expect(decode(bytes)).toBe(whatwg.decode(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('every pair of bytes, alone and before two continuation bytes, is read as the WHATWG decoder reads it', () => {
  const wrong: number[] = [];
  for (let pair = 0x8000; pair < 0x10000; pair++) {
    for (const rest of [[], [0x80], [0x80, 0x80], [0x41], [0x80, 0x41]]) {
      const bytes = Uint8Array.from([pair >> 8, pair & 255, ...rest]);
      if (decode(bytes) !== whatwg.decode(bytes)) wrong.push(pair);
    }
  }
  expect(wrong).toEqual([]);
});
