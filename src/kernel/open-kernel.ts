import { BirlerError, messageOf } from '../core/errors.ts';
import type { Kernel, KernelChoice } from '../core/kernel.ts';
import { typescriptKernel } from './typescript-kernel.ts';
import { wasmKernel } from './wasm-kernel.ts';

/** Parcels beyond this are left to TypeScript: all addresses must be signed 32-bit integers. */
const MOST_PARCEL_BYTES = 1024 * 1024 * 1024;

/**
 * @param laneBytes how much memory region and record table will take
 * @param parcelBytes how much memory the parcels of all outputs will take
 * @throws BirlerError `kernel_unavailable` if WebAssembly was asked for by name, and is not to be had
 */
export const openKernel = (choice: KernelChoice, laneBytes: number, parcelBytes: number): Kernel => {
  if (choice === 'typescript') return typescriptKernel();
  try {
    return wasmKernel(laneBytes, Math.min(parcelBytes, MOST_PARCEL_BYTES));
  } catch (error) {
    if (choice === 'auto') return typescriptKernel();
    throw new BirlerError(
      'kernel_unavailable',
      `the kernel wasm cannot be started: ${messageOf(error)}; set kernel: auto to do without it`,
      { cause: error },
    );
  }
};
