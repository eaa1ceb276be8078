import * as z from 'zod';
import type { Pod, PodContainer, Texts } from '../core/pod.ts';
import { ownerOf } from './owner.ts';

/**
 * Kubernetes' Pod object (v1), as far as birler reads it. What is not named here is not kept: above all `managedFields`, which
 * is often the larger half, and the spec's environment, which may hold secrets.
 */
const texts = z.record(z.string(), z.string()).nullish();

const container = z.object({ name: z.string(), image: z.string().nullish() });
const containers = z.array(container).nullish();

const status = z.object({
  name: z.string(),
  imageID: z.string().nullish(),
  containerID: z.string().nullish(),
});
const statuses = z.array(status).nullish();

const podSchema = z.object({
  metadata: z.object({
    uid: z.string().min(1),
    name: z.string().min(1),
    namespace: z.string().min(1),
    creationTimestamp: z.string().nullish(),
    labels: texts,
    annotations: texts,
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
  spec: z.object({
    nodeName: z.string().nullish(),
    containers,
    initContainers: containers,
    ephemeralContainers: containers,
  }),
  status: z
    .object({
      containerStatuses: statuses,
      initContainerStatuses: statuses,
      ephemeralContainerStatuses: statuses,
    })
    .nullish(),
});

const CONFIG_HASH = 'kubernetes.io/config.hash';
/** kubectl's copy of the whole manifest, environment included: nothing to keep, and nothing to write into records. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface ReadPod {
  readonly pod: Pod;
  /** Empty where it is not said. */
  readonly nodeName: string;
}

/** Reads a Pod object; undefined if it is none. */
export const readPod = (object: unknown): ReadPod | undefined => {
  const { data } = podSchema.safeParse(object);
  if (data === undefined) return undefined;
  const { metadata, spec } = data;
  const labels = metadata.labels ?? {};
  const annotations = withoutKey(metadata.annotations ?? {}, LAST_APPLIED);
  const createdMs = Date.parse(metadata.creationTimestamp ?? '');
  return {
    nodeName: spec.nodeName ?? '',
    pod: {
      uid: metadata.uid,
      configHash: annotations[CONFIG_HASH] ?? '',
      namespace: metadata.namespace,
      name: metadata.name,
      labels,
      annotations,
      owner: ownerOf(metadata.ownerReferences ?? [], labels, createdMs),
      containers: containersOf(data),
    },
  };
};

const containersOf = ({
  spec,
  status: now,
}: z.output<typeof podSchema>): ReadonlyMap<string, PodContainer> => {
  const started = new Map(
    [now?.containerStatuses, now?.initContainerStatuses, now?.ephemeralContainerStatuses]
      .flatMap((each) => each ?? [])
      .map((each) => [each.name, each]),
  );
  return new Map(
    [spec.containers, spec.initContainers, spec.ephemeralContainers]
      .flatMap((each) => each ?? [])
      .map(({ name, image }) => [
        name,
        {
          image: image ?? '',
          imageId: started.get(name)?.imageID ?? '',
          containerId: (started.get(name)?.containerID ?? '').replace(/^[a-z0-9-]+:\/\//, ''),
        },
      ]),
  );
};

const withoutKey = (all: Texts, key: string): Texts => {
  if (!Object.hasOwn(all, key)) return all;
  const { [key]: _, ...rest } = all;
  return rest;
};

const listSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().nullish() }),
  items: z.array(z.unknown()).nullish(),
});

export interface PodList {
  /** Where a watch can begin; empty from a kubelet. */
  readonly version: string;
  readonly pods: readonly ReadPod[];
}

/** Reads a PodList, without items that are no pods; undefined if it is none. */
export const readPodList = (object: unknown): PodList | undefined => {
  const { data } = listSchema.safeParse(object);
  if (data === undefined) return undefined;
  const pods = (data.items ?? []).map(readPod).filter((each) => each !== undefined);
  return { version: data.metadata.resourceVersion ?? '', pods };
};

const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** Where a watch stands after this object; empty if it does not say. */
export const versionOf = (object: unknown): string =>
  versionSchema.safeParse(object).data?.metadata.resourceVersion ?? '';

const namespaceSchema = z.object({ metadata: z.object({ labels: texts }) });

/** Reads the labels of a Namespace object; undefined if it is none. */
export const readNamespaceLabels = (object: unknown): Texts | undefined => {
  const { data } = namespaceSchema.safeParse(object);
  return data === undefined ? undefined : (data.metadata.labels ?? {});
};
