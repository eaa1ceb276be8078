import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpApiClient } from '../../../src/kubernetes/api-client.ts';
import { KubeletPods } from '../../../src/kubernetes/kubelet-pods.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { realFiles } from '../../../src/system/real-files.ts';
import { KubernetesApi } from '../../support/kubernetes-api.ts';
import { TempDir } from '../../support/temp-dir.ts';
import { ToldListener } from '../../support/told-listener.ts';
import { until, untilStill } from '../../support/until.ts';

let directory: TempDir;
let kubelet: KubernetesApi;
let source: KubeletPods | undefined;
let listener: ToldListener;
let troubles: string[];

beforeAll(() => {
  directory = new TempDir('kubelet');
});
afterAll(() => directory[Symbol.dispose]());
beforeEach(async () => {
  kubelet = await KubernetesApi.start(directory.path);
  kubelet.token = 'one';
  writeFileSync(directory.join('token'), 'one');
  listener = new ToldListener();
  troubles = [];
});
afterEach(async () => {
  source?.close();
  await kubelet.stop();
});

const start = (intervalMs: number, caFile = 'ca.crt', isUnverified = false): KubeletPods => {
  const client = new HttpApiClient(
    { server: kubelet.url, tokenFile: directory.join('token'), caFile: directory.join(caFile), isUnverified },
    realFiles,
  );
  source = new KubeletPods(client, realClock, Math.random, {
    node: 'node-a',
    intervalMs,
    pace: { startSpreadMs: 5, firstMs: 20, longestMs: 200 },
    health: {
      onTrouble: (reason) => troubles.push(reason),
      onRecovered: () => troubles.push('works again'),
    },
    onStranger: () => undefined,
  });
  source.start(listener);
  return source;
};

describe('the pods of a node, from its own kubelet', () => {
  it('are asked for again and again; who is missing is gone', async () => {
    start(600);
    await until('synced', () => listener.syncs === 1);
    expect(listener.names).toContain('shop/node-api-0');
    kubelet.podList = '{"kind":"PodList","metadata":{},"items":[]}';
    await until('all are gone', () => listener.pods.size === 0);
    expect(listener.gone).toHaveLength(5);
    expect(new Set(kubelet.requests.map(({ method, path }) => `${method} ${path}`))).toEqual(
      new Set(['GET /pods']),
    );
  });

  it('are asked for soon when somebody waits for a new one, but not all the time', async () => {
    const pods = start(600_000);
    await until('synced', () => listener.syncs === 1);
    for (let count = 0; count < 20; count++) pods.hurry();
    await until('asked again', () => kubelet.requests.length === 2);
    expect(await untilStill('asked no more', () => kubelet.requests.length, 700)).toBe(2);
  });

  it('are refused without the right for it: says which is missing', async () => {
    kubelet.refuse('kubelet', 403);
    start(600);
    await until('told', () => troubles.length === 1);
    expect(troubles[0]).toContain('the verb get on nodes/proxy, or on nodes/pods');
    await until('it works again', () => troubles.at(-1) === 'works again');
    expect(source?.state).toMatchObject({ isSynced: true, trouble: '' });
  });

  it('are not asked of a stranger, unless the configuration trusts anybody', async () => {
    using other = new TempDir('other');
    const { port } = kubelet;
    await kubelet.stop();
    const impostor = await KubernetesApi.start(other.path);
    kubelet = impostor;
    start(600);
    await until('told', () => troubles.some((reason) => reason.includes('certificate')));
    expect(impostor.requests).toEqual([]);
    source?.close();
    start(600, 'ca.crt', true);
    await until('synced', () => listener.syncs === 1);
    expect(impostor.port).not.toBe(port);
  });
});
