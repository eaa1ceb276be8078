import type { Origin } from '../core/origin.ts';
import type { AgentSnapshot, StreamLag } from '../telemetry/snapshot.ts';
import type { MetricDefinition, Sample } from './metric.ts';

/**
 * Series by stream are bounded: for each output those that are furthest behind, and only while they are. The totals by output
 * have all of them.
 */
const MOST_STREAM_SERIES = 20;

/**
 * `namespace`, `pod` and `container` would be the agent's own where Prometheus scrapes pods, and ours would be renamed. The
 * restart count is left out: it would make a new series with every restart.
 */
const LABELS = ['output', 'log_namespace', 'log_pod', 'log_container', 'log_file'] as const;

type StreamLabels = Readonly<Record<(typeof LABELS)[number], string>>;

interface Behind {
  readonly labels: StreamLabels;
  bytes: number;
  ageMs: number | undefined;
}

const labelsOf = (output: string, origin: Origin): StreamLabels => {
  const names = { output, log_namespace: '', log_pod: '', log_container: '', log_file: '' };
  if (origin.kind === 'file') return { ...names, log_file: origin.file };
  const { namespace, pod, container } = origin;
  return { ...names, log_namespace: namespace, log_pod: pod, log_container: container };
};

/** Both metrics ask for the same: 10,000 streams take 5 ms. */
const remembered = new WeakMap<AgentSnapshot, readonly Behind[]>();

const furthestBehind = (agent: AgentSnapshot): readonly Behind[] => {
  const known = remembered.get(agent);
  if (known !== undefined) return known;
  const behind = mostBehind(
    agent.lags,
    agent.outputs.map(({ name }) => name),
  );
  remembered.set(agent, behind);
  return behind;
};

/** Streams with the same labels (restarts of a container) as one. */
const mostBehind = (lags: readonly StreamLag[], outputs: readonly string[]): readonly Behind[] => {
  const byLabels = new Map<string, Behind>();
  for (const { output, origin, bytes, ageMs } of lags) {
    const labels = labelsOf(output, origin);
    const id = Object.values(labels).join('\n');
    const behind = byLabels.get(id);
    if (behind === undefined) byLabels.set(id, { labels, bytes, ageMs });
    else {
      behind.bytes += bytes;
      behind.ageMs = Math.max(behind.ageMs ?? 0, ageMs ?? 0);
    }
  }
  const sorted = [...byLabels.values()].toSorted((a, b) => b.bytes - a.bytes);
  return outputs.flatMap((output) =>
    sorted.filter(({ labels }) => labels.output === output).slice(0, MOST_STREAM_SERIES),
  );
};

const perStream = (
  name: string,
  help: string,
  read: (behind: Behind) => number | undefined,
): MetricDefinition => ({
  name,
  type: 'gauge',
  help: `${help} The ${MOST_STREAM_SERIES} streams of each output that are furthest behind; no series for what is up to date or gone.`,
  labels: LABELS,
  samples: ({ agent }) =>
    furthestBehind(agent).flatMap((behind): Sample[] => {
      const value = read(behind);
      return value === undefined ? [] : [{ labels: behind.labels, value }];
    }),
});

export const STREAM_METRICS: readonly MetricDefinition[] = [
  perStream(
    'birler_stream_lag_bytes',
    'Bytes of the stream that the output has not delivered.',
    ({ bytes }) => bytes,
  ),
  perStream(
    'birler_stream_lag_seconds',
    'Age of the first record of the stream that the output has not delivered, where its line tells.',
    ({ ageMs }) => (ageMs === undefined ? undefined : ageMs / 1000),
  ),
];
