import type { ProcessUsage } from '../system/machine.ts';
import type { AgentSnapshot, OutputSnapshot } from '../telemetry/snapshot.ts';

/** What one scrape is made of. */
export interface Scrape {
  readonly agent: AgentSnapshot;
  readonly process: ProcessUsage;
  readonly version: string;
  /** Taps that are open. */
  readonly taps: number;
}

/**
 * One metric: what it is called, what it means, and how it is read from a scrape. A metric that gives no sample is not there:
 * so a series vanishes with the pod that it spoke of.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (scrape: Scrape) => readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Number1 = (scrape: Scrape) => number | undefined;

/** A number without labels; undefined: it is not there. */
const single = (
  type: MetricDefinition['type'],
  name: string,
  help: string,
  read: Number1,
): MetricDefinition => ({
  name,
  type,
  help,
  labels: [],
  samples: (scrape) => {
    const value = read(scrape);
    return value === undefined ? [] : [{ labels: {}, value }];
  },
});

export const gauge = (name: string, help: string, read: Number1): MetricDefinition =>
  single('gauge', name, help, read);

export const counter = (name: string, help: string, read: Number1): MetricDefinition =>
  single('counter', name, help, read);

/** One number for each output. */
export const perOutput = (
  type: MetricDefinition['type'],
  name: string,
  help: string,
  read: (output: OutputSnapshot, scrape: Scrape) => number,
): MetricDefinition => ({
  name,
  type,
  help,
  labels: ['output'],
  samples: (scrape) =>
    scrape.agent.outputs.map((output) => ({
      labels: { output: output.name },
      value: read(output, scrape),
    })),
});

export const seconds = (ms: number): number => ms / 1000;
