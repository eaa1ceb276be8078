/**
 * deploy/base, the components and the overlays, as kubectl renders them: against the schemas of the Kubernetes API, against
 * kubectl's own types, against each other, and the ConfigMap against `birler check`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { runBirler } from '../support/birler-process.ts';
import { schemaBreaches } from '../support/kubernetes-schema.ts';
import {
  DEPLOY,
  type KubernetesObject,
  readObjects,
  renderDirectory,
  renderKustomization,
} from '../support/kustomize.ts';
import { environmentOf, type Manifest, readManifest } from '../support/manifest.ts';
import { TempDir } from '../support/temp-dir.ts';

const OVERLAYS = readdirSync(join(DEPLOY, 'overlays')).map((name) => `overlays/${name}`);
const RENDERED: ReadonlyMap<string, KubernetesObject[]> = new Map(
  ['base', ...OVERLAYS].map((name) => [name, renderKustomization(name)]),
);
const FIELDS = { 'spec.nodeName': 'node-7', 'metadata.name': 'birler-x7k2p', 'metadata.namespace': 'birler' };

const base = RENDERED.get('base') ?? [];
const manifest = readManifest(base);

function configOf({ config: text, container }: Manifest): ReturnType<typeof loadConfig> {
  return loadConfig(
    { name: 'birler.yaml', text },
    {},
    {
      variables: environmentOf(container, { ...FIELDS, 'status.hostIP': '192.0.2.7' }),
      hostname: 'birler-x7k2p',
      homeDirectory: '/',
      workingDirectory: '/',
      isRoot: container.securityContext.runAsUser === 0,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    },
  );
}

const named = (kind: string, objects = base): KubernetesObject | undefined =>
  objects.find((object) => object.kind === kind);

describe.each([...RENDERED])('deploy/%s', (_name, objects) => {
  const { pod, container, selector, podLabels, namespace, config } = readManifest(objects);
  const mountOf = (path: string) =>
    container.volumeMounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));

  it('holds to the schemas of the Kubernetes API', () => {
    expect(objects.flatMap(schemaBreaches)).toEqual([]);
  });

  it("is read by kubectl's own types, quantities too", () => {
    using dir = new TempDir('birler-manifest');
    const file = dir.join('daemonset.yaml');
    writeFileSync(file, stringify(named('DaemonSet', objects)));
    const args = [
      'set',
      'image',
      '--local',
      '--filename',
      file,
      'birler=registry.example/birler:2',
      '--output',
      'yaml',
    ];
    const [told] = readObjects(execFileSync('kubectl', args, { encoding: 'utf8' }));
    expect(JSON.stringify(told)).toContain('registry.example/birler:2');
  });

  it('names in one place only what there is in another', () => {
    expect(podLabels).toMatchObject(selector);
    expect(pod.serviceAccountName).toBe(named('ServiceAccount', objects)?.metadata.name);
    for (const { volumeMounts } of [...pod.initContainers, container]) {
      const volumes = pod.volumes.map(({ name }) => name);
      expect(volumes).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
    }
    expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
      pod.volumes.map(({ name }) => name).toSorted(),
    );
    const ports = container.ports.map(({ name }) => name);
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
      expect(ports).toContain(probe?.httpGet.port);
    expect(pod.initContainers.map(({ image }) => image)).toEqual(
      pod.initContainers.map(() => container.image),
    );
    const clusterWide = /^(?:Namespace|ClusterRole|ClusterRoleBinding)$/;
    for (const { kind, metadata } of objects)
      expect(metadata.namespace).toBe(clusterWide.test(kind) ? undefined : namespace);
  });

  it('mounts the logs to be read and only the state to be written', () => {
    const { sources, state } = configOf(readManifest(objects));
    expect(mountOf(sources.logsDirectory)).toMatchObject({ name: 'logs', readOnly: true });
    expect(mountOf('/var/log/pods')).toMatchObject({ name: 'logs', readOnly: true });
    expect(mountOf(state.directory)).toMatchObject({ name: 'state', readOnly: false });
    // The kubelet's links are absolute: what they lead to must stand where they say.
    for (const volume of pod.volumes) {
      const mounts = container.volumeMounts.filter(({ name }) => name === volume.name);
      if ('hostPath' in volume) expect(mounts).toMatchObject([{ mountPath: volume.hostPath.path }]);
    }
    const writable = container.volumeMounts.filter(({ readOnly }) => !readOnly);
    expect(writable.map(({ name }) => name)).toEqual(['state']);
  });

  it('asks for no right but to read', () => {
    expect(container.securityContext).toMatchObject({
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: [] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const field of ['hostPID', 'hostIPC', 'shareProcessNamespace'])
      expect(pod).not.toHaveProperty(field);
    expect(pod['hostNetwork']).toBe(false);
  });

  it('has a configuration that birler accepts, and that says what the manifest relies on', () => {
    const { host, sources, graceMs, http } = configOf(readManifest(objects));
    const [port] = container.ports;
    expect(http).toMatchObject({ host: '0.0.0.0', port: port?.containerPort, debug: 'loopback' });
    expect(mountOf(container.args[container.args.indexOf('--config') + 1] ?? '')).toMatchObject({
      name: 'config',
    });
    expect(host).toBe('node-7');
    expect(graceMs).toBeLessThan(pod.terminationGracePeriodSeconds * 1000);
    expect(sources.exclude).toContainEqual(expect.objectContaining({ namespace, container: container.name }));
    expect(config).toBe(readManifest(base).config);
  });
});

describe('deploy/base', () => {
  it("passes birler's own check", async () => {
    using dir = new TempDir('birler-check');
    writeFileSync(dir.join('birler.yaml'), manifest.config);
    const checked = await runBirler(['check', '--config', dir.join('birler.yaml')], {
      environment: environmentOf(manifest.container, FIELDS),
    });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
  });

  it('may read pods and namespaces and do nothing else', () => {
    expect(named('ClusterRole')?.['rules']).toEqual([
      { apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['get', 'list', 'watch'] },
    ]);
    expect(named('ClusterRoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: named('ClusterRole')?.metadata.name },
      subjects: [
        { kind: 'ServiceAccount', name: named('ServiceAccount')?.metadata.name, namespace: 'birler' },
      ],
    });
    expect(base.filter(({ kind }) => /Role/.test(kind))).toHaveLength(2);
  });

  it('runs on every Linux node, whatever is wrong with it, and one agent at a time', () => {
    expect(manifest.pod).toMatchObject({
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      priorityClassName: 'system-node-critical',
    });
    expect(named('DaemonSet')).toMatchObject({
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } } },
    });
  });

  it('tells the pod its node and its own name', () => {
    expect(environmentOf(manifest.container, FIELDS)).toEqual({
      NODE_NAME: 'node-7',
      POD_NAME: 'birler-x7k2p',
      POD_NAMESPACE: 'birler',
    });
  });
});

describe('the overlays', () => {
  const overlay = (name: string) => readManifest(RENDERED.get(`overlays/${name}`) ?? []);

  it("docker: brings Docker's own directory, read-only, and changes nothing else", () => {
    const { pod, container } = overlay('docker');
    expect(pod.volumes.at(-1)).toMatchObject({ hostPath: { path: '/var/lib/docker/containers' } });
    expect(container.volumeMounts.at(-1)).toMatchObject({
      mountPath: '/var/lib/docker/containers',
      readOnly: true,
    });
    expect(pod.volumes.slice(0, -1)).toEqual(manifest.pod.volumes);
    expect({ ...container, volumeMounts: [] }).toEqual({ ...manifest.container, volumeMounts: [] });
  });

  it("kubelet: asks the node's own kubelet, with the right to that and no other", () => {
    const objects = RENDERED.get('overlays/kubelet') ?? [];
    expect(configOf(readManifest(objects)).kubernetes).toMatchObject({
      source: 'kubelet',
      kubelet: { url: 'https://192.0.2.7:10250', verify: true },
    });
    expect(named('ClusterRole', objects)?.['rules']).toEqual([
      { apiGroups: [''], resources: ['nodes/pods'], verbs: ['get'] },
    ]);
    expect(configOf(manifest).kubernetes).toMatchObject({ source: 'auto', node: 'node-7' });
  });

  it('debug: tells more', () => {
    expect(configOf(overlay('debug')).log.level).toBe('debug');
    expect(configOf(manifest).log.level).toBe('info');
  });

  it("non-root: runs as a user of its own in root's group, once its directory was given to it", () => {
    const { pod, container } = overlay('non-root');
    expect(container.securityContext).toMatchObject({ runAsUser: 65_532, runAsGroup: 0, runAsNonRoot: true });
    expect(pod.initContainers).toMatchObject([
      { securityContext: { runAsUser: 0, capabilities: { drop: ['ALL'] } } },
    ]);
    expect(pod.initContainers[0]?.volumeMounts.map(({ name }) => name)).toEqual(['state']);
  });

  it('each consist of the base and the component of their name', () => {
    for (const name of OVERLAYS) {
      const text = readFileSync(join(DEPLOY, name, 'kustomization.yaml'), 'utf8');
      expect(text).toContain(`components: [../../components/${name.replace('overlays/', '')}]`);
    }
    expect(readdirSync(join(DEPLOY, 'components'))).toEqual(readdirSync(join(DEPLOY, 'overlays')));
  });
});

describe('docs/install.md', () => {
  const text = readFileSync(join(DEPLOY, '..', 'docs', 'install.md'), 'utf8');

  it("shows a kustomization that works, with one's own image and configuration", () => {
    const [, example = ''] = /```yaml\n(apiVersion: kustomize[^`]*)```/.exec(text) ?? [];
    using dir = new TempDir('birler-kustomization');
    cpSync(DEPLOY, dir.join('birler', 'deploy'), { recursive: true });
    writeFileSync(dir.join('kustomization.yaml'), example);
    writeFileSync(dir.join('birler.yaml'), 'grace: 7s\n');
    const objects = renderDirectory(dir.path);
    expect(objects.flatMap(schemaBreaches)).toEqual([]);
    const { config, container } = readManifest(objects);
    expect(config).toBe('grace: 7s\n');
    expect(container.image).toBe('registry.example/birler:0.1.0');
    expect(objects.map(({ kind }) => kind)).toContain('PodMonitor');
  });

  it('tells of each component', () => {
    const told = [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name = '']) => name);
    expect(told.toSorted()).toEqual(readdirSync(join(DEPLOY, 'components')).toSorted());
  });
});

describe('the check of schemas', () => {
  const broken = (text: string): readonly string[] => readObjects(text).flatMap(schemaBreaches);

  it('tells what an API server with strict validation would refuse', () => {
    expect(
      broken(`
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: birler, lables: {} }
spec:
  template:
    spec:
      hostNetwork: "false"
      tolerations: [{ operator: Exist }]
      containers:
        - name: birler
          ports: [{ containerPort: 7780.5 }]
          resources: { limits: { memory: 200 } }
      volumes: {}
`),
    ).toEqual([
      'DaemonSet.metadata.lables: no such field in V1ObjectMeta',
      'DaemonSet.spec.selector: is missing',
      'DaemonSet.spec.template.spec.hostNetwork: "false" is no boolean',
      'DaemonSet.spec.template.spec.tolerations[0].operator: "Exist" is not one of Exists, Equal',
      'DaemonSet.spec.template.spec.containers[0].ports[0].containerPort: 7780.5 is no int32',
      'DaemonSet.spec.template.spec.containers[0].resources.limits.memory: 200 is no string',
      'DaemonSet.spec.template.spec.volumes: must be a list',
    ]);
  });

  it('knows which kinds there are', () => {
    expect(broken('{ apiVersion: apps/v1, kind: DeamonSet, metadata: { name: birler } }')).toEqual([
      'apps/v1 DeamonSet: no such kind in the API',
    ]);
    expect(
      broken('{ apiVersion: monitoring.coreos.com/v1, kind: PodMonitor, metadata: { name: b }, spec: {} }'),
    ).toHaveLength(2);
  });
});
