import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { DEPLOY, type KubernetesObject, readObjects } from '../kustomize.ts';
import { renderBody } from './render.ts';
import { type Body, parseTemplate } from './template.ts';

export const CHART = join(DEPLOY, 'helm', 'birler');

export type Values = Readonly<Record<string, unknown>>;

const Chart = z.looseObject({ name: z.string(), version: z.string(), appVersion: z.string() });

/** The chart's objects, as `helm template birler deploy/helm/birler --namespace NAMESPACE` would print them. */
export function renderChart(values: Values = {}, namespace = 'birler'): KubernetesObject[] {
  return readObjects(renderTemplates(values, namespace).join('\n---\n'));
}

/** What Helm prints after an installation. */
export function renderNotes(values: Values = {}, namespace = 'birler'): string {
  return renderTemplates(values, namespace, 'NOTES.txt').join('');
}

export const defaultValues = (): Values => readYaml('values.yaml') as Values;

export const mergedValues = (values: Values): Values => merge(defaultValues(), values);

const readYaml = (name: string): unknown => parse(readFileSync(join(CHART, name), 'utf8')) as unknown;

function renderTemplates(values: Values, namespace: string, which = '.yaml'): string[] {
  const { name, version, appVersion } = Chart.parse(readYaml('Chart.yaml'));
  const root = {
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: name, Namespace: namespace, Service: 'Helm' },
    Values: mergedValues(values),
  };
  const templates = readdirSync(join(CHART, 'templates')).map((file) => {
    const text = readFileSync(join(CHART, 'templates', file), 'utf8');
    return { file, body: parseTemplate(text, `templates/${file}`) };
  });
  const definitions = new Map<string, Body>();
  for (const node of templates.flatMap(({ body }) => body)) {
    if (node.kind === 'define') definitions.set(node.name, node.body);
  }
  return templates
    .filter(({ file }) => file.endsWith(which))
    .map(({ body }) => renderBody(body, definitions, root));
}

/** Maps are merged, all else is replaced: Helm's rule. */
function merge(into: Values, from: Values): Values {
  const merged: Record<string, unknown> = { ...into };
  for (const [name, value] of Object.entries(from)) {
    const old = merged[name];
    merged[name] = isMap(old) && isMap(value) ? merge(old, value) : value;
  }
  return merged;
}

const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
