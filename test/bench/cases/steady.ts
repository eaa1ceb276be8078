import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkOutputFile, OutputCheck } from '../check/output-check.ts';
import { describeVerdict, isExact } from '../check/verdict.ts';
import { LiveAgent } from '../process/live-agent.ts';
import { LiveNode } from '../workload/live-node.ts';
import { MIXED } from '../workload/mix.ts';
import type { BenchCase } from './case.ts';

const FILES = 50;
const LINES_PER_SECOND = 10_000;
const TICK_MS = 10;
const WARM_UP_MS = 2_000;

/** A busy node: what share of a core does it take to keep up? */
export const STEADY: BenchCase = {
  name: 'steady-10k',
  title: '10,000 lines/s over 50 files, JSON to a file',
  isLong: true,
  figures: [
    { name: 'share of a core', unit: '% of a core', goal: { atMost: 4 } },
    { name: 'peak memory', unit: 'MiB' },
  ],
  run: async (program, { scratch, watchSeconds }) => {
    using node = new LiveNode(scratch, FILES, MIXED, true);
    const output = join(node.directory, 'output.json');
    await using agent = new LiveAgent(program, node, `file:${output}`);
    await writeAtRate(node, WARM_UP_MS);
    const cpuBefore = agent.cpuSeconds;
    const before = performance.now();
    await writeAtRate(node, watchSeconds * 1000);
    const share = ((agent.cpuSeconds - cpuBefore) / (performance.now() - before)) * 1000;
    await agent.until('every line is delivered', () => statSync(output).size >= node.jsonBytes);
    const peak = agent.peakRssMib;
    await agent.stop();
    const verdict = checkOutputFile(output, new OutputCheck(node.streams, node.accounts, 'json'));
    if (!isExact(verdict)) throw new Error(`the output is wrong: ${describeVerdict(verdict)}`);
    return { 'share of a core': share * 100, 'peak memory': peak };
  },
};

/** Writes in turn to all files; what a late timer left out is caught up on. */
const writeAtRate = async (node: LiveNode, forMs: number): Promise<void> => {
  const began = performance.now();
  let written = 0;
  for (let passedMs = 0; passedMs < forMs; passedMs = performance.now() - began) {
    for (const due = (passedMs * LINES_PER_SECOND) / 1000; written < due; written++) node.write(written);
    await pause(TICK_MS);
  }
};
