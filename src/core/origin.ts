import type { PodOwner, Texts } from './pod.ts';

/**
 * What is known of a container stream. Immutable: when more becomes known (the container id, labels), the stream gets a
 * new object. Encoders serialise it once and remember the bytes by reference.
 */
export type Origin = KubernetesOrigin | FileOrigin;

export interface KubernetesOrigin {
  readonly kind: 'kubernetes';
  readonly namespace: string;
  readonly pod: string;
  /** The uid in the directory's name; for a static pod that is the config hash. Empty where only a link's name is known. */
  readonly uid: string;
  readonly container: string;
  /** 64 hex digits, fewer where the kubelet cut the link's name, empty until the link was seen. */
  readonly containerId: string;
  /** How often this container was started before: the number in `<restart>.log`. */
  readonly restart: number;
  readonly host: string;
  /** What Kubernetes says of its pod, as far as records carry it; undefined while that is not known. Not in checkpoints. */
  readonly facts?: PodFacts;
}

export interface PodFacts {
  /** Those that the configuration chose, as all that follows. */
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly namespaceLabels: Texts;
  readonly owner: PodOwner | undefined;
  /** Empty where it is not known. */
  readonly image: string;
}

export interface FileOrigin {
  readonly kind: 'file';
  /** The path as the user knows it: below the directory that was given. */
  readonly file: string;
  readonly host: string;
}

/** Names the stream for ever and on every machine: pod uid, container and restart count, or the file's name. */
export const streamKeyOf = (origin: Origin): string => {
  if (origin.kind === 'file') return `file/${origin.file}`;
  const pod = origin.uid === '' ? `${origin.namespace}_${origin.pod}` : origin.uid;
  const container = origin.uid === '' ? `${origin.container}-${origin.containerId}` : origin.container;
  return `${pod}/${container}/${origin.restart}`;
};

/** What takes turns: one noisy pod must not starve a quiet one. */
export const fairnessKeyOf = (origin: Origin): string =>
  origin.kind === 'file' ? `file/${origin.file}` : `${origin.namespace}/${origin.pod}/${origin.uid}`;

/** For people: `shop/web-0/app`, with the restart where there was one; or the file. */
export const displayNameOf = (origin: Origin): string => {
  if (origin.kind === 'file') return origin.file;
  const restart = origin.restart === 0 ? '' : `#${origin.restart}`;
  return `${origin.namespace}/${origin.pod}/${origin.container}${restart}`;
};
