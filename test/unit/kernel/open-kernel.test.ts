import { afterEach, describe, expect, it, vi } from 'vitest';
import { openKernel } from '../../../src/kernel/open-kernel.ts';

describe('opening a kernel', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('takes the one that was asked for, and WebAssembly where nobody asked', () => {
    expect(openKernel('auto', 1000, 500).name).toBe('wasm');
    expect(openKernel('wasm', 1000, 500).name).toBe('wasm');
    expect(openKernel('typescript', 1000, 500).name).toBe('typescript');
  });

  it('does without WebAssembly where it is not to be had, unless it was asked for by name', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(openKernel('auto', 1000, 500).name).toBe('typescript');
    expect(() => openKernel('wasm', 1000, 500)).toThrow(
      /the kernel wasm cannot be started: .+; set kernel: auto/,
    );
  });

  it('hands out one memory as long as it lasts, and then memory apart', () => {
    const { allocate, allocateParcel } = openKernel('wasm', 1000, 500);
    const [first, second, third] = [allocate(100), allocate(700), allocate(300)];
    expect(second.buffer).toBe(first.buffer);
    expect(second.byteOffset).toBeGreaterThanOrEqual(first.byteOffset + 100);
    expect(second.byteOffset % 64).toBe(0);
    expect(third.buffer).not.toBe(first.buffer);
    expect(third).toHaveLength(300);
    expect(allocateParcel(500).buffer).toBe(first.buffer);
    expect(allocateParcel(1).buffer).not.toBe(first.buffer);
  });
});
