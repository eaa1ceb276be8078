import { describe, expect, it } from 'vitest';
import { showScript } from './actions.ts';
import { realAgent } from './real-agent.ts';
import { DEFAULT_STEPS, type Failure, runSeed, shrinkFailure } from './run-seed.ts';
import { SEEDS } from './seeds.ts';

/** As many as fit into about a minute. `npm run simulate` runs as many as one likes. */
const SEED_COUNT = 2000;
const SEEDS_PER_TEST = 250;

const report = async (failure: Failure): Promise<string> => {
  const { seed, error, script } = await shrinkFailure(failure, realAgent);
  return `npm run simulate -- --seed ${seed}\n${error.message}\n${showScript(script)}`;
};

const expectKept = async (seed: number, steps: number): Promise<void> => {
  const failure = await runSeed(seed, steps, realAgent);
  expect(failure === undefined ? '' : await report(failure)).toBe('');
};

describe('in the simulation', () => {
  it.each(SEEDS)('seed $seed does not come back: $what', ({ seed, steps }) => expectKept(seed, steps));

  for (let first = 1; first <= SEED_COUNT; first += SEEDS_PER_TEST) {
    it(`every promise is kept by seeds ${first} to ${first + SEEDS_PER_TEST - 1}`, async () => {
      for (let seed = first; seed < first + SEEDS_PER_TEST; seed++) await expectKept(seed, DEFAULT_STEPS);
    });
  }
});
