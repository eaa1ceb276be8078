import type { KubernetesOrigin } from '../../src/core/origin.ts';
import type { Pod, PodListener, PodSource, PodSourceState } from '../../src/core/pod.ts';

export const podOf = (changes: Partial<Pod> = {}): Pod => ({
  uid: 'uid-1',
  configHash: '',
  namespace: 'shop',
  name: 'web-0',
  labels: { app: 'web' },
  annotations: {},
  owner: { kind: 'StatefulSet', name: 'web' },
  containers: new Map([['app', { image: 'registry.example/web:1', imageId: '', containerId: '' }]]),
  ...changes,
});

export const originOf = (changes: Partial<KubernetesOrigin> = {}): KubernetesOrigin => ({
  kind: 'kubernetes',
  namespace: 'shop',
  pod: 'web-0',
  uid: 'uid-1',
  container: 'app',
  containerId: '',
  restart: 0,
  host: 'node-1',
  ...changes,
});

/** A source that tells what a test says. */
export class ToldPods implements PodSource {
  listener: PodListener | undefined;
  readonly tellsNamespaces: boolean;
  hurries = 0;
  isClosed = false;

  constructor(tellsNamespaces = false) {
    this.tellsNamespaces = tellsNamespaces;
  }

  start(listener: PodListener): void {
    this.listener = listener;
  }

  hurry(): void {
    this.hurries++;
  }

  get state(): PodSourceState {
    return { isSynced: true, trouble: '', heardAtMs: 0 };
  }

  close(): void {
    this.isClosed = true;
  }
}
