import { describe, expect, it } from 'vitest';
import { fileSink } from '../../../src/sinks/file.ts';
import { DELIVERED, FileWorld, PATH } from './file-world.ts';

describe('the file output', () => {
  it('makes the directories that are missing, and appends in order', async () => {
    const out = new FileWorld();
    expect(await out.open()).toBe(0);
    expect(await out.write('one\n')).toEqual(DELIVERED);
    expect(await out.write('two\n')).toEqual(DELIVERED);
    expect(out.content()).toBe('one\ntwo\n');
  });

  it('appends to what stood there before its first start', async () => {
    const out = new FileWorld();
    out.world.disk.makeDirectory('/out');
    out.put(PATH, 'before\n');
    expect(await out.open()).toBe(0);
    await out.write('after\n');
    expect(out.content()).toBe('before\nafter\n');
  });

  it('appends where it stopped after a clean stop', async () => {
    const out = new FileWorld();
    await out.open();
    await out.write('one\n');
    const state = out.sink.state();
    await out.done(out.sink.close());
    out.restart();
    expect(await out.open(state)).toBe(0);
    await out.write('two\n');
    expect(out.content()).toBe('one\ntwo\n');
  });

  it('holds no descriptor after it was closed', async () => {
    const out = new FileWorld();
    await out.open();
    await out.done(out.sink.close());
    expect(out.running.process.openFiles).toEqual([]);
  });

  it('takes a state that it cannot read for a first start, and appends', async () => {
    const out = new FileWorld();
    out.world.disk.makeDirectory('/out');
    out.put(PATH, 'before\n');
    for (const state of [
      null,
      3,
      'x',
      {},
      { ino: 1, birth: '2', length: 3 },
      { ino: '1', birth: '2', length: -1 },
    ]) {
      expect(await out.open(state)).toBe(0);
    }
    expect(out.content()).toBe('before\n');
  });

  it('writes all of a parcel, however few bytes the kernel takes at a time', async () => {
    const out = new FileWorld();
    const { files } = out.running.system;
    const slow: typeof files = {
      ...files,
      openForWriting: async (path, mode) => {
        const file = await files.openForWriting(path, mode);
        return {
          ...file,
          write: (bytes, start, length, at) => file.write(bytes, start, Math.min(3, length), at),
        };
      },
    };
    const sink = fileSink(slow, { path: PATH, mode: 0o640 });
    await out.done(sink.open(undefined));
    const { signal } = new AbortController();
    expect(await out.done(sink.write(Buffer.from('a long line\n'), signal))).toEqual(DELIVERED);
    expect(await out.done(sink.write(Buffer.from('and another\n'), signal))).toEqual(DELIVERED);
    expect(out.content()).toBe('a long line\nand another\n');
  });

  it('cannot be opened where there is no right to write, and says so', async () => {
    const out = new FileWorld();
    out.failing.set('openForWriting', 'EACCES');
    await expect(out.open()).rejects.toThrow('EACCES');
  });

  it('knows no lengths of a device or a pipe, and never calls its bytes lost', async () => {
    const out = new FileWorld();
    const { files } = out.running.system;
    const device: typeof files = {
      ...files,
      openForWriting: async (path, mode) => {
        const file = await files.openForWriting(path, mode);
        const status = async () => ({ ...(await file.status()), kind: 'other' as const, size: 0 });
        return { ...file, status, write: (_bytes, _start, length) => Promise.resolve(length) };
      },
    };
    const sink = fileSink(device, { path: PATH, mode: 0o640 });
    await out.done(sink.open(undefined));
    await out.done(sink.write(Buffer.from('into the void\n'), new AbortController().signal));
    const state = sink.state();
    expect(await out.done(fileSink(device, { path: PATH, mode: 0o640 }).open(state))).toBe(0);
  });
});

describe('a full disk', () => {
  it('is worth another try: the parcel is whole once there is room, and stands there once', async () => {
    const out = new FileWorld();
    await out.open();
    await out.write('one\n');
    out.diskBytes = 9;
    expect(await out.write('a longer line\n')).toMatchObject({
      kind: 'transient',
      error: { code: 'ENOSPC' },
    });
    out.diskBytes = 9;
    expect(await out.write('a longer line\n')).toMatchObject({ kind: 'transient' });
    out.diskBytes = Number.POSITIVE_INFINITY;
    expect(await out.write('a longer line\n')).toEqual(DELIVERED);
    await out.write('three\n');
    expect(out.content()).toBe('one\na longer line\nthree\n');
  });

  it('leaves half a parcel that the checkpoint does not count and the next start cuts off', async () => {
    const out = new FileWorld();
    await out.open();
    await out.write('one\n');
    out.diskBytes = 9;
    await out.write('a longer line\n');
    expect(out.content()).toBe('one\na lon');
    const state = out.sink.state();
    out.restart();
    await out.open(state);
    expect(out.content()).toBe('one\n');
  });

  it('leaves no half parcel behind a clean stop', async () => {
    const out = new FileWorld();
    await out.open();
    await out.write('one\n');
    out.diskBytes = 9;
    await out.write('a longer line\n');
    await out.done(out.sink.close());
    expect(out.content()).toBe('one\n');
  });

  it('is closed also where nothing can be cut any more', async () => {
    const out = new FileWorld();
    await out.open();
    out.failing.set('status', 'EIO');
    await expect(out.done(out.sink.close())).rejects.toThrow('EIO');
    expect(out.running.process.openFiles).toEqual([]);
  });
});
