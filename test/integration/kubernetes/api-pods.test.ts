import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpApiClient } from '../../../src/kubernetes/api-client.ts';
import { ApiPods, type ApiPodsSettings } from '../../../src/kubernetes/api-pods.ts';
import { realClock } from '../../../src/system/real-clock.ts';
import { realFiles } from '../../../src/system/real-files.ts';
import { KubernetesApi, recorded, recordedEvents } from '../../support/kubernetes-api.ts';
import { TempDir } from '../../support/temp-dir.ts';
import { ToldListener } from '../../support/told-listener.ts';
import { until, untilStill } from '../../support/until.ts';

const LISTED = (
  JSON.parse(recorded('list-pods-node-a.json')) as {
    readonly items: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[];
  }
).items
  .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
  .toSorted();
const BOOKMARK = recordedEvents('watch-pods-delete-bookmark.jsonl').at(-1) ?? '';
const OWN_NODE = { fieldSelector: 'spec.nodeName=node-a' };

/** All waits short, so that a test sees what follows them; their lengths are tested with a clock of our own. */
const QUICK = { startSpreadMs: 5, firstMs: 20, longestMs: 200 };

let directory: TempDir;
let api: KubernetesApi;
let source: ApiPods | undefined;
let listener: ToldListener;
let troubles: string[];
let strangers: string[];

beforeAll(async () => {
  directory = new TempDir('k8s-api');
});
afterAll(() => directory[Symbol.dispose]());

beforeEach(async () => {
  api = await KubernetesApi.start(directory.path);
  api.token = 'one';
  writeFileSync(directory.join('token'), 'one\n');
  listener = new ToldListener();
  troubles = [];
  strangers = [];
});
afterEach(async () => {
  source?.close();
  await api.stop();
});

const start = (changes: Partial<ApiPodsSettings> = {}): ApiPods => {
  const client = new HttpApiClient(
    {
      server: api.url,
      tokenFile: directory.join('token'),
      caFile: directory.join('ca.crt'),
      isUnverified: false,
    },
    realFiles,
  );
  source = new ApiPods(client, realClock, Math.random, {
    node: 'node-a',
    namespaces: false,
    pace: QUICK,
    silenceMs: 60_000,
    watchMs: 300_000,
    namespaceRefreshMs: 600_000,
    health: {
      onTrouble: (reason) => troubles.push(reason),
      onRecovered: () => troubles.push('works again'),
    },
    onStranger: (node) => strangers.push(node),
    ...changes,
  });
  source.start(listener);
  return source;
};

const watching = (count = 1) => until('a watch is open', () => api.watches.size === count);

describe('the pods of a node, from the API server', () => {
  it('are listed, then watched from there', async () => {
    const pods = start();
    await watching();
    expect(listener.names).toEqual(LISTED);
    expect(listener.syncs).toBe(1);
    expect(api.requests.map(({ kind, query }) => ({ kind, query }))).toEqual([
      { kind: 'list', query: { ...OWN_NODE, resourceVersion: '0' } },
      {
        kind: 'watch',
        query: {
          ...OWN_NODE,
          watch: 'true',
          resourceVersion: '660',
          allowWatchBookmarks: 'true',
          timeoutSeconds: expect.stringMatching(/^[3-6]\d\d$/) as unknown,
        },
      },
    ]);
    expect(pods.state).toMatchObject({ isSynced: true, trouble: '' });
  });

  it('are followed through a recorded day: made, started, ended', async () => {
    api.podList = '{"metadata":{"resourceVersion":"385"},"items":[]}';
    start();
    await watching();
    const events = recordedEvents('watch-pods-create-run-exit.jsonl.gz');
    for (const line of events) api.send(line);
    await until('all events are told', () => listener.told === events.length - 1);
    expect(listener.pods.size).toBe(13);
    const pod = [...listener.pods.values()].find(({ name }) => name === 'orders-py-0');
    expect(pod).toMatchObject({
      namespace: 'shop',
      uid: '1c6b78fb-ee90-46ec-98d4-3992fa27d5b0',
      labels: { app: 'orders-py' },
      owner: undefined,
    });
    expect([...(pod?.containers.values() ?? [])][0]).toMatchObject({
      image: 'localhost/hostusr:1',
      containerId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(Object.keys(pod?.annotations ?? {})).toEqual(['example.com/owner']);
  });

  it('go when they are deleted; a bookmark moves the place to go on from', async () => {
    start();
    await watching();
    for (const line of recordedEvents('watch-pods-delete-bookmark.jsonl')) api.send(line);
    await until('the pod is gone', () => listener.gone.length === 1);
    expect(listener.names).not.toContain('shop/gopanic-0');
    for (const watch of api.watches) watch.end();
    await until('watched again', () => api.asked('watch').length === 2);
    expect(api.asked('watch')[1]?.query['resourceVersion']).toBe('676');
    expect(api.asked('list')).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  it('go, too, when only a new list shows it', async () => {
    start();
    await watching();
    api.podList = '{"metadata":{"resourceVersion":"700"},"items":[]}';
    api.send(recordedEvents('watch-410-too-old.jsonl')[0] ?? '');
    await until('all are gone', () => listener.pods.size === 0);
    expect(listener.gone).toHaveLength(LISTED.length);
  });
});

describe('a watch that fails', () => {
  it('with an ERROR event 410: a new list, and that is no trouble', async () => {
    start();
    await watching();
    api.send(BOOKMARK);
    api.send(recordedEvents('watch-410-too-old.jsonl')[0] ?? '');
    await until('listed again', () => api.asked('list').length === 2);
    await watching();
    expect(api.asked('list')[1]?.query['resourceVersion']).toBe('0');
    expect(troubles).toEqual([]);
  });

  it('with the answer 410 right behind a list: the next list is the newest', async () => {
    api.refuse('watch', 410);
    start();
    await watching();
    expect(api.asked('list').map(({ query }) => query['resourceVersion'])).toEqual(['0', undefined]);
  });

  it('by a cut connection: watched on from the last version, without a list', async () => {
    start();
    await watching();
    api.send(BOOKMARK);
    await until('the bookmark was heard', () => source?.state.heardAtMs);
    for (const watch of api.watches) watch.cut();
    await until('watched again', () => api.asked('watch').length === 2);
    expect(api.asked('list')).toHaveLength(1);
    await until('it works again', () => troubles.includes('works again'));
  });

  it('by a server that dies and comes back: refused connections are waited out', async () => {
    start();
    await watching();
    const { port } = api;
    await api.stop();
    await until('refused', () => troubles.some((reason) => reason.includes('ECONNREFUSED')));
    await api.restart(port);
    await watching();
    await until('it works again', () => troubles.at(-1) === 'works again');
    expect(source?.state.trouble).toBe('');
    expect(listener.names).toEqual(LISTED);
  });

  it('by saying nothing, not even a bookmark: listed anew', async () => {
    start({ silenceMs: 300 });
    await watching();
    await until('listed again', () => api.asked('list').length === 2);
    expect(troubles[0]).toBe('nothing came for 0.3 s, not even a bookmark');
  });

  it('by ending at once, again and again: that counts as a failure, so the waits grow', async () => {
    api.onWatch = (watch) => watch.end();
    start({ pace: { startSpreadMs: 5, firstMs: 20, longestMs: 60_000 } });
    await until('told', () => troubles.includes('the server ended the watch at once'));
    await untilStill('the waits have grown', () => api.asked('watch').length);
    expect(api.asked('watch').length).toBeLessThan(15);
    expect(api.asked('list')).toHaveLength(1);
  });

  it('with another ERROR event: listed anew', async () => {
    start();
    await watching();
    api.send('{"type":"ERROR","object":{"kind":"Status","message":"etcd is away","code":500}}');
    await until('listed again', () => api.asked('list').length === 2);
    expect(troubles[0]).toBe('etcd is away (500)');
  });

  it('by nonsense: listed anew, because nobody knows what was meant', async () => {
    start();
    await watching();
    // What follows in the same piece counts for nothing: only a list can tell.
    api.send(`{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"resourceVersion":"900"}}}\n${BOOKMARK}`);
    await until('listed again', () => api.asked('list').length === 2);
    expect(troubles[0]).toContain('the watch sent an event that is no pod (MODIFIED)');
    expect(listener.names).toEqual(LISTED);
  });
});

describe('a server that refuses', () => {
  it('with 401: the token is read anew, so that a rotated one is found', async () => {
    writeFileSync(directory.join('token'), 'old');
    start();
    await until('refused', () => troubles.some((reason) => reason.startsWith('Unauthorized (401)')));
    writeFileSync(directory.join('token'), 'one');
    await watching();
    expect(api.requests[0]?.token).toBe('old');
    expect(api.requests.at(-1)?.token).toBe('one');
    expect(listener.names).toEqual(LISTED);
  });

  it('with 401 to a watch that goes on after the token was rotated', async () => {
    start();
    await watching();
    api.token = 'two';
    for (const watch of api.watches) watch.end();
    await until('refused', () => troubles.some((reason) => reason.includes('401')));
    writeFileSync(directory.join('token'), 'two');
    await watching();
    expect(api.asked('list')).toHaveLength(1);
  });

  it('with 403: says which rights are missing, and asks seldom', async () => {
    api.refuse('list', 403);
    start({ pace: { startSpreadMs: 5, firstMs: 20, longestMs: 500 } });
    await until('told', () => troubles.length === 1);
    expect(troubles[0]).toBe(
      "no: 403 (403); give birler's service account the verbs get, list and watch on pods (docs/kubernetes.md has the role)",
    );
    const refusedAt = performance.now();
    await watching();
    // Half of the longest wait, less what the answer took.
    expect(performance.now() - refusedAt).toBeGreaterThan(200);
  });

  it.each(['list', 'watch'] as const)('with 429 to a %s: waits as long as it is asked to', async (kind) => {
    api.refuse(kind, 429, { 'retry-after': '1' });
    start();
    await until('told', () => troubles.length === 1);
    const refusedAt = performance.now();
    await watching();
    expect(performance.now() - refusedAt).toBeGreaterThan(900);
    expect(api.asked(kind)).toHaveLength(2);
  });

  it('with a certificate that nobody here signed: says so, and sends it no token', async () => {
    const other = new TempDir('k8s-other');
    const { port } = api;
    await api.stop();
    const impostor = await KubernetesApi.start(other.path);
    const server = impostor.url;
    const client = new HttpApiClient(
      { server, tokenFile: directory.join('token'), caFile: directory.join('ca.crt'), isUnverified: false },
      realFiles,
    );
    await expect(client.get('/api/v1/pods', {}, AbortSignal.timeout(10_000))).rejects.toThrow(/certificate/);
    expect(impostor.requests).toEqual([]);
    client.close();
    await impostor.stop();
    other[Symbol.dispose]();
    await api.restart(port);
  });

  it('for want of a token file: says which one', async () => {
    const client = new HttpApiClient(
      {
        server: api.url,
        tokenFile: directory.join('none'),
        caFile: directory.join('ca.crt'),
        isUnverified: false,
      },
      realFiles,
    );
    await expect(client.get('/api/v1/pods', {}, AbortSignal.timeout(10_000))).rejects.toThrow(
      `the service account's token is not there: ${directory.join('none')}`,
    );
    client.close();
  });
});

describe('a server that lies', () => {
  it('about the node: pods of other nodes are told of to nobody', async () => {
    api.podList = recorded('list-pods-node-a.json').replaceAll(
      '"nodeName": "node-a"',
      '"nodeName": "node-b"',
    );
    start();
    await watching();
    expect(listener.pods.size).toBe(0);
    expect(strangers).toHaveLength(LISTED.length);
    expect(new Set(strangers)).toEqual(new Set(['node-b']));
  });

  it('about the list: what is no list is trouble, and asked for again', async () => {
    const list = api.podList;
    api.podList = '<html>gateway</html>';
    start();
    await until('told', () => troubles.includes('the answer is not JSON'));
    api.podList = '{"items":[]}';
    await until('told', () => troubles.includes('the answer is no list of pods'));
    api.podList = list;
    await watching();
    expect(listener.names).toEqual(LISTED);
  });
});

describe('the labels of namespaces', () => {
  it('are asked for by name, and only where there is a pod', async () => {
    start({ namespaces: true });
    await until('all are told', () => listener.namespaces.size === 2);
    expect(listener.namespaces.get('default')).toEqual({ k: '20', 'kubernetes.io/metadata.name': 'default' });
    expect(api.asked('namespace').map(({ path, query }) => [path, query])).toEqual(
      ['default', 'shop'].map((name) => [`/api/v1/namespaces/${name}`, { resourceVersion: '0' }]),
    );
  });

  it('are asked for again now and then', async () => {
    start({ namespaces: true, namespaceRefreshMs: 50 });
    await until('asked again', () => api.asked('namespace').length >= 6);
    expect(troubles).toEqual([]);
  });

  it('are none, and waited for by nobody, where they may not be asked for', async () => {
    for (let count = 0; count < 2; count++) api.refuse('namespace', 403);
    start({ namespaces: true });
    await until('all are told', () => listener.namespaces.size === 2);
    expect([...listener.namespaces.values()]).toEqual([{}, {}]);
    expect(troubles).toEqual(['labels of namespaces: no: 403 (403)']);
  });

  it('are asked for again after a failure', async () => {
    api.refuse('namespace', 500);
    start({ namespaces: true });
    await until('all are told', () => listener.namespaces.size === 2);
    expect(api.asked('namespace')).toHaveLength(3);
  });
});

describe('the source, whatever happens,', () => {
  it('asks for nothing but the own node, and only reads', async () => {
    api.onWatch = (watch) => watch.send(BOOKMARK);
    api.refuse('list', 500);
    api.refuse('watch', 410);
    start({ namespaces: true, silenceMs: 300 });
    await until('listed again after silence', () => api.asked('list').length >= 3);
    for (const { kind, method, query } of api.requests) {
      expect(method).toBe('GET');
      expect(kind).not.toBe('other');
      if (kind !== 'namespace') expect(query['fieldSelector']).toBe('spec.nodeName=node-a');
    }
  });

  it('ends at once when it is closed', async () => {
    const pods = start();
    await watching();
    pods.close();
    await until('the watch is closed', () => api.watches.size === 0);
    const { length } = api.requests;
    expect(await untilStill('nothing is asked any more', () => api.requests.length)).toBe(length);
    expect(troubles).toEqual([]);
  });
});
