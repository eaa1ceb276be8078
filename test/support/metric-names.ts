import { METRICS } from '../../src/serve/metrics.ts';

/** What a query asks for. */
interface Selector {
  readonly metric: string;
  /** Labels in its braces. */
  readonly labels: readonly string[];
}

/** The metrics that a PromQL expression names, with the labels that it selects by. */
function selectorsOf(expression: string): Selector[] {
  const found = expression.matchAll(/\b([a-z]\w*_\w+|up)\b(?!\s*\()(?:\{([^}]*)\})?/g);
  return [...found]
    .filter(([, metric = '']) => !KEYWORDS.has(metric))
    .map(([, metric = '', inner = '']) => ({
      metric,
      labels: [...inner.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
}

const KEYWORDS = new Set(['__rate_interval', '__range', 'group_left', 'group_right']);

/** Labels that the scrape puts on every series: the PodMonitor's, and the ones that Prometheus adds. */
const OF_THE_SCRAPE = ['node', 'job', 'instance', 'pod', 'namespace', 'container', 'endpoint'];

/** Metrics of others that the alerts look at: Prometheus' own, and those of kube-state-metrics. */
const FOREIGN = /^(?:up|kube_daemonset_status_\w+)$/;

/** What is wrong with an expression, in view of the metrics that birler really has. */
export function unknownNames(expression: string): string[] {
  const known = new Map(METRICS.map(({ name, labels }) => [name, labels]));
  return selectorsOf(expression).flatMap(({ metric, labels }) => {
    if (FOREIGN.test(metric)) return [];
    const own = known.get(metric);
    if (own === undefined) return [`birler has no metric ${metric}`];
    const unknown = labels.filter((label) => !own.includes(label) && !OF_THE_SCRAPE.includes(label));
    return unknown.map((label) => `${metric} has no label ${label}`);
  });
}
