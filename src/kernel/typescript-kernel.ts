import { allocateApart } from '../core/allocate.ts';
import type { JsonWork, Kernel } from '../core/kernel.ts';

/** Leaves everything to the code in decode/ and encode/, which is the reference. Always there. */
export const typescriptKernel = (): Kernel => new TypescriptKernel();

class TypescriptKernel implements Kernel {
  readonly name = 'typescript';
  readonly allocate = allocateApart;
  readonly allocateParcel = allocateApart;
  written = 0;

  decodeCri(_region: unknown, from: number): number {
    return from;
  }

  encodeRaw(_batch: unknown, _target: unknown, row: number, at: number): number {
    this.written = at;
    return row;
  }

  encodeJson(_work: JsonWork, row: number, at: number): number {
    this.written = at;
    return row;
  }

  findBeginnings(): boolean {
    return false;
  }
}
