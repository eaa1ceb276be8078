import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogFormat } from '../../../src/core/decoder.ts';
import { STDERR, UNPARSED } from '../../../src/core/record-table.ts';
import { MAX_TIME_BYTES } from '../../../src/decode/timestamp.ts';
import { WASM } from '../../support/test-kernels.ts';
import { type Chunk, decodeChunks, expectEqual, type Harness } from './harness.ts';
import { chunksOf, content, criLines, dockerLines, time } from './lines.ts';
import { Reference } from './reference.ts';

const RUNS = 4000;

const expectSame = (
  chunks: readonly Chunk[],
  format: LogFormat,
  tableRows: number,
  maxMessageBytes: number,
): Harness => {
  const harness = decodeChunks(chunks, { format, tableRows, maxMessageBytes });
  if (format === 'cri') {
    const { records } = decodeChunks(chunks, { format, tableRows, maxMessageBytes, kernel: WASM });
    expectEqual(records, harness.records);
    WASM.check();
  }
  const reference = new Reference({ format, maxMessageBytes });
  for (const chunk of chunks) reference.feed(chunk);
  expectEqual(harness.records, reference.records);
  expect({
    oversizeBytes: harness.oversizeBytes,
    unparsedLines: harness.unparsedLines,
    nulBytes: harness.nulBytes,
  }).toEqual({
    oversizeBytes: reference.oversizeBytes,
    unparsedLines: reference.unparsedLines,
    nulBytes: reference.nulBytes,
  });
  return harness;
};

const limit = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(100_000, 1));
const rows = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(1000));

describe('the decoders say what the slow reference says', () => {
  it.each([
    ['cri', criLines],
    ['docker', dockerLines],
    ['raw', content],
  ] as const)('of lines as %s writers write them, and of lines that are a little wrong', (format, line) => {
    let stops = 0;
    const property = fc.property(chunksOf(line, 30), rows, limit, (chunks, tableRows, maxMessageBytes) => {
      stops += expectSame(chunks, format, tableRows, maxMessageBytes).earlyStops;
    });
    fc.assert(property, { numRuns: RUNS });
    expect(stops).toBeGreaterThan(RUNS);
  });

  it.each(['cri', 'docker', 'raw'] as const)('of any bytes, read as %s', (format) => {
    const anyLine = fc.uint8Array({ maxLength: 80 }).map((value) => Buffer.from(value).toString('latin1'));
    let records = 0;
    const property = fc.property(chunksOf(anyLine, 12), rows, limit, (chunks, tableRows, maxMessageBytes) => {
      records += expectSame(chunks, format, tableRows, maxMessageBytes).records.length;
    });
    fc.assert(property, { numRuns: 1500 });
    expect(records).toBeGreaterThan(1500);
  });

  it('of times of all years, zones and fractions', () => {
    let parsed = 0;
    const property = fc.property(fc.array(time, { minLength: 20, maxLength: 20 }), (times) => {
      const bytes = Buffer.from(times.map((value) => `${value} stdout F x\n`).join(''));
      parsed += 20 - expectSame([{ generation: 1, offset: 0, bytes }], 'cri', 1000, 1000).unparsedLines;
    });
    fc.assert(property, { numRuns: RUNS });
    expect(parsed).toBeGreaterThan(RUNS * 10);
  });
});

describe('skipping', () => {
  const mark = fc.nat({ max: 400 });
  it.each([
    ['cri', criLines],
    ['docker', dockerLines],
    ['raw', content],
  ] as const)(
    'leaves out exactly the %s lines that begin before the mark of their channel',
    (format, line) => {
      const property = fc.property(
        chunksOf(line, 12),
        mark,
        mark,
        (chunks, skipStdoutBefore, skipStderrBefore) => {
          const options = { format, maxMessageBytes: 50, tableRows: 3, skipStdoutBefore, skipStderrBefore };
          const reference = new Reference(options);
          for (const chunk of chunks) reference.feed(chunk);
          const harness = decodeChunks(chunks, options);
          expectEqual(harness.records, reference.records);
          expect(harness.nulBytes).toBe(reference.nulBytes);
          expect(harness.oversizeBytes).toBe(reference.oversizeBytes);
        },
      );
      fc.assert(property, { numRuns: 1500 });
    },
  );
});

describe('with too little memory for open records', () => {
  const moreArenaBytes = MAX_TIME_BYTES;
  const budgets = fc.integer({ min: 0, max: 4 * (1024 + MAX_TIME_BYTES) });
  it.each([
    ['cri', criLines],
    ['docker', dockerLines],
  ] as const)('no %s byte is lost, doubled or swapped within its std stream', (format, line) => {
    const property = fc.property(chunksOf(line, 30), budgets, rows, (chunks, budgetBytes, tableRows) => {
      const harness = decodeChunks(chunks, {
        format,
        maxMessageBytes: 2000,
        tableRows,
        budgetBytes,
        moreArenaBytes,
      });
      const roomy = decodeChunks(chunks, { format, maxMessageBytes: 1_000_000, tableRows, moreArenaBytes });
      expect(harness.budget.usedBytes).toBeLessThanOrEqual(budgetBytes);
      for (const each of [harness, roomy]) each.closeAll();
      expect(harness.budget.usedBytes).toBe(0);
      for (const channel of [0, 1]) expect(textOf(harness, channel)).toBe(textOf(roomy, channel));
    });
    fc.assert(property, { numRuns: 2000 });
  });
});

const textOf = (harness: Harness, channel: number): string =>
  harness.records
    .filter((record) => (record.flags & STDERR) === channel && (record.flags & UNPARSED) === 0)
    .map((record) => record.message)
    .join('');
