import { POD_SOURCES } from './kubernetes-config.ts';
import { boolean, choice, decidedLater, duration, list, section, text } from './options.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const url = (description: string, example: string) =>
  text({
    description,
    example,
    pattern: /^https:\/\/[^/?#\s]+$/,
    patternNote: 'https://, a host and a port, and nothing behind them',
  });

const key = (what: string, example: string) => text({ description: `Glob for the key of ${what}.`, example });

export const kubernetesSection = section('Who knows the pods of this node, and what records carry of them.', {
  source: choice(POD_SOURCES, {
    description:
      "api: the API server. kubelet: this node's own kubelet. auto: the API server, and where there is none, what the paths of the logs say. off: what the paths say.",
    default: 'auto',
  }),
  node: decidedLater(
    text({ description: 'The node whose pods are asked for, as Kubernetes calls it.', example: 'node-7' }),
    'the environment variable NODE_NAME',
  ),
  server: decidedLater(
    url('Address of the API server.', 'https://10.0.0.1:6443'),
    'the environment variables KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT',
  ),
  token_file: text({
    type: 'path',
    description:
      'The token that birler shows. It is read for each request, because it is replaced now and then.',
    default: `${SERVICE_ACCOUNT}/token`,
  }),
  ca_file: text({
    type: 'path',
    description: 'The certificate that the server has to be signed by.',
    default: `${SERVICE_ACCOUNT}/ca.crt`,
  }),
  kubelet: section('For the source kubelet.', {
    url: decidedLater(
      url('Address of the kubelet.', 'https://10.1.2.3:10250'),
      'https://NODE_IP:10250, by the environment variable NODE_IP; without it, by the name of the node',
    ),
    verify: boolean({
      description:
        'Whether its certificate has to be signed by the cluster. Many kubelets sign their own; then this has to be false, and the token is shown to whoever answers there.',
      default: true,
    }),
    interval: duration({
      description: 'How often it is asked. A new log that waits for its pod makes it sooner.',
      default: '10s',
      minimum: '1s',
      maximum: '1h',
    }),
  }),
  wait: duration({
    description:
      'How long a new log waits for what is known of its pod. After that its records go without, until it is known.',
    default: '2s',
    minimum: '0s',
    maximum: '1m',
  }),
  labels: list(
    'Labels of the pod that records carry. Without this option all; with [] none.',
    key('a label', 'app*'),
    ['*'],
  ),
  annotations: list(
    'Annotations of the pod that records carry. Without an entry, none. Values over 1,024 characters are left out.',
    key('an annotation', 'example.com/*'),
  ),
  namespace_labels: list(
    "Labels of the pod's namespace that records carry (not from a kubelet). Without this option all; with [] none, and namespaces are not asked for.",
    key('a label', 'team'),
    ['*'],
  ),
  obey_annotations: boolean({
    description:
      'Whether a pod may say by annotations (birler.io/exclude and others) how its logs are treated.',
    default: true,
  }),
});
