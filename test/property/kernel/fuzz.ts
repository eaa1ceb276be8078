import { parseArgs } from 'node:util';
import { compareKernels } from './compare.ts';

/**
 * Compares the kernels for as long as one likes; a seed that fails goes into seeds.ts.
 *
 *   node test/property/kernel/fuzz.ts --cases 1000000 --seed 1
 */
const { values } = parseArgs({
  options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const first = Number(values.seed);
const count = Number(values.cases);
const PROGRESS_CASES = 100_000;

for (let seed = first; seed < first + count; seed++) {
  compareKernels(seed);
  const done = seed - first + 1;
  if (done % PROGRESS_CASES === 0 || done === count)
    process.stdout.write(`${done} cases from ${first}: equal\n`);
}
