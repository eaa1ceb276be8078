import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NOT_READY } from '../../../src/system/system.ts';
import type { Faults } from '../../support/fake-process.ts';
import { FakeWorld } from '../../support/fake-system.ts';

const setUp = (faults: Faults = {}) => {
  const world = new FakeWorld({ faults, slowGunzip: true });
  world.disk.makeDirectory('/state');
  return { world, running: world.start() };
};

const outcomeOf = <T>(promise: Promise<T>): { value: T | undefined; error: unknown; settled: boolean } => {
  const outcome: { value: T | undefined; error: unknown; settled: boolean } = {
    value: undefined,
    error: undefined,
    settled: false,
  };
  promise.then(
    (value) => Object.assign(outcome, { value, settled: true }),
    (error: unknown) => Object.assign(outcome, { error, settled: true }),
  );
  return outcome;
};

describe('the fake file system of a process', () => {
  it('writes at exact positions and reads the whole back', async () => {
    const { world, running } = setUp();
    const { files } = running.system;
    const opened = outcomeOf(files.openForWriting('/state/a', 0o600));
    await world.clock.settle();
    const file = opened.value;
    if (file === undefined) throw new Error('not opened');
    const written = outcomeOf(file.write(Buffer.from('_abc_'), 1, 3, 0));
    await world.clock.settle();
    outcomeOf(file.write(Buffer.from('X'), 0, 1, 1));
    await world.clock.settle();
    const content = outcomeOf(files.readWhole('/state/a'));
    await world.clock.settle();
    expect(written.value).toBe(3);
    expect(content.value?.toString()).toBe('aXc');
  });

  it('writes what there is room for, then fails with ENOSPC', async () => {
    const { world, running } = setUp({ freeBytes: () => 2 });
    const opened = outcomeOf(running.system.files.openForWriting('/state/a', 0o600));
    await world.clock.settle();
    const first = outcomeOf(opened.value?.write(Buffer.from('abc'), 0, 3, 0) ?? Promise.resolve(-1));
    await world.clock.settle();
    expect(first.value).toBe(2);
    const full = setUp({ freeBytes: () => 0 });
    const again = outcomeOf(full.running.system.files.openForWriting('/state/a', 0o600));
    await full.world.clock.settle();
    const second = outcomeOf(again.value?.write(Buffer.from('abc'), 0, 3, 0) ?? Promise.resolve(-1));
    await full.world.clock.settle();
    expect(second.error).toMatchObject({ code: 'ENOSPC' });
  });

  it('fails the calls that it is told to fail, by path', () => {
    const { world, running } = setUp({
      fail: (call, path) => (call === 'open' && path === '/b' ? 'EACCES' : undefined),
    });
    world.disk.create('/a');
    world.disk.create('/b');
    expect(() => running.system.files.open('/b')).toThrow('EACCES');
    expect(running.system.files.open('/a')).toBeGreaterThan(0);
  });

  it('lets a call take its time, or hang for ever', async () => {
    const { world, running } = setUp({
      delayMs: (call) => (call === 'sync' ? undefined : call === 'rename' ? 20 : 0),
    });
    world.disk.create('/state/a');
    const renamed = outcomeOf(running.system.files.rename('/state/a', '/state/b'));
    const synced = outcomeOf(running.system.files.syncDirectory('/state'));
    await world.clock.advance(19);
    expect(renamed.settled).toBe(false);
    await world.clock.advance(1);
    expect(renamed.settled).toBe(true);
    await world.clock.advance(3_600_000);
    expect(synced.settled).toBe(false);
  });

  it('gives a directory lock to one process at a time, and frees it when that one dies', () => {
    const { world, running } = setUp();
    expect(running.system.files.lock('/state')).toBeDefined();
    const second = world.start();
    expect(second.system.files.lock('/state')).toBeUndefined();
    running.crash();
    expect(second.system.files.lock('/state')).toBeDefined();
    expect(() => second.system.files.lock('/nowhere')).toThrow('ENOENT');
  });

  it('inflates when it is ready, and calls back', async () => {
    const { world, running } = setUp();
    const compressed = gzipSync('some lines\n');
    let ready = 0;
    const read = (target: Uint8Array, position: number): number => compressed.copy(target, 0, position);
    const inflater = running.system.compression.inflate(read, () => ready++);
    const target = Buffer.alloc(100);
    expect(inflater.read(target, 0, 100)).toBe(NOT_READY);
    await world.clock.advance(10);
    expect(ready).toBe(1);
    expect(inflater.read(target, 0, 5)).toBe(5);
    expect(inflater.read(target, 5, 95)).toBe(6);
    expect(target.toString('utf8', 0, 11)).toBe('some lines\n');
    expect(inflater.read(target, 0, 100)).toBe(0);
  });

  it('gives the sound part of a .gz that breaks off, then fails', async () => {
    const { world, running } = setUp();
    const whole = gzipSync(Buffer.alloc(5000, 'abcdefghij'), { level: 0 });
    const cut = whole.subarray(0, 3000);
    const read = (target: Uint8Array, position: number): number => cut.copy(target, 0, position);
    const inflater = running.system.compression.inflate(read, () => undefined);
    await world.clock.advance(10);
    const target = Buffer.alloc(8000);
    expect(inflater.read(target, 0, 8000)).toBeGreaterThan(1000);
    expect(() => inflater.read(target, 0, 8000)).toThrow('unexpected end');
  });
});

describe('a process that dies', () => {
  it('has no effect any more: timers, promises, writes that were under way', async () => {
    const { world, running } = setUp({ delayMs: () => 10 });
    const opened = outcomeOf(running.system.files.openForWriting('/state/a', 0o600));
    await world.clock.advance(20);
    const write = outcomeOf(opened.value?.write(Buffer.from('abc'), 0, 3, 0) ?? Promise.resolve(-1));
    let fired = false;
    running.system.clock.after(5, () => {
      fired = true;
    });
    const yielded = outcomeOf(running.system.clock.yield());
    running.crash();
    await world.clock.advance(1000);
    expect([write.settled, yielded.settled, fired]).toEqual([false, false, false]);
    expect(world.disk.inodeAt('/state/a')?.getSize()).toBe(0);
    expect(() => running.system.files.list('/state')).toThrow('dead');
    expect(running.process.openFiles).toEqual([]);
  });

  it.each([
    ['whole', 'abcd'],
    ['half', 'ab'],
    ['lost', ''],
  ] as const)('leaves behind what the kernel had taken of its writes: %s', async (unfinished, left) => {
    const { world, running } = setUp({ delayMs: () => 10 });
    const opened = outcomeOf(running.system.files.openForWriting('/state/a', 0o600));
    await world.clock.advance(20);
    outcomeOf(opened.value?.write(Buffer.from('abcd'), 0, 4, 0) ?? Promise.resolve(-1));
    running.crash(unfinished);
    expect(world.disk.inodeAt('/state/a')?.getString()).toBe(left);
  });
});

describe('the fake clock', () => {
  it('fires timers in the order in which they fall due, each at its own time, and none that was cancelled', async () => {
    const { clock } = new FakeWorld();
    const fired: string[] = [];
    clock.after(20, () => fired.push(`late at ${clock.monotonic}`));
    clock.after(10, () => {
      fired.push(`early at ${clock.monotonic}`);
      clock.after(5, () => fired.push(`between at ${clock.monotonic}`));
    });
    clock.after(15, () => fired.push('never'))();
    await clock.advance(30);
    expect(fired).toEqual(['early at 10', 'between at 15', 'late at 20']);
    expect(clock.monotonic).toBe(30);
  });

  it('steps the wall clock and leaves the monotonic one alone', async () => {
    const { clock } = new FakeWorld({ wallMs: 1_000_000 });
    await clock.advance(10);
    clock.stepWall(-5000);
    expect(clock.wall).toBe(995_010);
    expect(clock.monotonic).toBe(10);
  });

  it('says so when something spins', async () => {
    const { world, running } = setUp();
    const spin = async (): Promise<void> => {
      for (;;) await running.system.clock.yield();
    };
    outcomeOf(spin());
    await expect(world.clock.settle()).rejects.toThrow('spins');
  });
});

describe('the fake watcher', () => {
  const setUpWatcher = () => {
    const { world, running } = setUp();
    world.disk.makeDirectory('/logs/pod/container');
    const hints: string[] = [];
    const written: string[] = [];
    const troubles: Error[] = [];
    const listener = {
      hint: (path: string) => hints.push(path),
      written: (path: string) => written.push(path),
      trouble: (error: Error) => troubles.push(error),
    };
    const watch = running.system.watcher.watch('/logs', 1, listener);
    const watchFiles = () => running.system.watcher.watchFiles('/logs', listener);
    return { world, watch, watchFiles, hints, written, troubles };
  };

  it('tells apart what was written where only files are watched', async () => {
    const { world, watch, watchFiles, hints, written } = setUpWatcher();
    watch.close();
    watchFiles();
    const file = world.disk.create('/logs/a');
    world.disk.append(file, Buffer.from('line\n'));
    await world.clock.settle();
    expect([hints, written]).toEqual([['/logs/a'], ['/logs/a']]);
  });

  it('tells of changes down to its depth, until it is closed', async () => {
    const { world, watch, hints } = setUpWatcher();
    world.disk.create('/logs/a');
    world.disk.create('/logs/pod/b');
    world.disk.create('/logs/pod/container/c');
    world.disk.create('/elsewhere');
    await world.clock.settle();
    expect(hints).toEqual(['/logs/a', '/logs/pod/b']);
    watch.close();
    world.disk.create('/logs/d');
    await world.clock.settle();
    expect(hints).toHaveLength(2);
  });

  it('is silent, late, double or in trouble when its mood is so', async () => {
    const { world, hints, troubles } = setUpWatcher();
    world.watcher.mood = 'silent';
    world.disk.create('/logs/a');
    await world.clock.advance(10_000);
    expect(hints).toEqual([]);
    world.watcher.mood = 'doubled';
    world.disk.create('/logs/b');
    await world.clock.settle();
    expect(hints).toEqual(['/logs/b', '/logs/b']);
    world.watcher.mood = 'broken';
    world.disk.create('/logs/c');
    await world.clock.settle();
    expect(hints).toHaveLength(2);
    expect(troubles).toHaveLength(1);
    world.watcher.mood = 'reordered';
    world.disk.create('/logs/d');
    await world.clock.settle();
    expect(hints).toHaveLength(2);
    await world.clock.advance(100);
    expect(hints).toHaveLength(3);
  });
});
