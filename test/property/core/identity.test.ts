import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_MARKER, MARKER_BYTES, markerHash } from '../../../src/core/identity.ts';

const U32 = 0xffff_ffffn;
const times = (a: bigint, b: bigint): bigint => (a * b) & U32;

/** The same hash in unbounded integers, byte by byte. Markers are in checkpoints: they must not change. */
const slowMarkerHash = (bytes: Uint8Array): number => {
  let a = 0x2545f491n ^ BigInt(bytes.length);
  let b = 0x6c078965n;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    const word = bytes.slice(at, at + 4).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    a = times(a ^ word, 0x9e3779b1n);
    b = (times(((b << 13n) | (b >> 19n)) & U32, 5n) + (word ^ a)) & U32;
  }
  for (const byte of bytes.slice(whole)) {
    a = times(a ^ BigInt(byte), 0x85ebca6bn);
    b = times(b ^ a, 0xc2b2ae35n);
  }
  a ^= a >> 15n;
  b = times(b ^ (b >> 13n) ^ a, 0x27d4eb2fn);
  return Number(((a ^ (b >> 16n)) << 21n) | (b & 0x1f_ffffn));
};

const bytes = fc.uint8Array({ maxLength: MARKER_BYTES });
const hashOf = (content: Uint8Array): number =>
  markerHash(new DataView(content.buffer, content.byteOffset, content.byteLength), 0, content.length);

test('a marker is what a slow reference says, wherever the bytes lie in memory', () => {
  fc.assert(
    fc.property(bytes, fc.nat({ max: 9 }), fc.nat({ max: 9 }), (content, before, behind) => {
      const memory = new Uint8Array(before + content.length + behind).fill(0xaa);
      memory.set(content, before);
      const marker = markerHash(new DataView(memory.buffer), before, before + content.length);
      expect(marker).toBe(slowMarkerHash(content));
      expect(Number.isSafeInteger(marker) && marker >= 0).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a marker stays what it is in the checkpoints that are already written', () => {
  const line = Buffer.from('2026-11-20T20:19:53.123456789Z stdout F GET /healthz 200\n');
  expect([EMPTY_MARKER, hashOf(line)]).toEqual([slowMarkerHash(new Uint8Array()), slowMarkerHash(line)]);
  expect([EMPTY_MARKER, hashOf(line)]).toMatchInlineSnapshot(`
    [
      1311352601019981,
      6090644356044283,
    ]
  `);
});

test('a marker tells bytes apart that differ in one bit, in their order or in their length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: MARKER_BYTES }),
      fc.nat(),
      fc.nat({ max: 7 }),
      (content, where, bit) => {
        const other = content.slice();
        const at = where % content.length;
        other[at] = (other[at] ?? 0) ^ (1 << bit);
        expect(hashOf(other)).not.toBe(hashOf(content));
        const reversed = content.toReversed();
        if (Buffer.compare(reversed, content) !== 0) expect(hashOf(reversed)).not.toBe(hashOf(content));
        expect(hashOf(content.slice(1))).not.toBe(hashOf(content));
        expect(hashOf(Uint8Array.from([...content, 0]))).not.toBe(hashOf(content));
      },
    ),
    { numRuns: 500 },
  );
});
