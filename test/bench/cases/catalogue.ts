import { backlogCase, CPU, PEAK, RATE } from './backlog.ts';
import type { BenchCase } from './case.ts';
import { idleCase } from './idle.ts';
import { latencyCase } from './latency.ts';
import { STALL } from './stall.ts';
import { START } from './start.ts';
import { STEADY } from './steady.ts';
import { TRANSFORMS } from './transforms.ts';

/** Every case, in the order in which it is run and told. The goals are those of the issue on speed. */
export const CASES: readonly BenchCase[] = [
  backlogCase({
    name: 'json-null',
    title: 'JSON to /dev/null',
    workload: 'one-file',
    format: 'json',
    to: 'null',
    goals: { [RATE]: { atLeast: 1500 } },
    wcGoal: { atMost: 10 },
  }),
  backlogCase({
    name: 'json-file',
    title: 'JSON to a file on tmpfs',
    workload: 'one-file',
    format: 'json',
    to: 'file',
    goals: { [RATE]: { atLeast: 800 } },
  }),
  backlogCase({
    name: 'json-pipe',
    title: 'JSON to a pipe',
    workload: 'one-file',
    format: 'json',
    to: 'pipe',
    goals: { [RATE]: { atLeast: 1000 } },
  }),
  backlogCase({
    name: 'raw-null',
    title: 'raw to /dev/null',
    workload: 'one-file',
    format: 'raw',
    to: 'null',
    goals: { [RATE]: { atLeast: 2500 } },
  }),
  backlogCase({
    name: 'count',
    title: 'counting only: format none',
    workload: 'one-file',
    format: 'none',
    to: 'null',
  }),
  backlogCase({
    name: 'two-outputs',
    title: 'JSON to /dev/null, twice',
    workload: 'one-file',
    format: 'json',
    to: 'two-nulls',
    relation: { to: 'json-null', figure: CPU, goal: { atMost: 1.6 } },
  }),
  backlogCase({
    name: 'hundred-files',
    title: '100 files, JSON to /dev/null',
    workload: 'hundred-files',
    format: 'json',
    to: 'null',
    goals: { [PEAK]: { atMost: 90 } },
  }),
  backlogCase({
    name: 'short-lines',
    title: 'short lines, JSON to /dev/null',
    workload: 'short',
    format: 'json',
    to: 'null',
  }),
  backlogCase({
    name: 'unicode',
    title: 'Unicode messages, JSON to /dev/null',
    workload: 'unicode',
    format: 'json',
    to: 'null',
    relation: { to: 'json-null', figure: RATE, goal: { atLeast: 0.5 } },
  }),
  backlogCase({
    name: 'json-messages',
    title: 'JSON messages, JSON to /dev/null',
    workload: 'json',
    format: 'json',
    to: 'null',
    relation: { to: 'json-null', figure: RATE, goal: { atLeast: 0.5 } },
  }),
  START,
  idleCase(500, { minute: { atMost: 0.12 } }),
  idleCase(10_000, { start: { atMost: 5 }, memory: { atMost: 250 }, share: { atMost: 1 } }),
  latencyCase({
    name: 'latency',
    title: 'a line every 50 ms, to 100 files in turn',
    filesEachTime: 1,
    goals: { p50: { atMost: 5 }, p99: { atMost: 20 } },
  }),
  latencyCase({
    name: 'latency-busy',
    title: 'a line every 50 ms, to each of 100 files',
    filesEachTime: 100,
    goals: { p50: { atMost: 5 }, p99: { atMost: 20 } },
  }),
  STEADY,
  STALL,
  TRANSFORMS,
];
