/**
 * What Kubernetes says of a pod of this node, as far as records, selection and treatment need it. Immutable: a change makes a
 * new object.
 */
export interface Pod {
  /** For a static pod that is its mirror's uid, and `configHash` is what its log directory is named by. */
  readonly uid: string;
  /** Annotation `kubernetes.io/config.hash`; empty unless the pod is static. */
  readonly configHash: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  /** The controller that people know: the Deployment behind a ReplicaSet, the CronJob behind a Job. */
  readonly owner: PodOwner | undefined;
  /** By name; init and ephemeral containers too. */
  readonly containers: ReadonlyMap<string, PodContainer>;
}

export type Texts = Readonly<Record<string, string>>;

export interface PodOwner {
  readonly kind: string;
  readonly name: string;
}

export interface PodContainer {
  readonly image: string;
  /** Empty until the image was pulled. */
  readonly imageId: string;
  /** 64 hex digits without `containerd://`; empty until it was started. */
  readonly containerId: string;
}

/** Who knows the pods of this node: the API server, or the kubelet. */
export interface PodSource {
  /** Begins; calls the listener from then on, never before it returns. Does not throw: trouble is told as a state. */
  start(listener: PodListener): void;
  /** Somebody waits for a pod that was not told of yet: a source that looks now and then may look now. */
  hurry(): void;
  /** Whether it tells of each pod's namespace too, so that it is worth waiting for. */
  readonly tellsNamespaces: boolean;
  readonly state: PodSourceState;
  close(): void;
}

export interface PodListener {
  /** A pod is new or has changed. */
  onPod(pod: Pod): void;
  /** A pod is gone. Its streams may live on. */
  onPodGone(uid: string): void;
  onNamespace(name: string, labels: Texts): void;
  /** All pods that there are were told once: who is still unknown is unknown to Kubernetes too. */
  onSynced(): void;
}

/** For metrics, readiness and doctor. */
export interface PodSourceState {
  readonly isSynced: boolean;
  /** Why it does not work at the moment; empty while it does. */
  readonly trouble: string;
  /** When it last heard anything, a bookmark too; monotonic ms, undefined if never. */
  readonly heardAtMs: number | undefined;
}
