/**
 * Guards the fast path by a ratio: seconds depend on the machine and on its neighbours, the ratio of two kernels that take
 * turns in one process does not. On the machine where it was written wasm takes 0.2 of the CPU time that TypeScript takes;
 * with the fast path switched off it would be 1.
 */
import { expect, it } from 'vitest';
import { RecordTable } from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { criDecoder } from '../../../src/decode/cri.ts';
import { newDecoding } from '../../../src/decode/decoding.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import type { TestKernel } from '../../support/test-kernels.ts';
import { testKernel, WASM } from '../../support/test-kernels.ts';
import { batchOf, contextOf } from './pipeline.ts';

const CHUNK_BYTES = 256 * 1024;
const TARGET_BYTES = 1024 * 1024;
const PASS_CHUNKS = 32;
/** 8 passes of 8 MiB for each. */
const PASSES = 8;
const MULTILINE = { lines: 10, bytes: 1024, waitMs: 500 };
const MOST_RATIO = 0.75;

const chunk = (): Buffer => {
  const lines: string[] = [];
  for (let bytes = 0, row = 0; bytes < CHUNK_BYTES - 400; row++) {
    const words = 'the quick brown fox jumps over the lazy dog and then some more of it '.repeat(
      1 + (row % 4),
    );
    const message = row % 10 === 0 ? `{"level":"info","msg":"${words}"}` : words;
    const line = `2026-11-20T22:01:${String(row % 60).padStart(2, '0')}.123456789Z std${row % 5 === 0 ? 'err' : 'out'} F ${message}\n`;
    lines.push(line);
    bytes += line.length;
  }
  return Buffer.from(lines.join(''));
};

/** Decodes and encodes a few MiB; returns the CPU milliseconds that it took. */
const newPass = ({ kernel, allocate, reset }: TestKernel): (() => number) => {
  reset();
  const region = new Region(CHUNK_BYTES, 1024, allocate);
  const table = new RecordTable(8192, allocate);
  const target = allocate(TARGET_BYTES);
  const decoder = criDecoder(kernel);
  const encoder = createEncoder('json', { recordId: false, gapRecords: true, color: false }, kernel);
  const joiner = newDecoding(kernel, CHUNK_BYTES, CHUNK_BYTES, MULTILINE).newJoiner();
  const end = chunk().copy(region.bytes);
  return () => {
    const before = process.threadCpuUsage();
    for (let turn = 0; turn < PASS_CHUNKS; turn++) {
      table.clear();
      expect(decoder.decode(region, 0, end, contextOf(table, joiner, { maxMessageBytes: CHUNK_BYTES }))).toBe(
        end,
      );
      expect(encoder.encode(batchOf(region, table, end), target, 0)).toBeGreaterThan(end);
    }
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000;
  };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** How the CPU time of one kernel compares with that of TypeScript. */
const ratioOf = (kernel: TestKernel): number => {
  const [pass, reference] = [newPass(kernel), newPass(testKernel(typescriptKernel()))];
  const ratios: number[] = [];
  for (let turn = 0; turn < PASSES; turn++) ratios.push(pass() / reference());
  return median(ratios);
};

it('WebAssembly takes at most three quarters of the CPU time that TypeScript takes', () => {
  expect(ratioOf(WASM)).toBeLessThan(MOST_RATIO);
});

it('would notice if the fast path were not taken', () => {
  expect(ratioOf(testKernel(typescriptKernel()))).toBeGreaterThan(MOST_RATIO);
});
