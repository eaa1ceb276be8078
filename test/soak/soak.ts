/**
 * `npm run soak -- --minutes N [--seed S]`: the real agent over a node that writes about 2,000 numbered lines a second,
 * rotates, cuts, restarts and dies, while the agent itself is stopped and killed now and then. Every 30 seconds, and at the
 * end, the writers pause, the rest is delivered by `birler run --once`, and the whole output is compared with what was
 * written. Exit code 1 when a promise was broken (the sentence says which), 2 for a wrong command line.
 *
 * The seed decides what happens and when; how it falls together with what the agent does is the machine's.
 */
import { parseArgs } from 'node:util';
import { examplesOf } from './judge.ts';
import { finalTable, tableHead, tableRow } from './soak-report.ts';
import { SoakRun } from './soak-run.ts';

const USAGE = 'usage: npm run soak -- --minutes N [--seed S]   (N up to 10080, S a whole number)\n';
const MOST_MINUTES = 10_080;
const MOST_SEED = 0xffff_ffff;

interface Asked {
  readonly minutes: number;
  readonly seed: number;
}

const say = (text: string): boolean => process.stdout.write(text);

const asked = argumentsAsked();
if (asked === undefined) process.stderr.write(USAGE);
process.exitCode = asked === undefined ? 2 : await soak(asked);

async function soak({ minutes, seed }: Asked): Promise<number> {
  say(`soak of ${minutes} minutes, seed ${seed}; Ctrl+C ends it early\n${tableHead()}`);
  const interrupt = new AbortController();
  // Not once: npm hands on the Ctrl+C that the terminal has sent us already.
  process.on('SIGINT', () => interrupt.abort());
  await using run = new SoakRun(seed);
  const state = await run.run(minutes * 60_000, interrupt.signal, (now) => say(tableRow(now)));
  say(`\n${finalTable(state)}`);
  for (const [text, times] of run.diagnostics) say(`the agent said ${times} times: ${text}\n`);
  if (state.broken.length === 0) say('every promise was kept\n');
  else say(`BROKEN (--seed ${seed}):\n  ${[...state.broken, ...examplesOf(state.judgement)].join('\n  ')}\n`);
  return state.broken.length === 0 ? 0 : 1;
}

/** @returns undefined for a command line that is wrong */
function argumentsAsked(): Asked | undefined {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
    const minutes = Number(values.minutes ?? Number.NaN);
    const seed = Number(values.seed ?? Date.now() % MOST_SEED);
    const isRight = minutes > 0 && minutes <= MOST_MINUTES && Number.isInteger(seed);
    return isRight ? { minutes, seed } : undefined;
  } catch {
    return undefined; // An option that there is not: the usage says which there are.
  }
}
