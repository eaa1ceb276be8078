import * as z from 'zod';
import type { KubernetesObject } from './kustomize.ts';

const ConfigMap = z.object({ kind: z.literal('ConfigMap'), data: z.object({ 'birler.yaml': z.string() }) });

const Mount = z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) });

const Environment = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }).optional() }).optional(),
});

const SecurityContext = z.strictObject({
  runAsUser: z.number(),
  runAsGroup: z.number(),
  runAsNonRoot: z.boolean().optional(),
  privileged: z.boolean(),
  allowPrivilegeEscalation: z.boolean(),
  readOnlyRootFilesystem: z.boolean(),
  capabilities: z.strictObject({ drop: z.array(z.string()), add: z.array(z.string()).default([]) }),
  seccompProfile: z.strictObject({ type: z.string() }),
});

const Probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });

const Container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()),
  env: z.array(Environment).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  resources: z.object({ limits: z.object({ memory: z.string() }) }),
  securityContext: SecurityContext,
  volumeMounts: z.array(Mount),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
});
export type Container = z.output<typeof Container>;

const Volume = z.union([
  z.object({ name: z.string(), configMap: z.object({ name: z.string() }) }),
  z.object({ name: z.string(), hostPath: z.object({ path: z.string(), type: z.string() }) }),
]);

const DaemonSet = z.object({
  kind: z.literal('DaemonSet'),
  metadata: z.object({ namespace: z.string() }),
  spec: z.object({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      // Loose, so that a test sees the fields that must not be there.
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number(),
        automountServiceAccountToken: z.boolean(),
        serviceAccountName: z.string(),
        initContainers: z.array(Container).default([]),
        containers: z.tuple([Container]),
        volumes: z.array(Volume),
      }),
    }),
  }),
});

export interface Manifest {
  readonly namespace: string;
  /** The text of birler.yaml in the ConfigMap. */
  readonly config: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly pod: z.output<typeof DaemonSet>['spec']['template']['spec'];
  readonly container: Container;
}

/** What matters to birler in rendered manifests. Throws where something is missing, or stands there and is not known. */
export function readManifest(objects: readonly KubernetesObject[]): Manifest {
  const { metadata, spec } = DaemonSet.parse(objects.find(({ kind }) => kind === 'DaemonSet'));
  // A dashboard may be another.
  const [config] = objects.flatMap((each) => ConfigMap.safeParse(each).data ?? []);
  if (config === undefined) throw new Error('no ConfigMap holds a birler.yaml');
  const pod = spec.template.spec;
  return {
    namespace: metadata.namespace,
    config: config.data['birler.yaml'],
    selector: spec.selector.matchLabels,
    podLabels: spec.template.metadata.labels,
    pod,
    container: pod.containers[0],
  };
}

/** What the downward API and the manifest itself put into the container's environment. */
export function environmentOf(
  container: Container,
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    container.env.map(({ name, value, valueFrom }) => {
      const text = value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''];
      if (text === undefined) throw new Error(`${name}: the field it comes from is not known here`);
      return [name, text];
    }),
  );
}
