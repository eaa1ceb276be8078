import type { KubernetesOrigin } from '../core/origin.ts';
import type { Pod, Texts } from '../core/pod.ts';

/** A node runs at most a few hundred pods; a server that tells of more is told off, and memory stays bounded. */
const MOST_PODS = 4_096;
/** Pods that are gone, for streams that are found late. Streams that are known already hold on to their pod themselves. */
const MOST_GONE = 256;
const MOST_NAMESPACES = 4_096;

/**
 * The pods of this node, found by what a log's path says: the uid, for a static pod the config hash, or only the names.
 */
export class PodCache {
  readonly #pods = new Map<string, Pod>();
  readonly #gone = new Map<string, Pod>();
  readonly #uidByHash = new Map<string, string>();
  readonly #uidByName = new Map<string, string>();
  readonly #namespaces = new Map<string, Texts>();

  get size(): number {
    return this.#pods.size;
  }

  /** Returns false if there are too many. */
  put(pod: Pod): boolean {
    const known = this.#pods.get(pod.uid);
    if (known === undefined && this.#pods.size >= MOST_PODS) return false;
    this.#gone.delete(pod.uid);
    if (known !== undefined) this.#unname(known);
    this.#pods.set(pod.uid, pod);
    if (pod.configHash !== '') this.#uidByHash.set(pod.configHash, pod.uid);
    this.#uidByName.set(nameOf(pod.namespace, pod.name), pod.uid);
    return true;
  }

  remove(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#pods.delete(uid);
    this.#gone.set(uid, pod);
    const oldest = this.#gone.size > MOST_GONE ? this.#gone.entries().next().value : undefined;
    if (oldest === undefined) return;
    this.#gone.delete(oldest[0]);
    this.#unname(oldest[1]);
  }

  find(origin: KubernetesOrigin): Pod | undefined {
    const uid =
      origin.uid === ''
        ? this.#uidByName.get(nameOf(origin.namespace, origin.pod))
        : (this.#uidByHash.get(origin.uid) ?? origin.uid);
    return uid === undefined ? undefined : (this.#pods.get(uid) ?? this.#gone.get(uid));
  }

  /** Returns whether that is news. */
  putNamespace(name: string, labels: Texts): boolean {
    const known = this.#namespaces.get(name);
    if (known !== undefined && isSameTexts(known, labels)) return false;
    this.#namespaces.delete(name);
    this.#namespaces.set(name, labels);
    const oldest = this.#namespaces.size > MOST_NAMESPACES ? this.#namespaces.keys().next().value : undefined;
    if (oldest !== undefined) this.#namespaces.delete(oldest);
    return true;
  }

  namespaceLabels(name: string): Texts | undefined {
    return this.#namespaces.get(name);
  }

  /** A pod of the same name, or a mirror with the same hash, may have come meanwhile: that one stays. */
  #unname(pod: Pod): void {
    if (this.#uidByHash.get(pod.configHash) === pod.uid) this.#uidByHash.delete(pod.configHash);
    const name = nameOf(pod.namespace, pod.name);
    if (this.#uidByName.get(name) === pod.uid) this.#uidByName.delete(name);
  }
}

const nameOf = (namespace: string, pod: string): string => `${namespace}/${pod}`;

const isSameTexts = (a: Texts, b: Texts): boolean => {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
};
