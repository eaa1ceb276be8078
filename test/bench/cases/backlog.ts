import { rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutputFile, OutputCheck } from '../check/output-check.ts';
import { describeVerdict, isExact } from '../check/verdict.ts';
import { type Format, type OnceRun, runOnce } from '../process/agent-run.ts';
import type { Program } from '../process/program.ts';
import { bytePath, copyFloor, warmPages } from '../process/yardsticks.ts';
import type { NodeDirectory } from '../workload/node-directory.ts';
import type { WorkloadName } from '../workload/workloads.ts';
import type { Bench, BenchCase, Figure, Goal, Relation, Sample } from './case.ts';

/**
 * Cases that deliver a backlog with `--once`. What goes into a file or a pipe is compared with the workload byte for byte, in
 * every repetition. What goes to /dev/null is counted by the agent; the same work is done once more, into a file, and
 * compared there. For the floor under it, the byte path goes over the same files with nothing around it, and where bytes are
 * kept or piped, `dd` does that with as many.
 */
export type Destination = 'null' | 'file' | 'pipe' | 'two-nulls' | 'two-files';

interface BacklogCase {
  readonly name: string;
  readonly title: string;
  readonly workload: WorkloadName;
  readonly format: Format;
  readonly to: Destination;
  readonly goals?: Readonly<Record<string, Goal>>;
  readonly wcGoal?: Goal;
  readonly relation?: Relation;
}

const MIB = 1024 * 1024;

export const RATE = 'input per CPU second';
export const CPU = 'CPU';
export const PEAK = 'peak memory';
/** What `dd` takes that puts as many bytes where the agent put its output. */
export const FLOOR = 'CPU of dd';
/** What this checkout's own decoder and encoder take with nothing around them. */
export const BYTE_PATH = 'CPU of the byte path';

const FIGURES: readonly Figure[] = [
  { name: RATE, unit: 'MiB/CPU s' },
  { name: CPU, unit: 'CPU s' },
  { name: 'wall', unit: 's' },
  { name: PEAK, unit: 'MiB' },
  { name: 'memory growth', unit: 'MiB' },
  { name: BYTE_PATH, unit: 'CPU s' },
  { name: FLOOR, unit: 'CPU s' },
];

export const backlogCase = ({ format, to, goals = {}, ...rest }: BacklogCase): BenchCase => ({
  ...rest,
  figures: FIGURES.map((figure) => {
    const goal = goals[figure.name];
    return goal === undefined ? figure : { ...figure, goal };
  }),
  run: async (program, bench) => {
    const node = bench.node(rest.workload);
    const { usage, records, floorSeconds } = await deliver(program, bench, node, format, to);
    expectRecords(records, node.records * (to === 'two-nulls' ? 2 : 1));
    return {
      ...backlogSample(node.bytes, usage),
      ...(to === 'null' && { [BYTE_PATH]: await bytePath(format, node) }),
      ...(floorSeconds !== undefined && { [FLOOR]: floorSeconds }),
    };
  },
  ...((to === 'null' || to === 'two-nulls') && format !== 'none'
    ? {
        check: async (program: Program, bench: Bench) => {
          const node = bench.node(rest.workload);
          const into = to === 'null' ? 'file' : 'two-files';
          const { records } = await deliver(program, bench, node, format, into);
          return `the same into ${into === 'file' ? 'a file' : 'two files'}: all ${records} records, in order, byte for byte`;
        },
      }
    : {}),
});

const backlogSample = (bytes: number, usage: OnceRun['usage']): Sample => ({
  [RATE]: bytes / MIB / usage.cpuSeconds,
  [CPU]: usage.cpuSeconds,
  wall: usage.wallSeconds,
  [PEAK]: usage.peakRssBytes / MIB,
  'memory growth': usage.rssGrowthBytes / MIB,
});

const expectRecords = (told: number, wanted: number): void => {
  if (told !== wanted) throw new Error(`the agent says it delivered ${told} records; there are ${wanted}`);
};

const deliver = async (
  program: Program,
  { scratch }: Bench,
  node: NodeDirectory,
  format: Format,
  to: Destination,
): Promise<OnceRun & { readonly floorSeconds?: number }> => {
  const paths = (to === 'two-files' ? ['output-1', 'output-2'] : ['output']).map((name) =>
    join(scratch, name),
  );
  const [path = ''] = paths;
  const run = (outputs: readonly string[], pipeInto?: string): Promise<OnceRun> =>
    runOnce(program, scratch, {
      logs: node.logs,
      pods: node.pods,
      outputs,
      format,
      ...(pipeInto === undefined ? {} : { pipeInto }),
    });
  if (to === 'null') return run(['file:/dev/null']);
  if (to === 'two-nulls') return run(twoNulls(scratch).map((link) => `file:${link}`));
  try {
    if (format === 'none') throw new Error('broken invariant: nothing is written to a file or a pipe');
    if (to !== 'two-files') await warmPages(path, node);
    const result = await (to === 'pipe' ? run(['stdout'], path) : run(paths.map((each) => `file:${each}`)));
    for (const each of paths) {
      const { streams } = node.workload;
      const verdict = checkOutputFile(each, new OutputCheck(streams, node.accounts, format));
      if (!isExact(verdict)) throw new Error(`the output is wrong: ${describeVerdict(verdict)}`);
    }
    if (to === 'two-files') return result;
    const { size } = statSync(path);
    rmSync(path);
    return { ...result, floorSeconds: await copyFloor(path, size, to === 'pipe') };
  } finally {
    for (const each of paths) rmSync(each, { force: true });
  }
};

/** Two names for /dev/null: each output has its own. */
const twoNulls = (scratch: string): readonly string[] =>
  ['null-1', 'null-2'].map((name) => {
    const link = join(scratch, name);
    rmSync(link, { force: true });
    symlinkSync('/dev/null', link);
    return link;
  });
