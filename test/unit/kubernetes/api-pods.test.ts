import { describe, expect, it } from 'vitest';
import type { WatchListener } from '../../../src/kubernetes/api-client.ts';
import { ApiFailure } from '../../../src/kubernetes/api-failure.ts';
import { API_PODS_TIMES, ApiPods } from '../../../src/kubernetes/api-pods.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordedEvents } from '../../support/kubernetes-api.ts';
import { ScriptedClient } from '../../support/scripted-client.ts';
import { ToldListener } from '../../support/told-listener.ts';

const MINUTE = 60_000;
const BOOKMARK = { metadata: { resourceVersion: '9' } };

/** A source with the times that it has on a real node, on a clock of its own. */
const started = (random: () => number, namespaces = false) => {
  const clock = new FakeClock(0);
  const client = new ScriptedClient(() => clock.monotonic);
  const troubles: string[] = [];
  const source = new ApiPods(
    client,
    clock.forProcess(() => true),
    random,
    {
      ...API_PODS_TIMES,
      node: 'node-a',
      namespaces,
      health: {
        onTrouble: (reason) => troubles.push(reason),
        onRecovered: () => troubles.push('works again'),
      },
      onStranger: () => undefined,
    },
  );
  const listener = new ToldListener();
  source.start(listener);
  return { clock, client, source, troubles, listener };
};

const refused = (status: number, retryAfterMs = 0) => new ApiFailure('no', status, retryAfterMs);
const throwing = (failure: Error) => (): never => {
  throw failure;
};

describe('five thousand agents that start together', () => {
  it('ask within a second, all of it', async () => {
    const first: number[] = [];
    for (let agent = 0; agent < 500; agent++) {
      const { clock, client, source } = started(() => (agent * 0.618) % 1);
      await clock.advance(1_000);
      first.push(...client.times('get').slice(0, 1));
      source.close();
    }
    expect(first).toHaveLength(500);
    const inEachTenth = Array.from(
      { length: 10 },
      (_, tenth) => first.filter((at) => Math.floor(at / 100) === tenth).length,
    );
    for (const count of inEachTenth) expect(count).toBeGreaterThan(35);
    for (const count of inEachTenth) expect(count).toBeLessThan(65);
  });

  it('and fail together are further apart with each failure, up to a minute', async () => {
    const { clock, client } = started(() => 0.999_999);
    client.onGet = throwing(refused(0));
    await clock.advance(5 * MINUTE);
    const times = client.times('get');
    const pauses = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / 1_000));
    expect(pauses.slice(0, 6)).toEqual([4, 8, 16, 32, 60, 60]);
  });

  it('may come at any time before that', async () => {
    const { clock, client } = started(() => 0);
    let answers = 0;
    client.onGet = () => {
      answers++;
      if (answers < 50) throw refused(0);
      return { metadata: { resourceVersion: '1' }, items: [] };
    };
    await clock.advance(1);
    expect(client.times('watch')).toEqual([0]);
  });

  it('and are asked to wait are spread behind that', async () => {
    const { clock, client } = started(() => 0.5);
    client.onGet = throwing(refused(429, 30_000));
    await clock.advance(40_000);
    expect(client.times('get')).toEqual([500, 500 + 30_000 + 2_000]);
  });

  it('and may not ask at all do so about once a minute', async () => {
    const { clock, client, troubles } = started(() => 0.5);
    client.onGet = throwing(refused(403));
    await clock.advance(5 * MINUTE);
    expect(client.times('get').length).toBeLessThanOrEqual(7);
    expect(troubles).toHaveLength(1);
  });
});

describe('a watch', () => {
  it('that says nothing for three minutes is given up, and a list made', async () => {
    const { clock, client, troubles } = started(() => 0);
    await clock.advance(3 * MINUTE - 1);
    expect(client.asked.map(({ kind }) => kind)).toEqual(['get', 'watch']);
    await clock.advance(1);
    expect(client.asked.map(({ kind }) => kind)).toEqual(['get', 'watch', 'get', 'watch']);
    expect(troubles).toEqual(['nothing came for 3m 0s, not even a bookmark']);
  });

  it('that sends a bookmark a minute lives on', async () => {
    const { clock, client, source, troubles } = started(() => 0);
    let open: WatchListener | undefined;
    client.onWatch = (listener) => {
      open = listener;
      return undefined;
    };
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(MINUTE);
      open?.onEvent('BOOKMARK', BOOKMARK);
    }
    expect(client.times('watch')).toHaveLength(1);
    expect(source.state).toEqual({ isSynced: true, trouble: '', heardAtMs: 60 * MINUTE });
    expect(troubles).toEqual([]);
  });

  it('asks the server to end it within five to ten minutes, each at another time', async () => {
    const seconds: unknown[] = [];
    for (const random of [0, 0.5, 0.999_999]) {
      const { clock, client } = started(() => random);
      await clock.advance(1_000);
      seconds.push(client.asked[1]?.query['timeoutSeconds']);
    }
    expect(seconds).toEqual([300, 450, 600]);
  });

  it('that is refused again and again behind good lists waits longer and longer', async () => {
    const { clock, client } = started(() => 0.999_999);
    client.onWatch = () => refused(410);
    await clock.advance(2 * MINUTE);
    expect(client.times('watch').length).toBeLessThan(10);
  });

  it('that is too old again, later, costs a list from memory, not from the database', async () => {
    const { clock, client } = started(() => 0);
    let watches = 0;
    client.onWatch = (listener) => {
      watches++;
      if (watches === 1) return refused(410);
      if (watches === 3) return undefined;
      listener.onEvent('BOOKMARK', BOOKMARK);
      listener.onEvent('ERROR', { code: 410 });
      return undefined;
    };
    await clock.advance(1_000);
    const lists = client.asked.filter(({ kind }) => kind === 'get');
    expect(lists.map(({ query }) => query['resourceVersion'])).toEqual(['0', undefined, '0']);
  });

  it('has its first failures forgiven once it worked', async () => {
    const { clock, client } = started(() => 0.999_999);
    let watches = 0;
    client.onWatch = (listener) => {
      watches++;
      if (watches % 2 === 1) return refused(500);
      listener.onEvent('BOOKMARK', BOOKMARK);
      return refused(0);
    };
    await clock.advance(MINUTE);
    const times = client.times('watch');
    const pauses = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? 0)) / 1_000));
    expect(new Set(pauses)).toEqual(new Set([4, 8]));
  });
});

describe('the labels of namespaces', () => {
  it('are asked for every ten minutes or so, while there is a pod', async () => {
    const { clock, client, listener, source } = started(() => 0.5, true);
    const [added = ''] = recordedEvents('watch-pods-create-run-exit.jsonl.gz');
    const { object: pod } = JSON.parse(added) as { readonly object: unknown };
    let open: WatchListener | undefined;
    client.onWatch = (watch) => {
      open = watch;
      return undefined;
    };
    client.onGet = (path) =>
      path.includes('namespaces')
        ? { metadata: { labels: { team: 'a' } } }
        : { metadata: { resourceVersion: '1' }, items: [] };
    const asked = () => client.asked.filter(({ path }) => path === '/api/v1/namespaces/default').length;
    await clock.advance(1_000);
    expect(asked()).toBe(0);
    open?.onEvent('ADDED', pod);
    await clock.advance(0);
    expect(listener.namespaces.get('default')).toEqual({ team: 'a' });
    for (let minute = 0; minute < 30; minute++) {
      open?.onEvent('BOOKMARK', BOOKMARK);
      await clock.advance(MINUTE);
    }
    expect(asked()).toBe(4);
    open?.onEvent('DELETED', pod);
    for (let minute = 0; minute < 30; minute++) {
      open?.onEvent('BOOKMARK', BOOKMARK);
      await clock.advance(MINUTE);
    }
    expect(asked()).toBe(4);
    source.close();
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });
});
