import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutputFormat } from '../../../src/core/encoder.ts';
import { STDERR } from '../../../src/core/record-table.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch, type TestBatch, type TestRecord } from '../../support/batches.ts';
import { anyBatch } from './arbitraries.ts';

const target = new Uint8Array(1 << 16);
const encoded = (format: OutputFormat, plan: TestBatch): string => {
  const encoder = createEncoder(
    format,
    { recordId: false, gapRecords: true, color: false },
    typescriptKernel(),
  );
  return Buffer.from(target.subarray(0, encoder.encode(makeBatch(plan), target, 0))).toString('latin1');
};
const latin1 = (message: string | Uint8Array): string => Buffer.from(message).toString('latin1');

test('raw is every message, untouched, and a newline', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      expect(encoded('raw', plan)).toBe(plan.records.map(({ message }) => `${latin1(message)}\n`).join(''));
    }),
    { numRuns: 1000 },
  );
});

test('raw copies the lines of a raw file as they stand in it', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 300 }), { maxLength: 20 }), (lines) => {
      const batch = makeBatch({ layout: 'raw', records: lines.map((message) => ({ message })) });
      const encoder = createEncoder(
        'raw',
        { recordId: false, gapRecords: true, color: false },
        typescriptKernel(),
      );
      const end = encoder.encode(batch, target, 0);
      expect(Buffer.from(target.subarray(0, end)).toString()).toBe(lines.map((line) => `${line}\n`).join(''));
    }),
  );
});

test('cri is one line with tag F for each line of each message', () => {
  const linesOf = ({ time, flags, message }: TestRecord): string => {
    const stream = ((flags ?? 0) & STDERR) === 0 ? 'stdout' : 'stderr';
    const lines = latin1(message).split('\n');
    return lines.map((line) => `${time ?? ''} ${stream} F ${line}\n`).join('');
  };
  fc.assert(
    fc.property(anyBatch, (plan) => {
      expect(encoded('cri', { ...plan, gaps: [] })).toBe(plan.records.map(linesOf).join(''));
    }),
    { numRuns: 1000 },
  );
});
