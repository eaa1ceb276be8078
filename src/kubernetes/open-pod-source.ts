import type { PodSource } from '../core/pod.ts';
import type { System } from '../system/system.ts';
import { HttpApiClient } from './api-client.ts';
import { API_PODS_TIMES, ApiPods } from './api-pods.ts';
import { KubeletPods } from './kubelet-pods.ts';
import type { HealthListener } from './source-health.ts';

/** Whom to ask for pods; section `kubernetes` of the configuration has it all. */
export interface PodSourceSettings {
  readonly source: 'auto' | 'api' | 'kubelet' | 'off';
  readonly node: string;
  readonly server: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly kubelet: { readonly url: string; readonly verify: boolean; readonly intervalMs: number };
  readonly namespaceLabels: readonly string[];
}

export interface PodSourceListener extends HealthListener {
  /** There is nobody to ask; what the paths of logs say is all that is known. */
  onAbsent(why: string): void;
  /** A server told of a pod of another node: it did not do what it was asked. */
  onStranger(node: string): void;
}

/**
 * The source that the settings name, not yet started. With `auto` undefined where there is no API server to be seen: then it
 * said so. Nothing is asked of anybody yet, and no library is loaded.
 */
export const openPodSource = async (
  settings: PodSourceSettings,
  system: System,
  listener: PodSourceListener,
): Promise<PodSource | undefined> => {
  const { source, node, tokenFile, caFile } = settings;
  if (source === 'off') return undefined;
  const lacking = await lackingOf(settings, system);
  if (lacking !== undefined && source === 'auto') {
    listener.onAbsent(lacking);
    return undefined;
  }
  const { kubelet, server, namespaceLabels } = settings;
  const client = (address: string, isUnverified: boolean): HttpApiClient =>
    new HttpApiClient({ server: address, tokenFile, caFile, isUnverified }, system.files);
  const told = { health: listener, onStranger: listener.onStranger.bind(listener) };
  if (source === 'kubelet')
    return new KubeletPods(client(kubelet.url, !kubelet.verify), system.clock, system.random, {
      node,
      intervalMs: kubelet.intervalMs,
      pace: API_PODS_TIMES.pace,
      ...told,
    });
  return new ApiPods(client(server, false), system.clock, system.random, {
    ...API_PODS_TIMES,
    node,
    namespaces: namespaceLabels.length > 0,
    ...told,
  });
};

/** What a pod in a cluster has and this process has not. */
const lackingOf = async (settings: PodSourceSettings, system: System): Promise<string | undefined> => {
  const { server, node, tokenFile } = settings;
  if (server === '') return 'the environment variable KUBERNETES_SERVICE_HOST is not set: this is no cluster';
  if (node === '') return 'the environment variable NODE_NAME is not set: give it spec.nodeName';
  try {
    if ((await system.files.readWhole(tokenFile)) !== undefined) return undefined;
  } catch {
    // It is there. Why it cannot be read is told with the first request.
    return undefined;
  }
  return `there is no service account token: ${tokenFile}`;
};
