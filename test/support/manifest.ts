import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const ConfigMap = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()) });

const Mount = z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) });

const Container = z.object({
  name: z.string(),
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string() })),
  securityContext: z.record(z.string(), z.unknown()),
  volumeMounts: z.array(Mount),
});

const DaemonSet = z.object({
  kind: z.literal('DaemonSet'),
  metadata: z.object({ namespace: z.string() }),
  spec: z.object({
    template: z.object({
      // Loose, so that a test sees the fields that must not be there.
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number(),
        automountServiceAccountToken: z.boolean(),
        containers: z.tuple([Container]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

export interface Manifest {
  readonly namespace: string;
  /** The text of birler.yaml in the ConfigMap. */
  readonly config: string;
  readonly pod: z.output<typeof DaemonSet>['spec']['template']['spec'];
  readonly container: z.output<typeof Container>;
}

/** Reads what matters to birler in a plain manifest, deploy/daemonset.yaml for example. */
export function readManifest(path: string): Manifest {
  const documents = parseAllDocuments(readFileSync(path, 'utf8')).map((each) => each.toJS() as unknown);
  const find = <T>(schema: z.ZodType<T>, kind: string): T =>
    schema.parse(documents.find((each) => z.object({ kind: z.literal(kind) }).safeParse(each).success));
  const { metadata, spec } = find(DaemonSet, 'DaemonSet');
  const pod = spec.template.spec;
  return {
    namespace: metadata.namespace,
    config: find(ConfigMap, 'ConfigMap').data['birler.yaml'] ?? '',
    pod,
    container: pod.containers[0],
  };
}
