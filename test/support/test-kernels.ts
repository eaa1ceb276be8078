import assert from 'node:assert';
import { type Allocate, alignedBytes } from '../../src/core/allocate.ts';
import type { Kernel } from '../../src/core/kernel.ts';
import { typescriptKernel } from '../../src/kernel/typescript-kernel.ts';
import { wasmKernel } from '../../src/kernel/wasm-kernel.ts';

/** A kernel whose memory a test can use again and again, with canaries between the pieces. */
export interface TestKernel {
  readonly kernel: Kernel;
  readonly allocate: Allocate;
  /** Takes back all pieces. */
  readonly reset: () => void;
  /** Fails if something was written between the pieces. */
  readonly check: () => void;
}

const MEMORY_BYTES = 4 * 1024 * 1024;
const CANARY = 0xa5;
const CANARY_BYTES = 128;

const isCanary = (byte: number): boolean => byte === CANARY;

export const testKernel = (kernel: Kernel): TestKernel => {
  const memory = kernel.allocate(MEMORY_BYTES);
  let next = CANARY_BYTES;
  /** Where canaries stand, as start and end. */
  let canaries: [number, number][] = [];
  const guard = (start: number): void => {
    next = alignedBytes(start + CANARY_BYTES);
    memory.fill(CANARY, start, next);
    canaries.push([start, next]);
  };
  const reset = (): void => {
    canaries = [];
    guard(0);
  };
  reset();
  return {
    kernel,
    reset,
    allocate: (sizeBytes) => {
      const piece = Buffer.from(memory.buffer, memory.byteOffset + next, sizeBytes);
      assert(next + sizeBytes + 2 * CANARY_BYTES < MEMORY_BYTES, 'the memory of the test is large enough');
      piece.fill(0);
      guard(next + sizeBytes);
      return piece;
    },
    check: () => {
      for (const [start, end] of canaries)
        assert(
          memory.subarray(start, end).every(isCanary),
          `something was written behind a piece, at ${start}`,
        );
    },
  };
};

export const TYPESCRIPT: TestKernel = testKernel(typescriptKernel());
export const WASM: TestKernel = testKernel(wasmKernel(MEMORY_BYTES, 0));
