import { describe, expect, it } from 'vitest';
import { METRICS, renderMetrics } from '../../../src/serve/metrics.ts';
import type { AgentSnapshot } from '../../../src/telemetry/snapshot.ts';
import { lag, output, podOrigin, scrapeOf, snapshot } from './fake-snapshot.ts';

/** The series of one scrape, by name and labels as they are printed. */
const seriesOf = async (agent: AgentSnapshot): Promise<ReadonlyMap<string, number>> => {
  const lines = (await renderMetrics(scrapeOf(agent))).split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
  );
};

const streamSeries = (series: ReadonlyMap<string, number>): readonly string[] =>
  [...series.keys()].filter((key) => key.startsWith('birler_stream_lag_bytes'));

describe('the names of the metrics', () => {
  it.each(METRICS.map(({ name, type, help, labels }) => ({ name, type, help, labels })))(
    '$name follows the conventions of Prometheus',
    ({ name, type, help, labels }) => {
      expect(name).toMatch(/^(birler|process|nodejs)_[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(ms|milliseconds|kib|mib|minutes)(_|$)/);
      expect(help).toMatch(/^\S.*\.$/);
      expect(labels).not.toContain('quantile');
    },
  );

  it('are all different', () => {
    const names = METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the metrics', () => {
  it('say what the ledger says, each reason from the start', async () => {
    const gaps = [{ reason: 'truncated', events: 3, bytes: 700, unknownEvents: 1 }] as const;
    const ledger = { delivered: { records: 10, bytes: 2_000 }, gaps, recent: [] };
    const series = await seriesOf(snapshot({ outputs: [output({ ledger, acceptedRecords: 12 })] }));
    expect(series.get('birler_accepted_records_total{output="out"}')).toBe(12);
    expect(series.get('birler_delivered_records_total{output="out"}')).toBe(10);
    expect(series.get('birler_delivered_bytes_total{output="out"}')).toBe(2_000);
    expect(series.get('birler_lost_bytes_total{output="out",reason="truncated"}')).toBe(700);
    expect(series.get('birler_losses_total{output="out",reason="truncated"}')).toBe(3);
    expect(series.get('birler_losses_of_unknown_size_total{output="out",reason="truncated"}')).toBe(1);
    expect(series.get('birler_lost_bytes_total{output="out",reason="late_write"}')).toBe(0);
  });

  it('say how far behind each output is: in all, by how much at most, and which streams', async () => {
    const lags = [
      lag(podOrigin('web-0'), 100, { ageMs: 1_500 }),
      lag({ kind: 'file', file: 'app.log', host: 'node-1' }, 50),
      lag(podOrigin('db-0'), 10, { ageMs: 400 }),
      lag(podOrigin('web-0'), 7, { output: 'other' }),
    ];
    const series = await seriesOf(snapshot({ outputs: [output(), output({ name: 'other' })], lags }));
    expect(series.get('birler_lag_bytes{output="out"}')).toBe(160);
    expect(series.get('birler_lag_bytes{output="other"}')).toBe(7);
    expect(series.get('birler_lag_seconds{output="out"}')).toBe(1.5);
    expect(series.get('birler_lag_seconds{output="other"}')).toBe(0);
    expect(series.get('birler_lagging_streams{output="out"}')).toBe(3);
    const web = 'output="out",log_namespace="shop",log_pod="web-0",log_container="app",log_file=""';
    const file = 'output="out",log_namespace="",log_pod="",log_container="",log_file="app.log"';
    expect(series.get(`birler_stream_lag_bytes{${web}}`)).toBe(100);
    expect(series.get(`birler_stream_lag_seconds{${web}}`)).toBe(1.5);
    expect(series.get(`birler_stream_lag_bytes{${file}}`)).toBe(50);
    expect(series.has(`birler_stream_lag_seconds{${file}}`)).toBe(false);
  });

  it('take the restarts of a container for one', async () => {
    const lags = [
      lag(podOrigin('web-0', 0), 100, { ageMs: 10 }),
      lag(podOrigin('web-0', 1), 20, { ageMs: 3_000 }),
    ];
    const series = await seriesOf(snapshot({ lags }));
    const [only = '', ...more] = streamSeries(series);
    expect(more).toEqual([]);
    expect(series.get(only)).toBe(120);
    expect(series.get(only.replace('bytes', 'seconds'))).toBe(3);
  });

  it('have so many streams of each output and no more, those furthest behind; the totals have all', async () => {
    const lags = Array.from({ length: 500 }, (_, at) => lag(podOrigin(`web-${at}`), at + 1));
    const series = await seriesOf(snapshot({ lags }));
    const streams = streamSeries(series);
    expect(streams).toHaveLength(20);
    expect(streams.every((stream) => /log_pod="web-4[89]\d"/.test(stream))).toBe(true);
    expect(series.get('birler_lag_bytes{output="out"}')).toBe((500 * 501) / 2);
  });

  it('have no series of a pod that is gone', async () => {
    expect(streamSeries(await seriesOf(snapshot({ lags: [lag(podOrigin('web-0'), 1)] })))).toHaveLength(1);
    expect(streamSeries(await seriesOf(snapshot()))).toEqual([]);
  });

  it('say nothing of what is not there: pods where nobody is asked, a limit that the system does not tell', async () => {
    const without = [...(await seriesOf(snapshot())).keys()];
    expect(without.filter((key) => key.startsWith('birler_pods'))).toEqual([]);
    expect(without).not.toContain('process_max_fds');
    const pods = { isSynced: true, trouble: '403', heardAgeMs: 2_500 };
    const series = await seriesOf(snapshot({ pods }));
    expect(series.get('birler_pods_synced')).toBe(1);
    expect(series.get('birler_pods_failing')).toBe(1);
    expect(series.get('birler_pods_watch_age_seconds')).toBe(2.5);
  });

  it('are in base units', async () => {
    const failing = { forMs: 1_500, reason: 'busy' };
    const series = await seriesOf(
      snapshot({
        outputs: [output({ failing, blockedForMs: 250 })],
        checkpoint: { commits: 2, unsavedForMs: 500, failingForMs: 1_000 },
        loopAgeMs: 20,
      }),
    );
    expect(series.get('birler_failing_seconds{output="out"}')).toBe(1.5);
    expect(series.get('birler_blocked_seconds{output="out"}')).toBe(0.25);
    expect(series.get('birler_checkpoint_age_seconds')).toBe(0.5);
    expect(series.get('birler_checkpoint_failing_seconds')).toBe(1);
    expect(series.get('birler_loop_age_seconds')).toBe(0.02);
    expect(series.get('birler_event_loop_delay_max_seconds')).toBe(0.25);
    expect(series.get('birler_build_info{version="1.2.3",node_version="v26.10.0",kernel="wasm"}')).toBe(1);
  });

  it('escape what people call their files', async () => {
    const lags = [lag({ kind: 'file', file: 'a"b\\c\nd.log', host: 'node-1' }, 1)];
    expect(await renderMetrics(scrapeOf(snapshot({ lags })))).toContain('log_file="a\\"b\\\\c\\nd.log"} 1\n');
  });
});
