import { describe, expect, it } from 'vitest';
import { Checkpointer } from '../../../src/checkpoint/checkpointer.ts';
import type { StreamState } from '../../../src/checkpoint/state.ts';
import { FakeOutput } from './fake-output.ts';
import { offsetIn, STATE, StateWorld } from './state-world.ts';

const INTERVAL_MS = 1000;
const AGENT = { pid: 1, host: 'node-1', startedAt: '2026-11-20T20:19:53.000Z' };
const streamOf = (file: string): StreamState => ({
  origin: { kind: 'file', file, host: 'node-1' },
  generations: [],
});

const setUp = async (...outputs: FakeOutput[]) => {
  const disk = new StateWorld();
  const store = await disk.open();
  const said: string[] = [];
  const gone = new Set<string>();
  const checkpointer = new Checkpointer(store, outputs, {
    agent: AGENT,
    intervalMs: INTERVAL_MS,
    stateOf: (key) => (gone.has(key) ? undefined : streamOf(key)),
    onFailed: (error) => said.push(`failed: ${String(error)}`),
    onRecovered: () => said.push('recovered'),
  });
  let nowMs = 0;
  /** The agent's loop comes by at this time, and everything it starts is done. */
  const step = async (atMs: number): Promise<void> => {
    nowMs = atMs;
    checkpointer.step(nowMs);
    await disk.world.clock.settle();
  };
  await step(0);
  disk.calls.length = 0;
  return { disk, store, checkpointer, said, gone, step };
};

const writes = (calls: readonly string[]): number => calls.filter((call) => call.startsWith('write')).length;

describe('the checkpointer', () => {
  it('saves who the agent is, once', async () => {
    const { disk, checkpointer } = await setUp();
    expect(checkpointer.nextDueMs).toBeUndefined();
    expect((await disk.restart()).state.agent).toEqual(AGENT);
  });

  it('commits what moved in one entry, an interval after the last', async () => {
    const out = new FakeOutput();
    const other = new FakeOutput('other');
    const { disk, checkpointer, step } = await setUp(out, other);
    out.move('a', 1);
    out.move('a', 2);
    out.move('b', 3);
    other.move('a', 4);
    expect(checkpointer.nextDueMs).toBe(INTERVAL_MS);
    await step(INTERVAL_MS - 1);
    expect(writes(disk.calls)).toBe(0);
    await step(INTERVAL_MS);
    expect(writes(disk.calls)).toBe(1);
    expect(checkpointer.nextDueMs).toBeUndefined();
    const { state } = await disk.restart();
    expect([offsetIn({ state }, 'a'), offsetIn({ state }, 'b'), offsetIn({ state }, 'a', 'other')]).toEqual([
      2, 3, 4,
    ]);
    expect(state.outputs.get('out')).toMatchObject({ ledger: { delivered: 3 }, sink: { written: 3 } });
  });

  it('saves the stream with the first position in it, and whenever its files change', async () => {
    const out = new FakeOutput();
    const { disk, checkpointer, step } = await setUp(out);
    out.move('a', 1);
    checkpointer.changed('b');
    await step(INTERVAL_MS);
    expect([...(await disk.restart()).state.streams.keys()].sort()).toEqual(['a', 'b']);
  });

  it('writes nothing while nothing changes', async () => {
    const { disk, step } = await setUp(new FakeOutput());
    for (let at = 1; at < 10; at++) await step(at * INTERVAL_MS);
    expect(disk.calls).toEqual([]);
  });

  it('runs one commit at a time, and the next takes what came meanwhile', async () => {
    const out = new FakeOutput();
    const { disk, checkpointer, step } = await setUp(out);
    const hang = Promise.withResolvers<void>();
    out.syncs.push(() => hang.promise);
    out.move('a', 1);
    await step(INTERVAL_MS);
    out.move('a', 2);
    expect(checkpointer.nextDueMs).toBeUndefined();
    await step(5 * INTERVAL_MS);
    expect([out.syncCount, writes(disk.calls)]).toEqual([1, 0]);
    hang.resolve();
    await disk.world.clock.settle();
    expect(writes(disk.calls)).toBe(1);
    await step(6 * INTERVAL_MS);
    expect(offsetIn(await disk.restart(), 'a')).toBe(2);
  });

  it('makes the destination durable before the positions', async () => {
    const out = new FakeOutput();
    const { disk, step } = await setUp(out);
    let before = -1;
    out.syncs.push(() => {
      before = writes(disk.calls);
      return Promise.resolve();
    });
    out.move('a', 1);
    await step(INTERVAL_MS);
    expect([before, writes(disk.calls)]).toEqual([0, 1]);
  });

  it('commits everything at the end, after the commit that is under way', async () => {
    const out = new FakeOutput();
    const { disk, checkpointer, step } = await setUp(out);
    const hang = Promise.withResolvers<void>();
    out.syncs.push(() => hang.promise);
    out.move('a', 1);
    await step(INTERVAL_MS);
    out.move('b', 2);
    const finished = checkpointer.finish();
    hang.resolve();
    await disk.done(finished);
    const store = await disk.restart();
    expect([offsetIn(store, 'a'), offsetIn(store, 'b')]).toEqual([1, 2]);
  });

  it('does not begin a commit at the end if there is nothing to say', async () => {
    const { disk, checkpointer } = await setUp(new FakeOutput());
    await disk.done(checkpointer.finish());
    expect(disk.calls).toEqual([]);
  });

  it('forgets first: a stream that began anew under its old key does not inherit the old positions', async () => {
    const [out, other] = [new FakeOutput(), new FakeOutput('other')];
    const { disk, checkpointer, step } = await setUp(out, other);
    out.move('a', 100);
    other.move('a', 200);
    await step(INTERVAL_MS);
    checkpointer.forget('a');
    out.move('a', 5);
    await step(2 * INTERVAL_MS);
    const store = await disk.restart();
    expect([offsetIn(store, 'a'), offsetIn(store, 'a', 'other')]).toEqual([5, undefined]);
    expect(store.state.streams.has('a')).toBe(true);
  });

  it('saves nothing of a stream that is gone', async () => {
    const { disk, checkpointer, gone, step } = await setUp(new FakeOutput());
    checkpointer.changed('a');
    gone.add('a');
    await step(INTERVAL_MS);
    checkpointer.changed('b');
    checkpointer.forget('b');
    await step(2 * INTERVAL_MS);
    expect([...(await disk.restart()).state.streams.keys()]).toEqual([]);
  });
});

describe('a checkpoint that fails', () => {
  it('is told, kept, tried again an interval later, and told when it works', async () => {
    const out = new FakeOutput();
    const { disk, said, step } = await setUp(out);
    disk.failing.set('write', 'ENOSPC');
    out.move('a', 1);
    await step(INTERVAL_MS);
    await step(2 * INTERVAL_MS - 1);
    expect(said).toEqual([expect.stringContaining('ENOSPC')]);
    out.move('b', 2);
    await step(2 * INTERVAL_MS);
    disk.failing.clear();
    await step(3 * INTERVAL_MS);
    expect(said).toEqual([expect.stringContaining('ENOSPC'), expect.stringContaining('ENOSPC'), 'recovered']);
    const store = await disk.restart();
    expect([offsetIn(store, 'a'), offsetIn(store, 'b')]).toEqual([1, 2]);
  });

  it('keeps what was forgotten forgotten, and what moved at the same time', async () => {
    const out = new FakeOutput();
    const { disk, checkpointer, step } = await setUp(out);
    out.move('a', 1);
    await step(INTERVAL_MS);
    checkpointer.forget('a');
    out.move('b', 2);
    disk.failing.set('write', 'ENOSPC');
    await step(2 * INTERVAL_MS);
    disk.failing.clear();
    await step(3 * INTERVAL_MS);
    const store = await disk.restart();
    expect([offsetIn(store, 'a'), store.state.streams.has('a'), offsetIn(store, 'b')]).toEqual([
      undefined,
      false,
      2,
    ]);
  });
});

describe('a destination that cannot be synced', () => {
  const failing = async () => {
    const out = new FakeOutput();
    const world = await setUp(out);
    out.move('a', 1);
    await world.step(INTERVAL_MS);
    out.syncs.push(() => Promise.reject(new Error('EIO')));
    out.move('a', 2);
    await world.step(2 * INTERVAL_MS);
    expect(world.said).toEqual(['failed: Error: EIO']);
    return { out, ...world };
  };

  it('holds its positions back, and they are saved once it works', async () => {
    const { disk, said, step } = await failing();
    const journal = disk.read('journal');
    expect(journal.toString()).not.toContain('"a":[1,2]');
    await step(3 * INTERVAL_MS);
    expect(said).toEqual(['failed: Error: EIO', 'recovered']);
    expect(offsetIn(await disk.restart(), 'a')).toBe(2);
  });

  it('is synced again before its positions are saved, even if it has not moved since', async () => {
    const { out, disk, step } = await failing();
    out.syncs.push(() => Promise.reject(new Error('EIO again')));
    await step(3 * INTERVAL_MS);
    expect(out.syncCount).toBe(3);
    expect(offsetIn(await disk.restart(), 'a')).toBe(1);
  });

  it('holds its positions back also while streams are forgotten', async () => {
    const { out, disk, checkpointer, step } = await failing();
    out.syncs.push(() => Promise.reject(new Error('EIO again')));
    checkpointer.forget('b');
    await step(3 * INTERVAL_MS);
    expect(offsetIn(await disk.restart(), 'a')).toBe(1);
  });

  it('is forgotten with its stream, and the stream begins anew', async () => {
    const { out, disk, checkpointer, step } = await failing();
    out.syncs.push(() => Promise.reject(new Error('EIO again')));
    checkpointer.forget('a');
    out.move('a', 7);
    await step(3 * INTERVAL_MS);
    await step(4 * INTERVAL_MS);
    expect(offsetIn(await disk.restart(), 'a')).toBe(7);
    expect(disk.world.disk.names(STATE)).toContain('snapshot');
  });
});

describe('the checkpointer, when it is asked', () => {
  it('says how long the oldest change has waited, those too that came while it was saving', async () => {
    const out = new FakeOutput();
    const { checkpointer, step } = await setUp(out);
    expect(checkpointer.snapshot(500)).toEqual({
      commits: 1,
      unsavedForMs: undefined,
      failingForMs: undefined,
    });
    out.move('a', 1);
    const hang = Promise.withResolvers<undefined>();
    out.syncs.push(() => hang.promise);
    await step(1000);
    await step(4000);
    expect(checkpointer.snapshot(4500)).toMatchObject({ commits: 1, unsavedForMs: 3500 });
    out.move('a', 2);
    hang.resolve(undefined);
    await step(5000);
    await step(6000);
    expect(checkpointer.snapshot(6100)).toMatchObject({ commits: 3, unsavedForMs: undefined });
  });

  it('does not count a change that came while it was saving as saved', async () => {
    const out = new FakeOutput();
    const { checkpointer, step, disk } = await setUp(out);
    out.move('a', 1);
    const hang = Promise.withResolvers<undefined>();
    out.syncs.push(() => hang.promise);
    await step(1000);
    out.move('a', 2);
    await step(1200);
    hang.resolve(undefined);
    await disk.world.clock.settle();
    // Since the commit that could not have it any more was begun.
    expect(checkpointer.snapshot(1300)).toMatchObject({ commits: 2, unsavedForMs: 300 });
  });
});
