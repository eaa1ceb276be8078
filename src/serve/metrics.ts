import { Counter, Gauge, Registry } from 'prom-client';
import { AGENT_METRICS } from './agent-metrics.ts';
import type { MetricDefinition, Scrape } from './metric.ts';
import { OUTPUT_METRICS } from './output-metrics.ts';
import { PROCESS_METRICS } from './process-metrics.ts';
import { STREAM_METRICS } from './stream-metrics.ts';

/** Every metric that birler has; docs/operating.md lists them. */
export const METRICS: readonly MetricDefinition[] = [
  ...OUTPUT_METRICS,
  ...STREAM_METRICS,
  ...AGENT_METRICS,
  ...PROCESS_METRICS,
];

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The text of one scrape. A registry of its own for each: nothing is left of a pod that is gone. */
export const renderMetrics = (scrape: Scrape): Promise<string> => {
  const registry = new Registry();
  for (const definition of METRICS) addMetric(registry, definition, scrape);
  return registry.metrics();
};

const addMetric = (
  registry: Registry,
  { name, type, help, labels, samples }: MetricDefinition,
  scrape: Scrape,
): void => {
  const values = samples(scrape);
  if (values.length === 0) return;
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') {
    const metric = new Counter(options);
    for (const sample of values) metric.inc(sample.labels, sample.value);
  } else {
    const metric = new Gauge(options);
    for (const sample of values) metric.set(sample.labels, sample.value);
  }
};
