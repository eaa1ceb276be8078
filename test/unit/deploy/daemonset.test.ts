import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { readManifest } from '../../support/manifest.ts';

const {
  namespace,
  config: text,
  pod,
  container,
} = readManifest(join(import.meta.dirname, '../../../deploy/daemonset.yaml'));
const config = loadConfig(
  { name: 'birler.yaml', text },
  {},
  {
    variables: { NODE_NAME: 'node-7' },
    hostname: 'birler-x7k2p',
    homeDirectory: '/root',
    workingDirectory: '/',
    isRoot: true,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
  },
);
const mountOf = (path: string) =>
  container.volumeMounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));

describe('deploy/daemonset.yaml', () => {
  it('mounts the logs to be read and only the state to be written', () => {
    expect(mountOf(config.sources.logsDirectory)).toMatchObject({ name: 'logs', readOnly: true });
    expect(mountOf('/var/log/pods')).toMatchObject({ name: 'logs', readOnly: true });
    expect(mountOf(config.state.directory)).toMatchObject({ name: 'state', readOnly: false });
    expect(container.volumeMounts.filter(({ readOnly }) => !readOnly).map(({ name }) => name)).toEqual([
      'state',
    ]);
    expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
      pod.volumes.map(({ name }) => name).toSorted(),
    );
  });

  it('names a configuration that is mounted, and the node for its records', () => {
    const file = container.args[container.args.indexOf('--config') + 1] ?? '';
    expect(mountOf(file)).toMatchObject({ name: 'config' });
    expect(container.env.map(({ name }) => name)).toContain('NODE_NAME');
    expect(config.host).toBe('node-7');
  });

  it("leaves birler's own output out, which is a container log as well", () => {
    expect(config.sources.exclude).toContainEqual(
      expect.objectContaining({ namespace, container: container.name }),
    );
  });

  it('gives birler more time to stop than it takes', () => {
    expect(config.graceMs).toBeLessThan(pod.terminationGracePeriodSeconds * 1000);
  });

  it('asks for no right but to read', () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toMatchObject({
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(pod).not.toHaveProperty('hostPID');
  });
});
