import type { Program } from '../process/program.ts';
import type { NodeDirectory } from '../workload/node-directory.ts';
import type { WorkloadName } from '../workload/workloads.ts';

/** What the issue on speed asks of a figure. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export type Unit = 'MiB/CPU s' | 'CPU s' | 's' | 'MiB' | 'ms' | '% of a core' | 'MiB/s' | 'times' | 'ns';

export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly goal?: Goal;
}

/** Figures by name, of one repetition. */
export type Sample = Readonly<Record<string, number>>;

/** How a case's figure must stand to the same figure of another case. */
export interface Relation {
  readonly to: string;
  readonly figure: string;
  readonly goal: Goal;
}

export interface BenchCase {
  readonly name: string;
  readonly title: string;
  /** The first is the headline: what `--compare` compares. */
  readonly figures: readonly Figure[];
  /** A backlog: the yardsticks read it in each round too. */
  readonly workload?: WorkloadName;
  /** The most CPU that it may take, as a multiple of what `wc -l` takes. */
  readonly wcGoal?: Goal;
  readonly relation?: Relation;
  /** Takes most of a minute, and holds many events in one go: run in the first round only. */
  readonly isLong?: true;
  readonly run: (program: Program, bench: Bench) => Promise<Sample>;
  /** Looks at every byte of the output where `run` cannot. Returns what it found; throws if that is wrong. */
  readonly check?: (program: Program, bench: Bench) => Promise<string>;
}

/** What the cases run in. */
export interface Bench {
  /** For state, outputs and whatever else a case needs; on the same file system as the logs. */
  readonly scratch: string;
  readonly node: (workload: WorkloadName) => NodeDirectory;
  /** The size of a workload. */
  readonly bytes: number;
  /** How long the cases that watch a live agent watch it. */
  readonly watchSeconds: number;
}
