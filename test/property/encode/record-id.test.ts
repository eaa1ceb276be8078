import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GenerationSeed } from '../../../src/core/batch.ts';
import { CARRIED, JOINED, STDERR, STREAM_KNOWN } from '../../../src/core/record-table.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch, type TestBatch } from '../../support/batches.ts';
import { anyBatch, anyRecord } from './arbitraries.ts';

const encoder = createEncoder(
  'json',
  { recordId: true, gapRecords: false, color: false },
  typescriptKernel(),
);
const target = new Uint8Array(1 << 16);

const idsOf = (plan: TestBatch): readonly string[] => {
  const end = encoder.encode(makeBatch(plan), target, 0);
  const lines = Buffer.from(target.subarray(0, end)).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line) => String((JSON.parse(line) as Record<string, unknown>)['id']));
};

const MASK = 0xffff_ffffn;
const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (32n - bits))) & MASK;
const spread = (value: bigint): bigint => {
  let mixed = value & MASK;
  mixed = ((mixed ^ (mixed >> 16n)) * 0x85ebca6bn) & MASK;
  mixed = ((mixed ^ (mixed >> 13n)) * 0xc2b2ae35n) & MASK;
  return mixed ^ (mixed >> 16n);
};

/** The documented algorithm in numbers that cannot overflow. */
const slowId = (seed: GenerationSeed, sourceOffset: number, message: Uint8Array): string => {
  const input = Buffer.alloc(8 + Math.ceil(message.length / 4) * 4 + (message.length % 4 === 0 ? 4 : 0) + 4);
  input.writeBigUInt64LE(BigInt(sourceOffset), 0);
  input.set(message, 8);
  input.writeUInt32LE(message.length, input.length - 4);
  let high = BigInt(seed.high >>> 0);
  let low = BigInt(seed.low >>> 0);
  for (let index = 0; index < input.length; index += 4) {
    const word = BigInt(input.readUInt32LE(index));
    high = (rotate(high ^ ((word * 0xcc9e2d51n) & MASK), 15n) + low) & MASK;
    low = (rotate(low ^ ((word * 0x1b873593n) & MASK), 13n) * 5n + high) & MASK;
  }
  high = spread(high + low);
  low = spread(low + high);
  high = (high + low) & MASK;
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
};

test('the id is the documented hash of seed, offset and message', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      const batch = makeBatch(plan);
      const expected = plan.records.map((record) => {
        const flags = record.flags ?? 0;
        const seed = (flags & CARRIED) === 0 ? batch.seed : batch.carriedSeed[(flags & STDERR) === 0 ? 0 : 1];
        return slowId(seed, record.sourceOffset ?? 0, Buffer.from(record.message));
      });
      expect(idsOf(plan)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test('the id does not depend on how the input was cut into batches', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 8 }), fc.nat({ max: 8 }), (records, cut) => {
      const parts = [records.slice(0, cut), records.slice(cut)];
      expect(parts.flatMap((part) => idsOf({ records: part }))).toEqual(idsOf({ records }));
    }),
    { numRuns: 300 },
  );
});

test('the id does not depend on whether the message lies in the input or in the arena', () => {
  fc.assert(
    fc.property(fc.string(), fc.maxSafeNat(), (message, sourceOffset) => {
      const idWith = (flags: number): readonly string[] =>
        idsOf({ records: [{ message, sourceOffset, flags }] });
      expect(idWith(STREAM_KNOWN | JOINED)).toEqual(idWith(STREAM_KNOWN));
    }),
  );
});
