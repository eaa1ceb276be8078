/**
 * `npm run soak -- --minutes N [--seed N]`: a node under load, and an agent that is stopped, started and killed meanwhile.
 * Every 30 s the writers hold their breath, everything that was written is looked for in the output, and a line of the table
 * is printed. Exit code 0 when every line was delivered once and in order or stands in the ledger, else 1.
 */
import { unlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../simulation/random.ts';
import type { Account } from '../support/account.ts';
import { untilStill } from '../support/until.ts';
import { Verifier } from '../support/verify.ts';
import { SoakAgent } from './soak-agent.ts';
import { SoakNode } from './soak-node.ts';
import { conclusion, type Finding, findingOf, reportHeader, reportLine } from './soak-report.ts';

const ROUND_MS = 30_000;
const LOOK_MS = 500;
/** The output is complete when nothing has come for so long. */
const STILL_MS = 2_500;

interface Round {
  readonly endMs: number;
  /** When to end the agent, and how. */
  readonly troubles: { readonly atMs: number; readonly kind: 'kill' | 'restart' }[];
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
  const minutes = Number(values.minutes ?? '5');
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
    process.stderr.write('usage: npm run soak -- [--minutes N] [--seed N]\n');
    return 2;
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  say(`A soak of ${minutes} minutes, seed ${seed}; Ctrl+C ends it with a report.`);
  const finding = await soak(minutes * 60_000, new Random(seed), interrupted.signal);
  return finding.isHonest ? 0 : 1;
}

async function soak(durationMs: number, random: Random, interrupted: AbortSignal): Promise<Finding> {
  const waiting: Account[] = [];
  await using node = new SoakNode(random, (account) => waiting.push(account));
  await using agent = new SoakAgent(node.node);
  node.resume();
  await agent.untilDelivering(0);
  using verifier = new Verifier(node.node.output);
  const begin = performance.now();
  say(reportHeader());
  for (;;) {
    const nowMs = performance.now() - begin;
    await liveThrough(planRound(random, Math.min(ROUND_MS, durationMs - nowMs)), node, agent, interrupted);
    for (const account of waiting.splice(0)) verifier.expect(account);
    await node.pause();
    await untilStill('the output is complete', () => agent.delivered, STILL_MS);
    const moved = await agent.rotateOutput();
    await agent.stop();
    verifier.readOn();
    const elapsedMs = performance.now() - begin;
    const finding = findingOf(verifier);
    say(reportLine(finding, agent, elapsedMs / 1_000));
    if (elapsedMs >= durationMs || interrupted.aborted || !finding.isHonest) {
      say(conclusion(finding, agent, node));
      return finding;
    }
    verifier.goOnIn(node.node.output);
    unlinkSync(moved);
    node.resume();
    await agent.start();
  }
}

/** Two ends of the agent a round, at times of their own, and not so close that nothing happens between them. */
function planRound(random: Random, lengthMs: number): Round {
  const kinds = ['kill', 'restart'] as const;
  const troubles = kinds.map((kind, index) => ({
    kind,
    atMs: random.between(
      Math.floor(lengthMs * (0.1 + index * 0.45)),
      Math.floor(lengthMs * (0.4 + index * 0.45)),
    ),
  }));
  return { endMs: lengthMs, troubles };
}

async function liveThrough(
  round: Round,
  node: SoakNode,
  agent: SoakAgent,
  interrupted: AbortSignal,
): Promise<void> {
  const begin = performance.now();
  node.isWatched = true;
  node.resume();
  while (performance.now() - begin < round.endMs && !interrupted.aborted) {
    agent.measure();
    const [next] = round.troubles;
    if (next !== undefined && performance.now() - begin >= next.atMs) {
      round.troubles.shift();
      await endAndStart(next.kind, node, agent);
    }
    await pause(LOOK_MS);
  }
}

async function endAndStart(kind: 'kill' | 'restart', node: SoakNode, agent: SoakAgent): Promise<void> {
  node.isWatched = false;
  if (kind === 'kill') await agent.killHard();
  else await agent.stop();
  await agent.start();
  node.isWatched = true;
}
