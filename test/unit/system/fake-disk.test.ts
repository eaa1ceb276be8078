import { describe, expect, it } from 'vitest';
import { FakeWorld } from '../../support/fake-system.ts';

const LOGS = '/var/log';

const setUp = (options: ConstructorParameters<typeof FakeWorld>[0] = {}) => {
  const world = new FakeWorld(options);
  world.disk.makeDirectory(LOGS);
  const { system, process } = world.start();
  const { files } = system;
  const put = (path: string, text: string): void =>
    world.disk.append(world.disk.create(path), Buffer.from(text));
  const readAll = (descriptor: number): string => {
    const target = Buffer.alloc(1000);
    return target.toString('utf8', 0, files.read(descriptor, target, 0, 1000, 0));
  };
  return { world, disk: world.disk, files, process, put, readAll };
};

describe('the fake disk is like ext4', () => {
  it('keeps inode and birth time over a rename, and changes neither when the file grows', () => {
    const { disk, files, put } = setUp();
    put('/var/log/a', 'one');
    const before = files.statusOf('/var/log/a');
    disk.rename('/var/log/a', '/var/log/b');
    put('/var/log/b', 'two');
    const after = files.statusOf('/var/log/b');
    expect(after).toEqual({ ...before, size: 6 });
    expect(files.statusOf('/var/log/a')).toBeUndefined();
  });

  it('serves an unlinked file through its descriptor, with no links left, while it goes on growing', () => {
    const { disk, files, put, readAll } = setUp();
    put('/var/log/a', 'one');
    const descriptor = files.open('/var/log/a');
    const inode = disk.inodeAt('/var/log/a');
    disk.unlink('/var/log/a');
    if (inode !== undefined) disk.append(inode, Buffer.from('two'));
    expect(files.look(descriptor)).toMatchObject({ size: 6, nlink: 0 });
    expect(readAll(descriptor)).toBe('onetwo');
  });

  it('gives a freed inode number to the next file, with another birth time', () => {
    const { disk, files, put } = setUp();
    put('/var/log/a', 'one');
    const before = files.statusOf('/var/log/a');
    disk.unlink('/var/log/a');
    put('/var/log/a', 'two');
    const after = files.statusOf('/var/log/a');
    expect(after?.ino).toBe(before?.ino);
    expect(after?.birthtimeNs).not.toBe(before?.birthtimeNs);
  });

  it('never gives away an inode number that a descriptor holds', () => {
    const { disk, files, put } = setUp();
    put('/var/log/a', 'one');
    const descriptor = files.open('/var/log/a');
    disk.unlink('/var/log/a');
    put('/var/log/b', 'two');
    expect(files.statusOf('/var/log/b')?.ino).not.toBe(files.status(descriptor).ino);
    const held = files.status(descriptor).ino;
    files.close(descriptor);
    put('/var/log/c', 'three');
    expect(files.statusOf('/var/log/c')?.ino).toBe(held);
  });

  it('never reuses an inode number where it is told to be tmpfs', () => {
    const { disk, files, put } = setUp({ reusesInodes: false });
    put('/var/log/a', 'one');
    const before = files.statusOf('/var/log/a');
    disk.unlink('/var/log/a');
    put('/var/log/a', 'two');
    expect(files.statusOf('/var/log/a')?.ino).not.toBe(before?.ino);
  });

  it('cuts a file, and an open descriptor sees it', () => {
    const { disk, files, put, readAll } = setUp();
    put('/var/log/a', 'one two');
    const descriptor = files.open('/var/log/a');
    disk.truncate(disk.create('/var/log/a'), 0);
    expect(files.look(descriptor).size).toBe(0);
    put('/var/log/a', 'new');
    expect(readAll(descriptor)).toBe('new');
  });

  it('replaces a file by rename and frees the one that was there', () => {
    const { disk, files, put, readAll } = setUp();
    put('/var/log/a', 'old');
    put('/var/log/b', 'new');
    const descriptor = files.open('/var/log/a');
    disk.rename('/var/log/b', '/var/log/a');
    expect(files.look(descriptor).nlink).toBe(0);
    expect(readAll(descriptor)).toBe('old');
    expect(readAll(files.open('/var/log/a'))).toBe('new');
  });

  it('counts hard links, and keeps the bytes until the last one is gone', () => {
    const { disk, files, put } = setUp();
    put('/var/log/a', 'one');
    disk.link('/var/log/a', '/var/log/b');
    expect(files.statusOf('/var/log/a')?.links).toBe(2);
    disk.unlink('/var/log/a');
    expect(files.statusOf('/var/log/b')).toMatchObject({ links: 1, size: 3 });
  });

  it('follows links, tells where they lead, moves a link itself, and calls one that dangles missing', () => {
    const { disk, files, put } = setUp();
    put('/var/log/a', 'one');
    disk.symlink('/var/log/a', '/var/log/link');
    disk.rename('/var/log/link', '/var/log/other');
    expect(files.readLink('/var/log/other')).toBe('/var/log/a');
    expect(files.statusOf('/var/log/other')).toMatchObject({ kind: 'file', size: 3 });
    disk.unlink('/var/log/a');
    expect(files.statusOf('/var/log/other')).toBeUndefined();
    expect(() => files.open('/var/log/other')).toThrow('ENOENT');
    expect(files.list(LOGS)).toEqual([{ name: 'other', kind: 'link' }]);
  });
});

describe('the fake disk keeps time', () => {
  it('by the wall clock, in steps of 4 ms, for files and for directories', async () => {
    const { world, disk, files, put } = setUp();
    await world.clock.advance(1001);
    put('/var/log/a', 'one');
    const written = files.statusOf('/var/log/a')?.mtimeMs ?? 0;
    expect(written % 4).toBe(0);
    expect(files.directoryTime(LOGS)).toBe(written);
    await world.clock.advance(1000);
    put('/var/log/a', 'two');
    expect(files.statusOf('/var/log/a')?.mtimeMs).toBe(written + 1000);
    expect(files.directoryTime(LOGS)).toBe(written);
    disk.rename('/var/log/a', '/var/log/b');
    expect(files.directoryTime(LOGS)).toBe(written + 1000);
  });

  it('or, for directories, not at all', () => {
    const { files } = setUp({ directoryTimes: false });
    expect(files.directoryTime(LOGS)).toBeNaN();
    expect(files.directoryTime('/nowhere')).toBeUndefined();
  });
});
