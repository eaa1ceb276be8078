import { describe, expect, it } from 'vitest';
import { JOURNAL, readCheckpoint, SNAPSHOT, Store } from '../../../src/checkpoint/store.ts';
import type { PodFacts } from '../../../src/core/origin.ts';
import { testOrigin } from '../../support/batches.ts';
import { forgets, moves, NOTHING, offsetIn, STATE, StateWorld } from './state-world.ts';

const opened = async () => {
  const disk = new StateWorld();
  return { disk, store: await disk.open() };
};

describe('the store', () => {
  it('keeps what names a stream, and not what Kubernetes says of its pod', async () => {
    const { disk, store } = await opened();
    const facts: PodFacts = {
      labels: { app: 'web' },
      annotations: {},
      namespaceLabels: {},
      owner: undefined,
      image: 'web:1',
    };
    const origin = { ...testOrigin, facts };
    const streams = new Map([['uid/app/2', { origin, generations: [] }]]);
    await disk.done(store.commit({ streams, outputs: new Map() }));
    expect(disk.read(SNAPSHOT).toString() + disk.read(JOURNAL).toString()).not.toContain('facts');
    const again = await disk.restart();
    expect(again.state.streams.get('uid/app/2')?.origin).toEqual(testOrigin);
  });

  it('begins with nothing, in a directory that it makes', async () => {
    const { disk, store } = await opened();
    expect(store.state).toEqual(NOTHING);
    expect(disk.complaints).toEqual([]);
    expect(disk.world.disk.names(STATE)).toContain('lock');
  });

  it('has every commit after a crash, the last word of each stream', async () => {
    const { disk, store } = await opened();
    for (const [key, offset] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const) {
      await disk.done(store.commit(moves(key, offset)));
    }
    const again = await disk.restart();
    expect(again.state).toEqual(store.state);
    expect(offsetIn(again, 'a')).toBe(3);
    expect(disk.damages).toEqual([]);
  });

  it('is durable when a commit is done: journal synced after the write', async () => {
    const { disk, store } = await opened();
    await disk.done(store.commit(moves('a', 1)));
    disk.calls.length = 0;
    await disk.done(store.commit(moves('a', 2)));
    expect(disk.calls).toEqual([`write ${STATE}/${JOURNAL}`, `sync ${STATE}/${JOURNAL}`]);
  });

  it('does not sync each commit if it is told not to', async () => {
    const disk = new StateWorld();
    const store = await disk.open({ sync: false });
    await disk.done(store.commit(moves('a', 1)));
    disk.calls.length = 0;
    await disk.done(store.commit(moves('a', 2)));
    expect(disk.calls).toEqual([`write ${STATE}/${JOURNAL}`]);
  });

  it('makes a snapshot durable before it takes the place of the old one', async () => {
    const { disk, store } = await opened();
    disk.calls.length = 0;
    await disk.done(store.commit(moves('a', 1)));
    const order = [
      `write ${STATE}/${SNAPSHOT}.tmp`,
      `sync ${STATE}/${SNAPSHOT}.tmp`,
      `rename ${STATE}/${SNAPSHOT}.tmp`,
      `sync ${STATE}`,
      `write ${STATE}/${JOURNAL}`,
    ].map((call) => disk.calls.indexOf(call));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  });

  it('folds a long journal into a new snapshot, and loses nothing by it', async () => {
    const { disk, store } = await opened();
    const long = 'x'.repeat(1024 * 1024);
    for (let commit = 1; commit <= 7; commit++) await disk.done(store.commit(moves(`${long}`, commit)));
    expect(disk.calls.filter((call) => call.startsWith('rename'))).toHaveLength(2);
    expect(disk.read(JOURNAL).length).toBeLessThan(4 * 1024 * 1024);
    const again = await disk.restart();
    expect(offsetIn(again, long)).toBe(7);
  });

  it('forgets a stream in all outputs, and a stream of the same key begins anew', async () => {
    const { disk, store } = await opened();
    await disk.done(store.commit(moves('a', 100, 'one')));
    await disk.done(store.commit(moves('a', 200, 'two')));
    await disk.done(store.commit(forgets('a')));
    await disk.done(store.commit(moves('a', 5, 'two')));
    const again = await disk.restart();
    expect(offsetIn(again, 'a', 'one')).toBeUndefined();
    expect(offsetIn(again, 'a', 'two')).toBe(5);
  });

  it('refuses a directory that another agent uses, and takes it once that one is gone', async () => {
    const { disk, store } = await opened();
    const other = disk.world.start();
    const settings = { directory: STATE, sync: true, onDamage: () => undefined, onUnusable: () => undefined };
    await expect(disk.done(Store.open(other.system.files, settings))).rejects.toMatchObject({
      code: 'state_locked',
      message: `${STATE}: another birler uses this state directory; stop it, or give this one its own with --state`,
    });
    await disk.done(store.close());
    await expect(disk.done(Store.open(other.system.files, settings))).resolves.toBeDefined();
  });

  it('can be read while an agent uses it, and nothing is changed by that', async () => {
    const { disk, store } = await opened();
    await disk.done(store.commit(moves('a', 1)));
    await disk.done(store.commit(moves('a', 2)));
    const reader = disk.world.start();
    disk.calls.length = 0;
    const state = await disk.done(readCheckpoint(reader.system.files, STATE));
    expect(state).toEqual(store.state);
    expect(disk.calls.every((call) => call.startsWith('readWhole'))).toBe(true);
  });

  it('holds a change back until the next commit, which writes all there is', async () => {
    const { disk, store } = await opened();
    await disk.done(store.commit(moves('a', 1)));
    store.hold(moves('a', 2));
    expect(offsetIn(await disk.restart(), 'a')).toBe(1);
    const next = await disk.restart();
    next.hold(moves('a', 3));
    await disk.done(next.commit(moves('b', 1)));
    disk.calls.length = 0;
    await disk.done(next.commit(moves('b', 2)));
    expect(disk.calls).toEqual([`write ${STATE}/${JOURNAL}`, `sync ${STATE}/${JOURNAL}`]);
    const last = await disk.restart();
    expect([offsetIn(last, 'a'), offsetIn(last, 'b')]).toEqual([3, 2]);
  });

  it('holds no file open after it was closed', async () => {
    const { disk, store } = await opened();
    await disk.done(store.commit(moves('a', 1)));
    await disk.done(store.close());
    expect(disk.running.process.openFiles).toEqual([]);
  });
});
