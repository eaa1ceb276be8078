import type { PodListener } from '../core/pod.ts';
import type { PodList, ReadPod } from './pod-object.ts';

/** Uid and namespace of each pod that was told of, so that a new list shows who is gone. */
export class KnownPods {
  readonly #listener: PodListener;
  readonly #node: string;
  readonly #onStranger: (node: string) => void;
  readonly #namespaceOf = new Map<string, string>();

  /** @param node only pods of this node are told of, whatever the server says; others are reported by `onStranger` */
  constructor(listener: PodListener, node: string, onStranger: (node: string) => void) {
    this.#listener = listener;
    this.#node = node;
    this.#onStranger = onStranger;
  }

  /** The namespaces that have a pod here. */
  get namespaces(): ReadonlySet<string> {
    return new Set(this.#namespaceOf.values());
  }

  put({ pod, nodeName }: ReadPod): void {
    if (nodeName !== '' && nodeName !== this.#node) {
      this.#onStranger(nodeName);
      return;
    }
    this.#namespaceOf.set(pod.uid, pod.namespace);
    this.#listener.onPod(pod);
  }

  remove(uid: string): void {
    if (this.#namespaceOf.delete(uid)) this.#listener.onPodGone(uid);
  }

  /** Everything that there is now. */
  replace({ pods }: PodList): void {
    const present = new Set(pods.map(({ pod }) => pod.uid));
    for (const uid of [...this.#namespaceOf.keys()]) if (!present.has(uid)) this.remove(uid);
    for (const pod of pods) this.put(pod);
  }
}
