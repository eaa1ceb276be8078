import { resolve } from 'node:path';
import type { KubernetesConfig } from './kubernetes-config.ts';
import type { ConfigFile } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

type KubernetesFile = ConfigFile['kubernetes'];

/** Fills in what a pod is told by its environment. What is missing stays empty: whoever needs it says so. */
export const resolveKubernetes = (file: KubernetesFile, surroundings: Surroundings): KubernetesConfig => {
  const { variables, workingDirectory } = surroundings;
  const node = file.node ?? variables['NODE_NAME'] ?? '';
  return {
    source: file.source,
    node,
    server:
      file.server ??
      addressOf(variables['KUBERNETES_SERVICE_HOST'] ?? '', variables['KUBERNETES_SERVICE_PORT'] ?? '443'),
    tokenFile: resolve(workingDirectory, file.token_file),
    caFile: resolve(workingDirectory, file.ca_file),
    kubelet: {
      url: file.kubelet.url ?? addressOf(variables['NODE_IP'] ?? node, KUBELET_PORT),
      verify: file.kubelet.verify,
      intervalMs: file.kubelet.interval,
    },
    waitMs: file.wait,
    labels: file.labels,
    annotations: file.annotations,
    namespaceLabels: file.namespace_labels,
    obeyAnnotations: file.obey_annotations,
  };
};

const KUBELET_PORT = '10250';

const addressOf = (host: string, port: string): string => {
  if (host === '') return '';
  // An IPv6 address.
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
};
