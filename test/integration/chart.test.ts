/**
 * The Helm chart, rendered by test/support/helm: its defaults give what deploy/base gives, and each switch what the overlay
 * gives that it stands for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import {
  CHART,
  defaultValues,
  mergedValues,
  renderChart,
  renderNotes,
  type Values,
} from '../support/helm/chart.ts';
import { renderBody } from '../support/helm/render.ts';
import { parseTemplate } from '../support/helm/template.ts';
import { schemaBreaches } from '../support/kubernetes-schema.ts';
import { type KubernetesObject, renderKustomization } from '../support/kustomize.ts';
import { readManifest } from '../support/manifest.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Helm's own, and the namespace, which Helm makes by a flag; dashboards and alerts are not the chart's. */
const HELM_LABELS = ['app.kubernetes.io/managed-by', 'helm.sh/chart'];
const ONLY_IN_KUSTOMIZE = /^(?:Namespace|PrometheusRule)$/;

const isDashboard = ({ kind, metadata }: KubernetesObject): boolean =>
  kind === 'ConfigMap' && metadata.name !== 'birler';

/** By kind and name; a configuration as what it says, however it is written. */
function comparable(objects: readonly KubernetesObject[]): Readonly<Record<string, unknown>> {
  const kept = objects.filter((object) => !ONLY_IN_KUSTOMIZE.test(object.kind) && !isDashboard(object));
  return Object.fromEntries(
    kept.map((object) => {
      const { metadata } = object;
      const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !HELM_LABELS.includes(name));
      const copy = { ...object, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
      const { 'birler.yaml': config } = (object['data'] ?? {}) as Readonly<Record<string, string>>;
      return [
        `${object.kind}/${metadata.name}`,
        config === undefined ? copy : { ...copy, data: { 'birler.yaml': parse(config) as unknown } },
      ];
    }),
  );
}

const schema = z.fromJSONSchema(
  JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Parameters<
    typeof z.fromJSONSchema
  >[0],
);
const isAllowed = (values: Values): boolean => schema.safeParse(mergedValues(values)).success;

const SWITCHES: readonly (readonly [string, Values])[] = [
  ['base', {}],
  ['overlays/docker', { docker: { enabled: true } }],
  ['overlays/kubelet', { kubelet: { enabled: true } }],
  ['overlays/monitoring', { podMonitor: { enabled: true } }],
  ['overlays/non-root', { nonRoot: { enabled: true } }],
];

describe('the chart', () => {
  it.each(SWITCHES)('gives the objects of deploy/%s with %j', (name, values) => {
    expect(comparable(renderChart(values))).toEqual(comparable(renderKustomization(name)));
    expect(isAllowed(values)).toBe(true);
  });

  it('holds to the schemas of the Kubernetes API with every value set', () => {
    const values = everyValue();
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(defaultValues()).toSorted());
    expect(isAllowed(values)).toBe(true);
    const objects = renderChart(values, 'logging');
    expect(objects.flatMap(schemaBreaches)).toEqual([]);
    const { namespace, container, pod, podLabels, selector, config } = readManifest(objects);
    expect(namespace).toBe('logging');
    expect(container.image).toBe(`registry.example/birler@sha256:${'0'.repeat(64)}`);
    expect(container.env.map(({ name }) => name)).toContain('LOKI_TOKEN');
    expect(pod.volumes.map(({ name }) => name)).toEqual([
      'config',
      'logs',
      'state',
      'docker-logs',
      'archive',
    ]);
    expect(podLabels).toEqual({ ...selector, team: 'platform' });
    expect(parse(config)).toMatchObject({
      grace: '30s',
      sources: { exclude: [{ namespace: 'kube-system' }] },
    });
    expect(objects.map(({ kind }) => kind)).toContain('PodMonitor');
    expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(['node-logs']));
  });

  it('leaves out what is switched off', () => {
    const kinds = renderChart({ networkPolicy: { enabled: false }, resourceQuota: { enabled: false } }).map(
      ({ kind }) => kind,
    );
    expect(kinds).not.toContain('NetworkPolicy');
    expect(kinds).not.toContain('ResourceQuota');
    expect(kinds).toContain('DaemonSet');
  });

  it.each<[string, Values]>([
    ['a name that is misspelt', { tolerations: [], toleration: [] }],
    ['a misspelt name further down', { image: { repositry: 'x' } }],
    ['a number for a text', { resources: { limits: { memory: 200 } } }],
    ['a pull policy that there is not', { image: { pullPolicy: 'Sometimes' } }],
    ['a short digest', { image: { digest: 'sha256:12' } }],
    ['no pod to be replaced', { maxUnavailable: 0 }],
    ['a text for a switch', { docker: { enabled: 'yes' } }],
  ])('has a schema of its values that refuses %s', (_what, values) => {
    expect(isAllowed({})).toBe(true);
    expect(isAllowed(values)).toBe(false);
  });

  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    const chart: unknown = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
    expect(chart).toMatchObject({ version, appVersion: version });
    expect(readManifest(renderKustomization('base')).container.image).toBe(`birler:${version}`);
  });

  it('says afterwards how to look at it', () => {
    expect(renderNotes({}, 'logging')).toContain(
      'kubectl --namespace logging rollout status daemonset/birler',
    );
  });
});

describe("the chart's renderer", () => {
  const render = (
    text: string,
    root: unknown = { on: true, off: '', list: ['a'], deep: { name: 'b' } },
  ): string => {
    const body = parseTemplate(text, 'test.yaml');
    const definitions = new Map(
      body.flatMap((node) => (node.kind === 'define' ? [[node.name, node.body]] : [])),
    );
    return renderBody(body, definitions, root);
  };

  it('trims, branches and indents as Go does', () => {
    expect(render('a:\n  {{- if .on }}\n  b: {{ .deep.name }}\n  {{- else }}\n  c: 1\n  {{- end }}\n')).toBe(
      'a:\n  b: b\n',
    );
    expect(render('{{- with .list }}\nx:\n  {{- toYaml . | nindent 2 }}\n{{- end }}')).toBe('\nx:\n  - a');
    expect(render('{{ if .off }}x{{ else }}y{{ end }}{{ default "z" .off }}')).toBe('yz');
    expect(render('{{- define "n" -}} {{ .name }}! {{- end -}} {{ include "n" .deep }}')).toBe('b!');
  });

  it.each([
    ['{{ .missing }}', /missing is not there/],
    ['{{ .deep }}', /cannot be printed/],
    ['{{ printf "%s" .on }}', /printf with 2 arguments/],
    ['{{ include "none" . }}', /no template is called none/],
    ['{{ range .list }}{{ end }}', /closes nothing/],
    ['{{ $x := .on }}', /test.yaml:1: .* more than/],
    ['{{ if .on }}', /has no end/],
    ['{{ .on | }}', /empty command/],
  ])('throws at %s, which it does not know or which is wrong', (text, problem) => {
    expect(() => render(text)).toThrow(problem);
  });
});

/** Something for each value, all of it different from the default. */
function everyValue(): Values {
  return {
    nameOverride: 'node-logs',
    image: {
      repository: 'registry.example/birler',
      tag: '2',
      digest: `sha256:${'0'.repeat(64)}`,
      pullPolicy: 'Always',
    },
    imagePullSecrets: [{ name: 'registry' }],
    config: { grace: '30s', sources: { exclude: [{ namespace: 'kube-system' }] } },
    extraEnv: [{ name: 'LOKI_TOKEN', valueFrom: { secretKeyRef: { name: 'loki', key: 'token' } } }],
    extraVolumes: [{ name: 'archive', hostPath: { path: '/srv/logs', type: 'DirectoryOrCreate' } }],
    extraVolumeMounts: [{ name: 'archive', mountPath: '/srv/logs' }],
    resources: { requests: { cpu: '1' }, limits: { memory: '1Gi' } },
    tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    nodeSelector: { pool: 'apps' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'Exists' }] }],
        },
      },
    },
    priorityClassName: 'logging',
    terminationGracePeriodSeconds: 60,
    maxUnavailable: 2,
    podLabels: { team: 'platform' },
    podAnnotations: { 'example.com/owner': 'platform' },
    serviceAccountAnnotations: { 'example.com/role': 'logs' },
    docker: { enabled: true, directory: '/data/docker/containers' },
    kubelet: { enabled: true },
    nonRoot: { enabled: true },
    networkPolicy: { enabled: true },
    resourceQuota: { enabled: true },
    podMonitor: { enabled: true, interval: '1m', labels: { release: 'prometheus' } },
  };
}
