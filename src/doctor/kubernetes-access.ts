import { errnoOf, messageOf } from '../core/errors.ts';
import type { WebAnswer } from '../system/web.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';

const API = 'Kubernetes API';
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where the API server is, and how both sides know who the other is. */
interface Access {
  readonly server: string;
  readonly node: string;
  readonly tokenFile: string;
  readonly caFile: string;
}

/** Whether the pods of this node can be listed, as the agent would: labels come from there. Logs do not need it. */
export const checkKubernetes: Check = async (patient) => {
  const access = accessOf(patient);
  if (access === undefined)
    return [
      ok(API, 'not in a cluster (no KUBERNETES_SERVICE_HOST): records say what the paths of the logs say'),
    ];
  const credentials = await credentialsOf(patient, access);
  if ('level' in credentials) return [credentials];
  if (access.node === '')
    return [
      warn(
        API,
        'the name of this node is not known',
        'set NODE_NAME from spec.nodeName (the manifests do): birler asks for the pods of its own node only',
      ),
    ];
  const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${access.node}`)}&limit=1`;
  try {
    const { token, ca } = credentials;
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    return [judge(access, await patient.web.get(`${access.server}/api/v1/pods?${query}`, { headers, ca }))];
  } catch (error) {
    return [unreachable(access, error)];
  }
};

const accessOf = ({ config, variables }: Patient): Access | undefined => {
  const host = variables['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = variables['KUBERNETES_SERVICE_PORT'] ?? '443';
  return host === ''
    ? undefined
    : {
        server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
        node: variables['NODE_NAME'] ?? config.host,
        tokenFile: `${ACCOUNT}/token`,
        caFile: `${ACCOUNT}/ca.crt`,
      };
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
      if (text === '') return fail(API, `${path} is missing or empty`, advice);
      texts.push(text);
    } catch (error) {
      return fail(API, `${path} cannot be read (${errnoOf(error)})`, advice);
    }
  }
  const [token = '', ca = ''] = texts;
  return { token, ca };
};

const judge = ({ server, node }: Access, { status }: WebAnswer): Finding => {
  if (status === 200) return ok(API, `${server} lists the pods of ${node}`);
  if (status === 401)
    return fail(
      API,
      `${server} does not accept the token (401)`,
      'see whether the ServiceAccount still exists; tokens expire, and the kubelet renews them',
    );
  if (status === 403)
    return fail(
      API,
      `${server} does not let birler list the pods of ${node} (403)`,
      'bind the ClusterRole of the manifests to its ServiceAccount: get, list and watch of pods and namespaces',
    );
  return warn(API, `${server} answers ${status}`, 'try again; logs go on without labels meanwhile');
};

/** What Node calls the mistakes that certificates can have. */
const TLS_ERROR = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|UNABLE_TO_GET_ISSUER/;

const unreachable = ({ server, caFile }: Access, error: unknown): Finding => {
  const code = errnoOf(error);
  const message = `${server}: ${messageOf(error)}`;
  if (TLS_ERROR.test(code))
    return fail(
      API,
      message,
      `the server's certificate is not signed by ${caFile}, or not for this name: is something between?`,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(API, message, 'the name does not resolve: see dnsPolicy of the pod and the DNS of the node');
  return fail(
    API,
    message,
    'see whether a NetworkPolicy or a firewall keeps the pod from the API server; logs go on without labels',
  );
};
