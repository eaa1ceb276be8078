import { describe, expect, it } from 'vitest';
import { DELIVERED, FileWorld, PATH } from './file-world.ts';

const started = async () => {
  const out = new FileWorld();
  await out.open();
  await out.write('one\n');
  return out;
};

describe('SIGHUP on a file output', () => {
  it('goes on in a new file after somebody renamed the old one', async () => {
    for (const create of [true, false]) {
      const out = await started();
      out.rotate(`${PATH}.1`, create);
      await out.write('still the old one\n');
      await out.done(out.sink.reopen());
      await out.write('two\n');
      expect(out.content(`${PATH}.1`)).toBe('one\nstill the old one\n');
      expect(out.content()).toBe('two\n');
      expect(out.running.process.openFiles).toHaveLength(1);
    }
  });

  it('goes on at the end of the same file if nobody renamed it', async () => {
    const out = await started();
    await out.done(out.sink.reopen());
    await out.write('two\n');
    expect(out.content()).toBe('one\ntwo\n');
    expect(out.sink.state()).toMatchObject({ length: 8 });
  });

  it('goes on at the true end of a file that copytruncate cut', async () => {
    const out = await started();
    const inode = out.world.disk.inodeAt(PATH);
    if (inode !== undefined) out.world.disk.truncate(inode, 0);
    await out.done(out.sink.reopen());
    await out.write('two\n');
    expect(out.content()).toBe('two\n');
  });

  it('is exact in the new file across a crash', async () => {
    const out = await started();
    out.rotate();
    await out.done(out.sink.reopen());
    await out.write('two\n');
    const state = out.sink.state();
    await out.write('three\n');
    out.restart();
    expect(await out.open(state)).toBe(0);
    expect(out.content()).toBe('two\n');
    expect(out.content(`${PATH}.1`)).toBe('one\n');
  });

  it('waits for the write that is under way: lengths of two files are never mixed', async () => {
    const out = await started();
    out.delays.set('write', 50);
    const writing = out.begin('two\n');
    await out.world.clock.advance(10);
    out.rotate();
    const reopening = out.sink.reopen();
    expect(await out.done(writing)).toEqual(DELIVERED);
    await out.done(reopening);
    await out.write('three\n');
    expect(out.content(`${PATH}.1`)).toBe('one\ntwo\n');
    expect(out.content()).toBe('three\n');
    expect(out.sink.state()).toMatchObject({ length: 6 });
  });

  it('lets a write that begins meanwhile go to the new file', async () => {
    const out = await started();
    out.rotate();
    for (const call of ['openForWriting', 'status'] as const) out.delays.set(call, 30);
    const reopening = out.sink.reopen();
    await out.world.clock.advance(10);
    const writing = out.begin('two\n');
    await out.done(reopening);
    expect(await out.done(writing)).toEqual(DELIVERED);
    expect(out.content(`${PATH}.1`)).toBe('one\n');
    expect(out.content()).toBe('two\n');
  });

  it('takes the beginning of a parcel that failed out of the old file', async () => {
    for (const isRotated of [true, false]) {
      const out = await started();
      out.diskBytes = 7;
      await out.write('two, half of it\n');
      if (isRotated) out.rotate();
      out.diskBytes = Number.POSITIVE_INFINITY;
      await out.done(out.sink.reopen());
      await out.write('two, half of it\n');
      const all = isRotated ? [out.content(`${PATH}.1`), out.content()].join('') : out.content();
      expect(all).toBe('one\ntwo, half of it\n');
    }
  });

  it('makes the old file durable before it lets go of it', async () => {
    const calls: string[] = [];
    const out = new FileWorld({ before: (call, path) => calls.push(`${call} ${path}`) });
    await out.open();
    await out.write('one\n');
    out.rotate();
    calls.length = 0;
    await out.done(out.sink.reopen());
    expect(calls).toContain(`sync ${PATH}`);
  });

  it('goes on with the old file if the new one cannot be opened or looked at', async () => {
    for (const call of ['makeDirectory', 'openForWriting', 'status'] as const) {
      const out = await started();
      out.rotate();
      out.failing.set(call, 'EACCES');
      await expect(out.done(out.sink.reopen())).rejects.toThrow('EACCES');
      expect(await out.write('two\n')).toEqual(DELIVERED);
      expect(out.content(`${PATH}.1`)).toBe('one\ntwo\n');
      expect(out.sink.state()).toMatchObject({ length: 8 });
      expect(out.running.process.openFiles).toHaveLength(1);
    }
  });

  it('lets go of a new file that cannot be looked at', async () => {
    const out = new FileWorld({
      before: (call) => {
        if (call === 'openForWriting' && isArmed) out.failing.set('status', 'EIO');
      },
    });
    let isArmed = false;
    await out.open();
    out.rotate();
    isArmed = true;
    await expect(out.done(out.sink.reopen())).rejects.toThrow('EIO');
    expect(out.running.process.openFiles).toHaveLength(1);
    expect(await out.write('one\n')).toEqual(DELIVERED);
    expect([out.content(`${PATH}.1`), out.content()]).toEqual(['one\n', '']);
  });

  it('may come twice before the first is done', async () => {
    const out = await started();
    out.rotate();
    const both = [out.sink.reopen(), out.sink.reopen()];
    await out.done(Promise.all(both));
    await out.write('two\n');
    expect(out.content()).toBe('two\n');
    expect(out.running.process.openFiles).toHaveLength(1);
  });
});
