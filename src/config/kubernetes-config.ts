/** What is asked of Kubernetes, and what is made of the answers. */
export interface KubernetesConfig {
  readonly source: (typeof POD_SOURCES)[number];
  /** The node whose pods are asked for; empty if nobody said it. */
  readonly node: string;
  /** `https://10.0.0.1:443`; empty outside of a cluster. */
  readonly server: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly kubelet: {
    /** `https://10.1.2.3:10250`; empty if the node is not known. */
    readonly url: string;
    /** Whether its certificate has to be signed by the cluster. */
    readonly verify: boolean;
    readonly intervalMs: number;
  };
  /** How long a new stream waits for what is known of its pod. */
  readonly waitMs: number;
  /** Globs for the keys that records carry. */
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly namespaceLabels: readonly string[];
  /** Whether annotations of pods (`birler.io/exclude` and so on) count. */
  readonly obeyAnnotations: boolean;
}

export const POD_SOURCES = ['auto', 'api', 'kubelet', 'off'] as const;
