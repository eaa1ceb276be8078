import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch, type TestBatch } from '../../support/batches.ts';
import { anyBatch } from './arbitraries.ts';

const target = new Uint8Array(1 << 16);
const encoded = (plan: TestBatch, color: boolean): Buffer => {
  const encoder = createEncoder('pretty', { recordId: false, gapRecords: true, color }, typescriptKernel());
  return Buffer.from(target.subarray(0, encoder.encode(makeBatch(plan), target, 0)));
};

const COLORS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;:]*m`, 'g');
/** Written out, so that the test does not share a mistake with the code. */
const isUnsafe = (code: number): boolean =>
  (code < 0x20 && code !== 0x0a && code !== 0x09) ||
  (code >= 0x7f && code <= 0x9f) ||
  [0x061c, 0x200e, 0x200f, 0x2028, 0x2029].includes(code) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2066 && code <= 0x2069);
const unsafeIn = (text: string): readonly string[] =>
  Array.from(text).filter((character) => isUnsafe(character.codePointAt(0) ?? 0));

test('whatever is logged, only colours reach the terminal, and nothing but text where colours are off', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      const colored = encoded(plan, true);
      const plain = encoded(plan, false);
      expect(isUtf8(colored) && isUtf8(plain)).toBe(true);
      expect(unsafeIn(colored.toString('utf8').replace(COLORS, ''))).toEqual([]);
      expect(unsafeIn(plain.toString('utf8'))).toEqual([]);
    }),
    { numRuns: 700 },
  );
});

test('a line always ends without colours', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      for (const line of encoded(plan, true).toString('utf8').split('\n')) {
        const last = line.match(COLORS)?.at(-1);
        expect([undefined, '\u001b[0m', '\u001b[m']).toContain(last);
      }
    }),
    { numRuns: 300 },
  );
});
