import { runOnce } from '../process/agent-run.ts';
import { LiveNode } from '../workload/live-node.ts';
import { MIXED } from '../workload/mix.ts';
import type { BenchCase } from './case.ts';

/** A start, one line, and the end: the part of every other case that has nothing to do with its size. */
export const START: BenchCase = {
  name: 'start',
  title: 'one line, from start to end',
  figures: [
    { name: 'wall', unit: 's' },
    { name: 'CPU', unit: 'CPU s' },
    { name: 'peak memory', unit: 'MiB' },
  ],
  run: async (program, { scratch }) => {
    using node = new LiveNode(scratch, 1, MIXED, false, 1);
    const { usage, records } = await runOnce(program, scratch, {
      logs: node.logs,
      pods: node.pods,
      outputs: ['file:/dev/null'],
      format: 'json',
    });
    if (records !== 1) throw new Error(`the agent says it delivered ${records} records; there is 1`);
    return { wall: usage.wallSeconds, CPU: usage.cpuSeconds, 'peak memory': usage.peakRssBytes / 2 ** 20 };
  },
};
