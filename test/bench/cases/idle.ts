import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LiveAgent } from '../process/live-agent.ts';
import { LiveNode } from '../workload/live-node.ts';
import { MIXED } from '../workload/mix.ts';
import type { BenchCase, Goal } from './case.ts';

/** Lines in each file when the agent starts: it must have read them all before it can be idle. */
const FIRST_RECORDS = 3;
/** After the last line was delivered: an agent looks at files that were just read more often, for the first ten seconds. */
const SETTLE_MS = 15_000;

interface IdleGoals {
  readonly start?: Goal;
  readonly memory?: Goal;
  readonly minute?: Goal;
  readonly share?: Goal;
}

/** What an agent costs that has nothing to do. */
export const idleCase = (files: number, goals: IdleGoals): BenchCase => ({
  name: `idle-${files}`,
  title: `${files.toLocaleString('en')} idle files`,
  isLong: true,
  figures: [
    { name: 'CPU in 60 s', unit: 'CPU s', ...(goals.minute && { goal: goals.minute }) },
    { name: 'share of a core', unit: '% of a core', ...(goals.share && { goal: goals.share }) },
    { name: 'start until all is delivered', unit: 's', ...(goals.start && { goal: goals.start }) },
    { name: 'CPU of the start', unit: 'CPU s' },
    { name: 'memory', unit: 'MiB', ...(goals.memory && { goal: goals.memory }) },
    { name: 'memory growth while idle', unit: 'MiB' },
    { name: 'peak memory', unit: 'MiB' },
  ],
  run: async (program, { scratch, watchSeconds }) => {
    using node = new LiveNode(scratch, files, MIXED, false, FIRST_RECORDS);
    const output = join(node.directory, 'output.json');
    await using agent = new LiveAgent(program, node, `file:${output}`);
    await agent.until(
      `every line of ${files} files is delivered`,
      () => (statSync(output, { throwIfNoEntry: false })?.size ?? 0) >= node.jsonBytes,
    );
    const start = (performance.now() - agent.startedAtMs) / 1000;
    const startCpu = agent.cpuSeconds;
    await pause(SETTLE_MS);
    const memoryBefore = agent.rssMib;
    const cpuBefore = agent.cpuSeconds;
    const before = performance.now();
    await pause(watchSeconds * 1000);
    const share = ((agent.cpuSeconds - cpuBefore) / (performance.now() - before)) * 1000;
    const memory = agent.rssMib;
    const peak = agent.peakRssMib;
    await agent.stop();
    return {
      'CPU in 60 s': share * 60,
      'share of a core': share * 100,
      'start until all is delivered': start,
      'CPU of the start': startCpu,
      memory,
      'memory growth while idle': memory - memoryBefore,
      'peak memory': peak,
    };
  },
});
