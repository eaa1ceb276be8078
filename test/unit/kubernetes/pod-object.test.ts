import { describe, expect, it } from 'vitest';
import { readPod, readPodList, versionOf } from '../../../src/kubernetes/pod-object.ts';
import { recorded } from '../../support/kubernetes-api.ts';

const pod = (metadata: object = {}, rest: object = {}) => ({
  metadata: { uid: 'u', name: 'web-0', namespace: 'shop', ...metadata },
  spec: { nodeName: 'node-a', containers: [{ name: 'app', image: 'web:1' }] },
  ...rest,
});

describe('a Pod object', () => {
  it('gives image, image id and container id of all kinds of containers', () => {
    const read = readPod({
      ...pod(),
      spec: {
        containers: [
          { name: 'app', image: 'web:1' },
          { name: 'later', image: 'x:1' },
        ],
        initContainers: [{ name: 'setup', image: 'setup:2' }],
        ephemeralContainers: [{ name: 'debugger', image: 'busybox' }],
      },
      status: {
        containerStatuses: [{ name: 'app', imageID: 'sha256:a', containerID: 'containerd://0a' }],
        initContainerStatuses: [{ name: 'setup', imageID: 'sha256:b', containerID: 'cri-o://0b' }],
        ephemeralContainerStatuses: [{ name: 'debugger', imageID: 'sha256:c', containerID: 'docker://0c' }],
      },
    });
    expect([...(read?.pod.containers ?? [])]).toEqual([
      ['app', { image: 'web:1', imageId: 'sha256:a', containerId: '0a' }],
      ['later', { image: 'x:1', imageId: '', containerId: '' }],
      ['setup', { image: 'setup:2', imageId: 'sha256:b', containerId: '0b' }],
      ['debugger', { image: 'busybox', imageId: 'sha256:c', containerId: '0c' }],
    ]);
  });

  it('of a static pod has its config hash', () => {
    expect(readPod(pod({ annotations: { 'kubernetes.io/config.hash': 'abc' } }))?.pod.configHash).toBe('abc');
    expect(readPod(pod())?.pod.configHash).toBe('');
  });

  it('has its owner told by its labels and its birth', () => {
    const controller = {
      kind: 'ReplicaSet',
      name: 'web-5d4f8',
      controller: true,
      uid: 'x',
      apiVersion: 'apps/v1',
    };
    const read = readPod(pod({ labels: { 'pod-template-hash': '5d4f8' }, ownerReferences: [controller] }));
    expect(read?.pod.owner).toEqual({ kind: 'Deployment', name: 'web' });
  });

  it('keeps nothing of managed fields, of the spec, or of what kubectl applied', () => {
    const list = readPodList(JSON.parse(recorded('list-pods-node-a.json')));
    const kept = JSON.stringify(list?.pods.map((read) => [read, [...read.pod.containers]]));
    expect(list?.pods).toHaveLength(5);
    expect(recorded('list-pods-node-a.json')).toContain('managedFields');
    for (const word of ['managedFields', 'fieldsV1', 'volumeMounts', 'last-applied', 'hostPath'])
      expect(kept).not.toContain(word);
    expect(kept.length).toBeLessThan(5_000);
  });

  it.each([
    undefined,
    null,
    'pod',
    [],
    {},
    pod({ uid: '' }),
    pod({ name: 7 }),
    pod({ labels: { a: 1 } }),
    { ...pod(), spec: null },
    { ...pod(), spec: { containers: 'all' } },
  ])('is none: %j', (object) => {
    expect(readPod(object)).toBeUndefined();
  });

  it('that is none is left out of a list; the others stay', () => {
    expect(
      readPodList({ metadata: { resourceVersion: '5' }, items: [pod(), { kind: 'Pod' }] }),
    ).toMatchObject({
      version: '5',
      pods: [{ nodeName: 'node-a' }],
    });
    expect(readPodList({ metadata: {}, items: null })).toEqual({ version: '', pods: [] });
    expect(readPodList({ items: [] })).toBeUndefined();
  });

  it('says where a watch stands', () => {
    expect(versionOf(pod({ resourceVersion: '12' }))).toBe('12');
    expect(versionOf(pod())).toBe('');
  });
});
