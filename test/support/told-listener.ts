import type { Pod, PodListener, Texts } from '../../src/core/pod.ts';

/** Keeps what a source of pods told. */
export class ToldListener implements PodListener {
  readonly pods = new Map<string, Pod>();
  readonly gone: string[] = [];
  readonly namespaces = new Map<string, Texts>();
  syncs = 0;
  told = 0;

  onPod(pod: Pod): void {
    this.told++;
    this.pods.set(pod.uid, pod);
  }

  onPodGone(uid: string): void {
    this.gone.push(uid);
    this.pods.delete(uid);
  }

  onNamespace(name: string, labels: Texts): void {
    this.namespaces.set(name, labels);
  }

  onSynced(): void {
    this.syncs++;
  }

  /** Names of the pods that are there. */
  get names(): readonly string[] {
    return [...this.pods.values()].map((pod) => `${pod.namespace}/${pod.name}`).toSorted();
  }
}
