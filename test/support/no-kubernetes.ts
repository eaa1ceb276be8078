import type { KubernetesConfig } from '../../src/config/kubernetes-config.ts';

/** Nobody is asked about pods. */
export const NO_KUBERNETES: KubernetesConfig = {
  source: 'off',
  node: '',
  server: '',
  tokenFile: '/token',
  caFile: '/ca.crt',
  kubelet: { url: '', verify: true, intervalMs: 10_000 },
  waitMs: 2_000,
  labels: ['*'],
  annotations: [],
  namespaceLabels: ['*'],
  obeyAnnotations: true,
};
