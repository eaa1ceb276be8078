import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KERNEL_FILE, kernelSource } from '../../../scripts/kernel/compile.ts';

const COMPILING_MS = 60_000;

it(
  'kernel-wasm.ts is what its sources compile to (npm run build:kernel makes it)',
  async () => {
    const committed = readFileSync(join(import.meta.dirname, '../../..', KERNEL_FILE), 'utf8');
    expect(committed).toBe(await kernelSource());
  },
  COMPILING_MS,
);
