import { errnoOf, messageOf } from '../core/errors.ts';
import type { WebAnswer } from '../system/web.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';

const KUBERNETES = 'Kubernetes';
const PATHS = 'records say what the paths of the logs say';

/** Who is asked for the pods of this node, as the agent would ask. */
interface Access {
  readonly server: string;
  readonly isKubelet: boolean;
  readonly isUnverified: boolean;
  readonly node: string;
  readonly tokenFile: string;
  readonly caFile: string;
}

/** Whether the pods of this node can be had: labels come from there. Logs do not need them. */
export const checkKubernetes: Check = async (patient) => {
  const { kubernetes } = patient.config;
  const { source, node, tokenFile, caFile } = kubernetes;
  if (source === 'off') return [ok(KUBERNETES, `not asked (kubernetes.source: off): ${PATHS}`)];
  const isKubelet = source === 'kubelet';
  const server = isKubelet ? kubernetes.kubelet.url : kubernetes.server;
  if (server === '' && source === 'auto')
    return [ok(KUBERNETES, `this is no cluster (no KUBERNETES_SERVICE_HOST): ${PATHS}`)];
  if (node === '')
    return [
      warn(
        KUBERNETES,
        'the name of this node is not known',
        'set NODE_NAME from spec.nodeName (the manifests do): birler asks for the pods of its own node only',
      ),
    ];
  const isUnverified = isKubelet && !kubernetes.kubelet.verify;
  return [await ask(patient, { server, isKubelet, isUnverified, node, tokenFile, caFile })];
};

const ask = async (patient: Patient, access: Access): Promise<Finding> => {
  const { server, isKubelet, isUnverified, node } = access;
  const credentials = await credentialsOf(patient, access);
  if ('level' in credentials) return credentials;
  const { token, ca } = credentials;
  const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}&limit=1`;
  const url = isKubelet ? `${server}/pods` : `${server}/api/v1/pods?${query}`;
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  try {
    return judge(access, await patient.web.get(url, { headers, ca, isUnverified }));
  } catch (error) {
    return unreachable(access, error);
  }
};

const credentialsOf = async (
  { files }: Patient,
  { tokenFile, caFile }: Access,
): Promise<{ readonly token: string; readonly ca: string } | Finding> => {
  const advice = 'let the pod have its ServiceAccount (serviceAccountName, automountServiceAccountToken)';
  const texts: string[] = [];
  for (const path of [tokenFile, caFile]) {
    try {
      const text = (await files.readWhole(path))?.toString().trim() ?? '';
      if (text === '') return fail(KUBERNETES, `${path} is missing or empty`, advice);
      texts.push(text);
    } catch (error) {
      return fail(KUBERNETES, `${path} cannot be read (${errnoOf(error)})`, advice);
    }
  }
  const [token = '', ca = ''] = texts;
  return { token, ca };
};

const judge = ({ server, node, isKubelet }: Access, { status }: WebAnswer): Finding => {
  if (status === 200) return ok(KUBERNETES, `${server} lists the pods of ${node}`);
  if (status === 401)
    return fail(
      KUBERNETES,
      `${server} does not accept the token (401)`,
      'see whether the ServiceAccount still exists; tokens expire, and the kubelet renews them',
    );
  if (status === 403)
    return fail(
      KUBERNETES,
      `${server} does not let birler list the pods of ${node} (403)`,
      isKubelet
        ? 'let its ClusterRole get nodes/proxy or nodes/pods: that is what the kubelet asks for'
        : 'bind the ClusterRole of the manifests to its ServiceAccount: get, list and watch of pods and namespaces',
    );
  return warn(KUBERNETES, `${server} answers ${status}`, 'try again; logs go on without labels meanwhile');
};

/** What Node calls the mistakes that certificates can have. */
const TLS_ERROR = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|UNABLE_TO_GET_ISSUER/;

const unreachable = ({ server, caFile, isKubelet }: Access, error: unknown): Finding => {
  const code = errnoOf(error);
  const message = `${server}: ${messageOf(error)}`;
  if (TLS_ERROR.test(code))
    return fail(
      KUBERNETES,
      message,
      isKubelet
        ? `the kubelet's certificate is not signed by ${caFile}: many sign their own; give them one (serverTLSBootstrap), or set kubernetes.kubelet.verify: false`
        : `the server's certificate is not signed by ${caFile}, or not for this name: is something between?`,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(
      KUBERNETES,
      message,
      'the name does not resolve: see dnsPolicy of the pod and the DNS of the node',
    );
  return fail(
    KUBERNETES,
    message,
    'see whether a NetworkPolicy or a firewall keeps the pod from it; logs go on without labels',
  );
};
