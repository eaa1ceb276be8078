import { describe, expect, it } from 'vitest';
import type { StreamSighting } from '../../../src/core/sighting.ts';
import { Discovery, type DiscoverySettings } from '../../../src/discover/discovery.ts';
import { FakeWatcher } from './fake-watcher.ts';
import { LOGS, NodeDirectories, POD, PODS } from './node-directories.ts';

const RESCAN_MS = 5000;

const setUp = async (settings: Partial<DiscoverySettings> = {}) => {
  const node = new NodeDirectories();
  const watcher = new FakeWatcher();
  const said: string[] = [];
  const seen: string[] = [];
  node.put(`${POD}/app/0.log`);
  await node.pass();
  const clock = node.world.clock.forProcess(() => true);
  const discovery = new Discovery(node.survey, watcher, clock, {
    logsDirectory: LOGS,
    rescanIntervalMs: RESCAN_MS,
    watches: true,
    onSighting: ({ key }: StreamSighting) => {
      seen.push(key);
      return true;
    },
    onHint: () => said.push('hint'),
    onWritten: () => false,
    onMissing: (directory) => said.push(`missing ${directory}`),
    onAppeared: (directory) => said.push(`appeared ${directory}`),
    onWatchFailed: (directory) => said.push(`failed ${directory}`),
    onFoundByRescan: ({ directory }) => said.push(`rescan ${directory}`),
    ...settings,
  });
  /** Everything that was said and seen since this was last asked, after some time and a step. */
  const step = async (ms = 0) => {
    await node.pass(ms);
    discovery.step(clock.monotonic());
    return { said: said.splice(0), seen: seen.splice(0) };
  };
  return { node, watcher, discovery, step, said };
};

describe('discovery', () => {
  it('sees all that is there in its first walk, and says when it has', async () => {
    const { discovery, step } = await setUp();
    expect(discovery.isComplete).toBe(false);
    expect(await step()).toEqual({ seen: ['u1/app/0'], said: [] });
    expect([discovery.isComplete, discovery.isBusy]).toEqual([true, false]);
  });

  it('watches the logs directory for links, the pods directory for pods, and each pod for containers', async () => {
    const { watcher, discovery, step } = await setUp();
    await step();
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`, `${POD} 0`]);
    discovery.close();
    expect(watcher.open).toEqual([]);
  });

  it('only notes a hint and rings; the next step looks', async () => {
    const { node, watcher, discovery, step, said } = await setUp();
    await step();
    node.put(`${POD}/app/1.log`);
    node.read();
    watcher.of(PODS).hint(`${POD}/app`);
    expect([node.read(), said]).toEqual([[], ['hint']]);
    expect(discovery.nextDueMs).toBeLessThan(RESCAN_MS);
    const { seen } = await step(1000);
    expect(seen).toEqual(['u1/app/0', 'u1/app/1']);
  });

  it('finds everything by rescans where nothing is watched, and says that it did', async () => {
    const { node, watcher, step } = await setUp({ watches: false });
    await step();
    node.put(`${POD}/app/1.log`);
    expect((await step(RESCAN_MS - 1000)).seen).toEqual([]);
    const { seen, said } = await step(1000);
    expect(seen).toEqual(['u1/app/0', 'u1/app/1']);
    expect(said).toContain(`rescan ${POD}/app`);
    expect(watcher.watches).toEqual([]);
  });

  it('says nothing while nothing changes', async () => {
    const { step } = await setUp();
    await step();
    for (let walk = 0; walk < 5; walk++) expect(await step(RESCAN_MS)).toEqual({ said: [], seen: [] });
  });

  it('tells of trouble with a watch, and watches anew with the next rescan', async () => {
    const { watcher, step } = await setUp();
    await step();
    watcher.of(PODS).trouble(new Error('ENOSPC'));
    expect(watcher.open).toEqual([`${LOGS} 0`, `${POD} 0`]);
    expect((await step(1000)).said).toEqual([`failed ${PODS}`]);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${POD} 0`]);
    await step(RESCAN_MS);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${POD} 0`, `${PODS} 0`]);
  });

  it('keeps the new watch when the old one complains once more', async () => {
    const { watcher, step } = await setUp();
    await step();
    const old = watcher.of(PODS);
    old.trouble(new Error('ENOSPC'));
    await step(RESCAN_MS);
    old.trouble(new Error('ENOSPC'));
    expect(watcher.open).toEqual([`${LOGS} 0`, `${POD} 0`, `${PODS} 0`]);
  });

  it('tries no small watch for a minute after one was refused', async () => {
    const { watcher, discovery, step } = await setUp();
    await step();
    watcher.of(POD).trouble(new Error('ENOSPC'));
    for (let walk = 0; walk < 11; walk++) await step(RESCAN_MS);
    discovery.watchIdle(`${POD}/app`);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`]);
    for (let walk = 0; walk < 2; walk++) await step(RESCAN_MS);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`, `${POD} 0`]);
  });

  it('opens the watch of a pod before it reads the pod, and anew when the pod was made anew', async () => {
    const { node, watcher, step } = await setUp();
    await step();
    const old = watcher.of(POD);
    node.world.disk.removeTree(POD);
    node.put(`${POD}/other/0.log`);
    watcher.of(PODS).hint(POD);
    expect((await step(1000)).seen).toContain('u1/other/0');
    expect(old.isOpen).toBe(false);
    expect(watcher.of(POD).isOpen).toBe(true);
  });

  it('closes the watch of a pod that is gone', async () => {
    const { node, watcher, step } = await setUp();
    await step();
    node.world.disk.removeTree(POD);
    await step(RESCAN_MS);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`]);
  });

  it('watches a root with very many entries by itself, and anew when it was replaced', async () => {
    const { node, watcher, step } = await setUp();
    for (let file = 0; file < 600; file++) node.put(`${LOGS}/${file}.log`);
    await step();
    const small = watcher.of(LOGS);
    expect(small.isSmall).toBe(true);
    small.hint(LOGS);
    await step(1000);
    expect(small.isOpen).toBe(false);
    await step(RESCAN_MS);
    expect(watcher.of(LOGS).isOpen).toBe(true);
  });

  it('looks after a second at what could not be settled, not only with the next rescan', async () => {
    let isSettled = false;
    const { discovery, step } = await setUp({ onSighting: () => isSettled, rescanIntervalMs: 60_000 });
    await step();
    expect(discovery.nextDueMs).toBeLessThan(10_000);
    isSettled = true;
    await step(1500);
    expect(discovery.nextDueMs).toBeGreaterThan(30_000);
  });

  it('looks again at a directory in which something could not be settled, though it has not changed', async () => {
    let isSettled = false;
    const { node, discovery, step } = await setUp({ onSighting: () => isSettled });
    await step(RESCAN_MS);
    expect(discovery.isBusy).toBe(false);
    node.read();
    await step(RESCAN_MS);
    expect(node.read()).toContain(`${POD}/app`);
    isSettled = true;
    await step(RESCAN_MS);
    node.read();
    await step(RESCAN_MS);
    expect(node.read()).not.toContain(`${POD}/app`);
  });

  it('waits for a directory that is missing, and says so once', async () => {
    const { node, step } = await setUp();
    node.world.disk.removeTree(LOGS);
    expect((await step()).said).toEqual([`missing ${LOGS}`]);
    expect((await step(RESCAN_MS)).said).toEqual([]);
    node.put(`${LOGS}/plain.log`);
    const { said, seen } = await step(RESCAN_MS);
    expect(said).toContain(`appeared ${LOGS}`);
    expect(seen).toEqual(['file/plain.log']);
  });

  it('rescans soon, instead of remembering, when there are more hints than it keeps', async () => {
    const { node, watcher, discovery, step } = await setUp();
    await step();
    node.put(`${POD}/app/1.log`);
    for (let hint = 0; hint <= 4096; hint++) watcher.of(LOGS).hint(`/elsewhere/${hint}`);
    expect(discovery.nextDueMs).toBe(0);
    expect((await step(1000)).seen).toContain('u1/app/1');
  });

  it('watches the directory of idle files, until they are busy again', async () => {
    const { watcher, discovery, step } = await setUp();
    await step();
    const watched = [`${POD}/app`, `${POD}/app`, LOGS].map((directory) => discovery.watchIdle(directory));
    expect(watched).toEqual([true, true, false]);
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`, `${POD} 0`, `${POD}/app 0`]);
    watcher.of(`${POD}/app`).hint(`${POD}/app/0.log`);
    expect((await step(1000)).seen).toEqual(['u1/app/0']);
    // The other stream in that directory still needs its watch.
    discovery.unwatchIdle(`${POD}/app`);
    expect(watcher.open).toContain(`${POD}/app 0`);
    discovery.unwatchIdle(`${POD}/app`);
    discovery.unwatchIdle('/never/watched');
    expect(watcher.open).toEqual([`${LOGS} 0`, `${PODS} 0`, `${POD} 0`]);
  });

  it('reads nothing for a write to a file that is known to whoever reads it', async () => {
    const known = new Set([`${POD}/app/0.log`]);
    const { watcher, discovery, step } = await setUp({ onWritten: (path) => known.has(path) });
    await step();
    expect(discovery.tellsWrites(`${POD}/app`)).toBe(false);
    discovery.watchIdle(`${POD}/app`);
    expect([discovery.tellsWrites(`${POD}/app`), discovery.tellsWrites(LOGS)]).toEqual([true, false]);
    watcher.of(`${POD}/app`).written(`${POD}/app/0.log`);
    expect(await step(1000)).toEqual({ seen: [], said: [] });
    watcher.of(`${POD}/app`).written(`${POD}/app/1.log`);
    expect(await step(1000)).toEqual({ seen: ['u1/app/0'], said: ['hint'] });
  });

  it('watches no idle directory where watching is off', async () => {
    const { watcher, discovery } = await setUp({ watches: false });
    discovery.watchIdle(`${POD}/app`);
    expect(watcher.watches).toEqual([]);
  });

  it('reads a directory at once when it is asked to', async () => {
    const { node, discovery, step } = await setUp();
    await step();
    await step(RESCAN_MS);
    node.read();
    discovery.scan(`${POD}/app`, false);
    expect(node.read()).toEqual([]);
    discovery.scan(`${POD}/app`, true);
    expect(node.read()).toEqual([`${POD}/app`]);
  });
});
