import { parseArgs } from 'node:util';
import { showScript } from './actions.ts';
import { realAgent } from './real-agent.ts';
import { DEFAULT_STEPS, type Failure, runSeed, shrinkFailure } from './run-seed.ts';
import { scriptOf } from './script.ts';
import { settingsOf } from './settings.ts';

/**
 * Runs the simulation for as long as one likes.
 *
 *   npm run simulate -- --seed 7                    that seed alone, shrunk if it fails
 *   npm run simulate -- --seed 1000 --seeds 5000    so many seeds, from this one on
 *   npm run simulate -- --seeds 0                   without end, from a seed that the clock gives
 *
 * `--steps` is the length of the scripts, `--verbose` prints the settings and the whole script, `--all` goes on after a
 * failure. Exit code 1 when a promise was broken.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(DEFAULT_STEPS) },
    verbose: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const first =
  values.seed === undefined ? Math.floor(performance.timeOrigin) % 1_000_000_000 : Number(values.seed);
const count =
  values.seed === undefined || Number(values.seeds) === 0 ? Number.POSITIVE_INFINITY : Number(values.seeds);
const steps = Number(values.steps);
const PROGRESS_SEEDS = 1000;

const report = (failure: Failure): void => {
  say(`seed ${failure.seed} breaks a promise: ${failure.error.stack ?? failure.error.message}`);
  say(`settings: ${JSON.stringify(settingsOf(failure.seed))}`);
  say(`the shortest script that does (${failure.script.length} actions):\n${showScript(failure.script)}`);
};

let failures = 0;
const start = performance.now();
for (let seed = first; seed < first + count; seed++) {
  if (values.verbose)
    say(`seed ${seed}\n${JSON.stringify(settingsOf(seed))}\n${showScript(scriptOf(seed, steps))}`);
  const failure = await runSeed(seed, steps, realAgent);
  const done = seed - first + 1;
  if (done % PROGRESS_SEEDS === 0)
    say(`${done} seeds, ${failures} failures, ${perMinute(done)} seeds a minute`);
  if (failure === undefined) continue;
  failures++;
  report(await shrinkFailure(failure, realAgent));
  if (!values.all) break;
}
if (failures === 0)
  say(`${count} seeds from ${first}: every promise kept, ${perMinute(count)} seeds a minute`);
process.exitCode = failures === 0 ? 0 : 1;

function perMinute(done: number): number {
  return Math.round((done * 60_000) / (performance.now() - start));
}
