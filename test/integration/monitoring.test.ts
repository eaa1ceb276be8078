/**
 * The dashboard and the alert rules: promtool checks and tests the rules, every name is one that birler really has, and a real
 * Prometheus that scrapes a real agent answers every query of both.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { METRICS } from '../../src/serve/metrics.ts';
import { requireProgram } from '../support/daemon.ts';
import { DEPLOY } from '../support/kustomize.ts';
import { unknownNames } from '../support/metric-names.ts';
import { agentFlags, NodeAgent } from '../support/node-agent.ts';
import { Prometheus } from '../support/prometheus.ts';
import { TempDir } from '../support/temp-dir.ts';
import { TempNode } from '../support/temp-node.ts';
import { WrittenContainer } from '../support/written-container.ts';

const RULES = join(DEPLOY, 'prometheus', 'birler.rules.yaml');

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({ alert: z.string(), expr: z.string(), annotations: z.record(z.string(), z.string()) }),
      ),
    }),
  ),
});
const alerts = Rules.parse(parse(readFileSync(RULES, 'utf8'))).groups.flatMap(({ rules }) => rules);

const Target = z.object({ expr: z.string(), legendFormat: z.string() });
const Dashboard = z.object({
  uid: z.string(),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(
    z.looseObject({
      id: z.number(),
      type: z.string(),
      title: z.string(),
      description: z.string().optional(),
      targets: z.array(Target).default([]),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
    }),
  ),
});
const dashboard = Dashboard.parse(JSON.parse(readFileSync(join(DEPLOY, 'grafana', 'birler.json'), 'utf8')));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const));

/** What Grafana puts in for its variables. */
const filledIn = (query: string): string =>
  query
    .replaceAll('"$node"', '".*"')
    .replaceAll('"$output"', '".*"')
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '1m');

/** Those that have nothing to say while all is well, or where nobody is asked. */
const MAY_BE_EMPTY = /birler_(?:loss|lost|pods|stream_lag)|> 0\)?$/;

function promtool(...args: readonly string[]): string {
  requireProgram('promtool', 'prometheus');
  return execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });
}

describe('the alert rules', () => {
  it('are rules to Prometheus, and fire and keep silent as their own tests say', () => {
    expect(promtool('check', 'rules', RULES)).toContain(`${alerts.length} rules found`);
    expect(promtool('test', 'rules', RULES.replace('.yaml', '.test.yaml'))).toContain('SUCCESS');
  });

  it('are each tested, and each tell what to do', () => {
    const tests = readFileSync(RULES.replace('.yaml', '.test.yaml'), 'utf8');
    for (const { alert, annotations } of alerts) {
      expect(tests).toContain(alert);
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
      expect(annotations['description']?.length).toBeGreaterThan(50);
    }
  });

  it.each(alerts.map(({ alert, expr }) => [alert, expr]))('%s asks for what birler has', (_alert, expr) => {
    expect(unknownNames(expr)).toEqual([]);
  });

  it('come with a scrape that sets the label that they speak of', () => {
    const file = join(DEPLOY, 'prometheus', 'birler.scrape.yaml');
    const Scrape = z.object({
      scrape_configs: z.tuple([z.looseObject({ relabel_configs: z.array(z.unknown()) })]),
    });
    const [{ kubernetes_sd_configs: discovery, ...rest }] = Scrape.parse(
      parse(readFileSync(file, 'utf8')),
    ).scrape_configs;
    expect(discovery).toEqual([{ role: 'pod', namespaces: { names: ['birler'] } }]);
    expect(rest.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_node_name'],
      target_label: 'node',
    });
    // Debian's Prometheus is built without Kubernetes, so the rest is checked without that part.
    using dir = new TempDir('birler-scrape');
    writeFileSync(dir.join('prometheus.yaml'), stringify({ scrape_configs: [rest] }));
    expect(promtool('check', 'config', dir.join('prometheus.yaml'))).toContain('SUCCESS');
  });
});

describe('the dashboard', () => {
  it('asks only for what birler has', () => {
    const variables = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);
    const wrong = [
      ...queries.map(([, expr]) => expr),
      ...variables.map((each) => each.replace('label_values', '')),
    ];
    expect(wrong.flatMap(unknownNames)).toEqual([]);
  });

  it('shows what an operator is told to look at', () => {
    const shown = queries.map(([, expr]) => expr).join('\n');
    const important = METRICS.map(({ name }) => name).filter((name) =>
      /lag_|loss|lost_bytes|failing|checkpoint_age|held_deleted|rescan_found_streams|resident|cpu/.test(name),
    );
    expect(important.filter((name) => !shown.includes(name))).toEqual([
      // Told in words by the alert, and in the ledger.
      'birler_losses_of_unknown_size_total',
      'birler_pods_failing',
    ]);
  });

  it('is laid out without overlaps, and explains each of its panels', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBe(24);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description } of panels)
      expect([title, description]).toEqual([title, expect.any(String)]);
  });
});

describe('a real Prometheus that scrapes birler', () => {
  it('answers every query of the dashboard and of the alerts', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(500);
    await using agent = new NodeAgent(node, agentFlags(node, '--http', '127.0.0.1:0'));
    await agent.untilLines(500);
    const port = await agent.until('it says where it answers', () =>
      agent.diagnostics.map(({ port: told }) => Number(told)).find((told) => told > 0),
    );
    await using prometheus = await Prometheus.start(port);
    await prometheus.untilGives('birler_build_info');
    // A rate needs two scrapes.
    await prometheus.untilGives('rate(process_cpu_seconds_total[10s])');
    const empty: string[] = [];
    for (const [, expr] of queries) {
      if ((await prometheus.count(filledIn(expr))) === 0) empty.push(expr);
    }
    expect(empty.filter((expr) => !MAY_BE_EMPTY.test(expr))).toEqual([]);
    for (const { alert, expr } of alerts) expect([alert, await prometheus.count(expr)]).toEqual([alert, 0]);
  });
});
