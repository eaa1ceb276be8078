import { expect, it } from 'vitest';
import { Region } from '../../../src/core/region.ts';
import { newDecoding } from '../../../src/decode/decoding.ts';
import { newPiece } from '../../../src/decode/rows.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';

const BOUNDS = { lines: 10, bytes: 1024, waitMs: 500 };

it('has a decoder for each format, and one budget for the joiners of all streams', () => {
  const decoding = newDecoding(typescriptKernel(), 1024, 2000, BOUNDS);
  for (const format of ['cri', 'docker', 'raw'] as const)
    expect(decoding.decoderFor(format).format).toBe(format);
  const region = new Region(10, 10);
  const [one, other] = [decoding.newJoiner(), decoding.newJoiner()];
  expect(one.append(0, region, newPiece())).toBe(true);
  expect(other.append(0, region, newPiece())).toBe(false);
  one.reset();
  expect(other.append(0, region, newPiece())).toBe(true);
});
