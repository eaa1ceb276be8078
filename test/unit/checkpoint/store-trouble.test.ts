import { describe, expect, it } from 'vitest';
import { sealLine } from '../../../src/checkpoint/journal.ts';
import { JOURNAL, SNAPSHOT } from '../../../src/checkpoint/store.ts';
import type { FileCall } from '../../support/fake-process.ts';
import { forgets, moves, NOTHING, offsetIn, STATE, StateWorld } from './state-world.ts';

/** A store with a snapshot (a at 1) and a journal of two entries (a at 2, a at 3). */
const written = async () => {
  const disk = new StateWorld();
  const store = await disk.open();
  for (const offset of [1, 2, 3]) await disk.done(store.commit(moves('a', offset)));
  return { disk, store };
};

describe('a damaged checkpoint', () => {
  it('is read up to the last whole entry, wherever the journal was torn', async () => {
    const { disk } = await written();
    const journal = disk.read(JOURNAL);
    for (let cut = 0; cut <= journal.length; cut++) {
      disk.replace(JOURNAL, journal.subarray(0, cut));
      const store = await disk.restart();
      const lines = journal.subarray(0, cut).toString('latin1').split('\n').length - 1;
      expect(offsetIn(store, 'a')).toBe(Math.max(1, lines));
    }
  });

  it('goes on behind a torn tail: what is committed next is found again', async () => {
    const { disk } = await written();
    const journal = disk.read(JOURNAL);
    for (const cut of [0, 5, 20, journal.length - 1]) {
      disk.replace(JOURNAL, journal.subarray(0, cut));
      const store = await disk.restart();
      await disk.done(store.commit(moves('b', 7)));
      const again = await disk.restart();
      expect(offsetIn(again, 'b')).toBe(7);
      expect(again.state).toEqual(store.state);
    }
  });

  it('is told of, with how many entries were good', async () => {
    const { disk } = await written();
    disk.replace(JOURNAL, disk.read(JOURNAL).subarray(0, -1));
    await disk.restart();
    expect(disk.damages).toEqual([`${STATE}/${JOURNAL} after 1`]);
  });

  it('begins anew where nothing in the snapshot can be believed, and says so', async () => {
    for (const garbage of [
      '',
      '\n',
      'garbage',
      '\u0000'.repeat(4096),
      sealLine('birler 2 1'),
      sealLine('birler 1 1'),
    ]) {
      const { disk } = await written();
      disk.replace(SNAPSHOT, Buffer.from(garbage));
      disk.replace(JOURNAL, Buffer.alloc(0));
      const store = await disk.restart();
      expect(store.state).toEqual(NOTHING);
      expect(disk.complaints).toHaveLength(1);
      await disk.done(store.commit(moves('b', 7)));
      expect(offsetIn(await disk.restart(), 'b')).toBe(7);
    }
  });

  it('says what is wrong with an entry that is whole but means nothing, and keeps what stands before it', async () => {
    for (const payload of [
      '{}',
      'null',
      '{"streams":{"a":{}},"outputs":{}}',
      '{"streams":{},"outputs":{"x":{}}}',
    ]) {
      const { disk } = await written();
      disk.replace(JOURNAL, Buffer.concat([disk.read(JOURNAL), Buffer.from(sealLine(payload))]));
      expect(offsetIn(await disk.restart(), 'a')).toBe(3);
      expect(disk.complaints).toHaveLength(1);
    }
  });

  it('ignores a journal that belongs to another snapshot', async () => {
    const { disk, store } = await written();
    const older = disk.read(JOURNAL);
    store.hold(moves('a', 10));
    await disk.done(store.commit(forgets('never')));
    disk.replace(JOURNAL, older);
    expect(offsetIn(await disk.restart(), 'a')).toBe(10);
    expect(disk.damages).toEqual([]);
  });
});

describe('a crash during a snapshot', () => {
  it.each([
    ['the process that wrote the journal', false],
    ['the next process', true],
  ])('of %s leaves the state before it or after it, at each call that it makes', async (_who, isNext) => {
    const seen = new Set<number | undefined>();
    for (let call = 1; ; call++) {
      const { disk, store: first } = await written();
      const store = isNext ? await disk.restart() : first;
      store.hold(moves('a', 4));
      disk.calls.length = 0;
      disk.dieAtCall = call;
      const commit = store.commit(moves('b', 1));
      commit.catch(() => undefined);
      await disk.world.clock.advance(1000);
      const wasWhole = disk.running.process.isAlive;
      const again = await disk.restart('half');
      const [a, b] = [offsetIn(again, 'a'), offsetIn(again, 'b')];
      expect([
        [3, undefined],
        [4, 1],
      ]).toContainEqual([a, b]);
      expect(disk.complaints).toEqual([]);
      seen.add(a);
      await disk.done(again.commit(moves('c', 1)));
      const last = await disk.restart();
      expect([offsetIn(last, 'a'), offsetIn(last, 'b'), offsetIn(last, 'c')]).toEqual([a, b, 1]);
      if (wasWhole) break;
    }
    expect([...seen]).toEqual([3, 4]);
  });
});

describe('a state directory in trouble', () => {
  const CALLS: readonly FileCall[] = ['openForWriting', 'write', 'truncate', 'sync', 'rename'];

  it('fails the commit but forgets nothing: the first that works again has it all', async () => {
    for (const call of CALLS) {
      const { disk, store } = await written();
      disk.failing.set(call, 'EIO');
      store.hold(moves('held', 1));
      await expect(disk.done(store.commit(moves('b', 1)))).rejects.toThrow('EIO');
      await expect(disk.done(store.commit(moves('c', 1)))).rejects.toThrow('EIO');
      disk.failing.clear();
      await disk.done(store.commit(moves('d', 1)));
      const again = await disk.restart();
      expect(again.state).toEqual(store.state);
      expect(['a', 'held', 'b', 'c', 'd'].map((key) => offsetIn(again, key))).toEqual([3, 1, 1, 1, 1]);
    }
  });

  it('keeps the last good checkpoint readable while the disk is full', async () => {
    const { disk, store } = await written();
    for (const room of [0, 1, 30, 60]) {
      disk.diskBytes = disk.world.disk.usedBelow(STATE) + room;
      await expect(disk.done(store.commit(moves('b', 1)))).rejects.toThrow('ENOSPC');
      const reader = new StateWorld();
      for (const name of [SNAPSHOT, JOURNAL]) reader.replace(name, disk.read(name));
      expect(offsetIn(await reader.open(), 'a')).toBe(3);
    }
    disk.diskBytes = Number.POSITIVE_INFINITY;
    await disk.done(store.commit(moves('c', 1)));
    expect((await disk.restart()).state).toEqual(store.state);
  });

  it('opens where nothing can be written, says so, and takes the lock when it can', async () => {
    const disk = new StateWorld();
    disk.failing.set('makeDirectory', 'EROFS');
    const store = await disk.open();
    expect(disk.complaints).toEqual([expect.stringContaining('EROFS')]);
    await expect(disk.done(store.commit(moves('a', 1)))).rejects.toThrow('ENOENT');
    disk.failing.clear();
    await disk.done(store.commit(moves('b', 1)));
    const other = disk.world.start();
    expect(other.system.files.lock(STATE)).toBeUndefined();
    expect((await disk.restart()).state).toEqual(store.state);
  });

  it('writes nothing once another agent has taken the directory that it could not lock', async () => {
    const disk = new StateWorld();
    disk.failing.set('lock', 'EIO');
    const store = await disk.open();
    disk.failing.clear();
    const other = disk.world.start();
    expect(other.system.files.lock(STATE)).toBeDefined();
    await expect(disk.done(store.commit(moves('a', 1)))).rejects.toMatchObject({ code: 'state_locked' });
    expect(disk.world.disk.names(STATE)).toEqual(['lock']);
  });

  it('begins anew where the checkpoint cannot be read, and says so', async () => {
    const { disk } = await written();
    disk.failing.set('readWhole', 'EACCES');
    expect((await disk.restart()).state).toEqual(NOTHING);
    expect(disk.complaints).toHaveLength(2);
  });
});
