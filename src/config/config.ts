import type { OutputFormat } from '../core/encoder.ts';
import type { KernelChoice } from '../core/kernel.ts';
import type { Transform } from '../shape/transforms.ts';
import type { HttpConfig } from './http.ts';
import type { KubernetesConfig } from './kubernetes-config.ts';

/** A configuration file that is longer is none. */
export const MOST_CONFIG_CHARACTERS = 1_048_576;

/**
 * What the agent does, fully decided: every default filled in, every path absolute, sizes in bytes, times in
 * milliseconds. The loader is the only place that makes one; nothing behind it looks at the environment or a terminal.
 */
export interface Config {
  readonly sources: SourcesConfig;
  /** Where a stream is begun that has no checkpoint yet. */
  readonly startAt: StartAt;
  readonly limits: LimitsConfig;
  readonly multiline: MultilineConfig;
  readonly transforms: readonly Transform[];
  readonly kubernetes: KubernetesConfig;
  readonly state: StateConfig;
  /** This node's name, as records carry it. */
  readonly host: string;
  /** How long a stop may take to deliver what was read. */
  readonly graceMs: number;
  /** What does the byte work; all deliver the same. */
  readonly kernel: KernelChoice;
  readonly log: LogConfig;
  /** When it is read anew. */
  readonly reload: (typeof RELOAD)[number];
  /** Undefined: it answers nowhere. */
  readonly http: HttpConfig | undefined;
  /** Never empty; names are unique, file paths too, and at most one is stdout. */
  readonly outputs: readonly OutputConfig[];
}

export const RELOAD = ['auto', 'signal', 'off'] as const;
export const START_AT = ['beginning', 'end'] as const;
export type StartAt = (typeof START_AT)[number];

export const WATCH = ['auto', 'off'] as const;
export const OWN_LOGS = ['exclude', 'include'] as const;

export interface SourcesConfig {
  /** The directory of the kubelet's links, or of plain `*.log` files. */
  readonly logsDirectory: string;
  /** The directory of the real files; null: /var/log/pods if it is there, and wherever links lead. */
  readonly podsDirectory: string | null;
  /** Container streams to follow; empty: all. */
  readonly include: readonly ContainerRuleConfig[];
  /** Container streams to leave out, even if included. */
  readonly exclude: readonly ContainerRuleConfig[];
  /** The names that count as a log where the kubelet did not name the file. */
  readonly files: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly rescanIntervalMs: number;
  readonly watch: (typeof WATCH)[number];
  /** birler's own pod, which is left out; null: it is followed like any other, or there is none. */
  readonly ownPod: { readonly namespace: string; readonly pod: string } | null;
}

/** All must match; a missing glob is `*`. */
export interface ContainerRuleConfig {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Label selectors, checked; null: any. */
  readonly labels: string | null;
  readonly annotations: string | null;
}

export interface LimitsConfig {
  /** Bytes that were taken from the files and not yet acknowledged, per output. */
  readonly inFlightBytes: number;
  /** The longest message; the rest of a longer one is cut off and counted. */
  readonly lineBytes: number;
  readonly openFiles: number;
  /** Disk space of deleted files that birler may hold on to until they are read. */
  readonly heldDeletedBytes: number;
  /** How much one pod may read before the next has its turn. */
  readonly readShareBytes: number;
  /** Memory for the open partial lines of all streams together. */
  readonly partialBytes: number;
  /** An open partial record is delivered, marked partial, after this. */
  readonly partialAgeMs: number;
  readonly recordsPerBatch: number;
  /** How many bytes a second may be read of one pod; 0: as many as can be. */
  readonly ratePerPodBytes: number;
  /** What happens to what is over a pod's rate. */
  readonly onExcess: (typeof ON_EXCESS)[number];
}

/** How lines become records. */
export interface MultilineConfig {
  /** As Treatment.multiline: empty means that nothing is joined. */
  readonly mode: string;
  readonly waitMs: number;
  /** Bounds of one record; `bytes` is never more than the longest message. */
  readonly lines: number;
  readonly bytes: number;
}

export const ON_EXCESS = ['delay', 'drop'] as const;

export interface StateConfig {
  readonly directory: string;
  readonly checkpointIntervalMs: number;
  /** Whether a checkpoint waits until the disk has it (fsync). */
  readonly sync: boolean;
}

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const OUTPUT_FORMATS = [
  'json',
  'raw',
  'cri',
  'pretty',
  'none',
] as const satisfies readonly OutputFormat[];

export type OutputConfig = StdoutOutputConfig | FileOutputConfig;

interface RecordOutputConfig {
  /** Positions are kept under this name: another name begins anew. */
  readonly name: string;
  readonly format: OutputFormat;
  /** Whether JSON records carry a stable `id`. */
  readonly recordId: boolean;
  /** Whether a loss is told in the output, as a record of its stream. */
  readonly gap: 'records' | 'off';
  /** Whether the pretty format is coloured. */
  readonly color: boolean;
}

export interface StdoutOutputConfig extends RecordOutputConfig {
  readonly type: 'stdout';
}

export interface FileOutputConfig extends RecordOutputConfig {
  readonly type: 'file';
  readonly path: string;
  /** Permissions of a file that birler creates. */
  readonly mode: number;
}
