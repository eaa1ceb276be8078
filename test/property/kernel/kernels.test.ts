import { describe, expect, it } from 'vitest';
import { compareKernels } from './compare.ts';
import { SEEDS } from './seeds.ts';

/** A few seconds; `node test/property/kernel/fuzz.ts` runs as many as one likes. */
const CASES = 6000;
const CASES_PER_TEST = 2000;

describe('both kernels make the same tables and the same bytes', () => {
  it.each(SEEDS)('of seed $seed: $what', ({ seed }) => {
    expect(() => compareKernels(seed)).not.toThrow();
  });

  for (let first = 1; first <= CASES; first += CASES_PER_TEST) {
    it(`of seeds ${first} to ${first + CASES_PER_TEST - 1}, and write nothing outside their room`, () => {
      for (let seed = first; seed < first + CASES_PER_TEST; seed++) compareKernels(seed);
      expect.assertions(0);
    });
  }
});
