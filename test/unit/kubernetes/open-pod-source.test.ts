import { describe, expect, it } from 'vitest';
import { ApiPods } from '../../../src/kubernetes/api-pods.ts';
import { KubeletPods } from '../../../src/kubernetes/kubelet-pods.ts';
import { openPodSource, type PodSourceSettings } from '../../../src/kubernetes/open-pod-source.ts';
import { FakeWorld } from '../../support/fake-system.ts';

const IN_CLUSTER: PodSourceSettings = {
  source: 'auto',
  node: 'node-a',
  server: 'https://10.0.0.1:443',
  tokenFile: '/token',
  caFile: '/ca.crt',
  kubelet: { url: 'https://10.1.2.3:10250', verify: true, intervalMs: 10_000 },
  namespaceLabels: ['*'],
};

const open = async (changes: Partial<PodSourceSettings>, hasToken = true) => {
  const world = new FakeWorld();
  if (hasToken) world.disk.create('/token');
  const said: string[] = [];
  const opening = openPodSource({ ...IN_CLUSTER, ...changes }, world.start().system, {
    onAbsent: (why) => said.push(why),
    onTrouble: (reason) => said.push(reason),
    onRecovered: () => said.push('recovered'),
    onStranger: (node) => said.push(node),
  });
  await world.clock.settle();
  const source = await opening;
  return { source, said };
};

describe('who is asked about pods', () => {
  it('is the API server, by itself, in a cluster', async () => {
    const { source, said } = await open({});
    expect(source).toBeInstanceOf(ApiPods);
    expect(source?.tellsNamespaces).toBe(true);
    expect(said).toEqual([]);
  });

  it('is nobody outside of one; that is said once, with what is missing', async () => {
    const missing: [Partial<PodSourceSettings>, boolean, RegExp][] = [
      [{ server: '' }, true, /KUBERNETES_SERVICE_HOST/],
      [{ node: '' }, true, /NODE_NAME.*spec\.nodeName/],
      [{}, false, /no service account token: \/token/],
    ];
    for (const [changes, hasToken, what] of missing) {
      const { source, said } = await open(changes, hasToken);
      expect(source).toBeUndefined();
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(what);
    }
  });

  it('is nobody, without a word, where that is wanted', async () => {
    expect(await open({ source: 'off' })).toEqual({ source: undefined, said: [] });
  });

  it('is who was named, whatever is missing: it may come yet', async () => {
    expect((await open({ source: 'api' }, false)).source).toBeInstanceOf(ApiPods);
    expect((await open({ source: 'kubelet' }, false)).source).toBeInstanceOf(KubeletPods);
  });

  it('is not asked about namespaces where their labels are not wanted', async () => {
    expect((await open({ namespaceLabels: [] })).source?.tellsNamespaces).toBe(false);
  });
});
