import type { PodOwner, Texts } from '../core/pod.ts';

/** Who controls an object, as Kubernetes writes it. */
export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly controller?: boolean | null | undefined;
}

const MINUTE_MS = 60_000;
/** A job can be held back (suspended, queued) for long before its pod is made; a pod is not made before its job was due. */
const LONGEST_DELAY_MS = 400 * 24 * 60 * MINUTE_MS;
const CLOCK_SKEW_MS = 24 * 60 * MINUTE_MS;

/**
 * The owner that people know, told from the pod alone: nothing but pods is watched.
 *
 * - A ReplicaSet that a Deployment made is called `<deployment>-<hash>`, and its pods have the hash as a label.
 * - A Job that a CronJob made is called `<cronjob>-<minutes since 1970>`; before Kubernetes 1.21 it was seconds. The number has
 *   to be a time shortly before the pod was made: `report-20261120` was named by a person.
 */
export const ownerOf = (
  references: readonly OwnerReference[],
  labels: Texts,
  createdMs: number,
): PodOwner | undefined => {
  const owner = references.find((reference) => reference.controller === true);
  if (owner === undefined) return undefined;
  const { kind, name } = owner;
  if (kind === 'ReplicaSet') {
    const deployment = withoutSuffix(name, labels['pod-template-hash'] ?? '');
    if (deployment !== undefined) return { kind: 'Deployment', name: deployment };
  }
  if (kind === 'Job') {
    const [, cronJob, digits] = /^(.+)-(\d{8,10})$/.exec(name) ?? [];
    if (cronJob !== undefined && isDueTime(Number(digits), createdMs))
      return { kind: 'CronJob', name: cronJob };
  }
  return { kind, name };
};

const withoutSuffix = (name: string, hash: string): string | undefined =>
  hash !== '' && name.endsWith(`-${hash}`) && name.length > hash.length + 1
    ? name.slice(0, -hash.length - 1)
    : undefined;

const isDueTime = (number: number, createdMs: number): boolean =>
  [number * MINUTE_MS, number * 1_000].some(
    (dueMs) => dueMs > createdMs - LONGEST_DELAY_MS && dueMs <= createdMs + CLOCK_SKEW_MS,
  );
