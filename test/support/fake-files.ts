import { dirname, join } from 'node:path';
import type { DirectoryEntry, FileStatus, Files, WritableFile } from '../../src/system/system.ts';
import { kindOf } from './fake-disk.ts';
import type { Inode } from './fake-inodes.ts';
import { type FakeProcess, systemError } from './fake-process.ts';

export interface FakeFilesOptions {
  /** Whether directories have a modification time that means something. */
  readonly directoryTimes: boolean;
}

/** The file system as one process sees it. */
export const fakeFiles = (process: FakeProcess, options: FakeFilesOptions): Files => ({
  ...readingFiles(process, options),
  ...writingFiles(process),
});

type Reading =
  | 'open'
  | 'close'
  | 'look'
  | 'status'
  | 'read'
  | 'statusOf'
  | 'lookAt'
  | 'directoryTime'
  | 'list'
  | 'readLink';

const readingFiles = (process: FakeProcess, options: FakeFilesOptions): Pick<Files, Reading> => {
  const { disk } = process;
  const missing = (path: string): Error => systemError('ENOENT', 'open', path);
  return {
    open: (path) => {
      process.enter('open', path);
      const inode = disk.inodeAt(path);
      if (inode === undefined) throw missing(path);
      return process.openDescriptor(inode, path);
    },
    close: (descriptor) => process.closeDescriptor(descriptor),
    look: (descriptor) => {
      const { inode, path } = process.fileOf(descriptor, 'fstat');
      process.enter('look', path);
      const { size, mtimeMs, links } = disk.status(inode);
      process.faults.sees?.(inode, size);
      return { size, mtimeMs, nlink: links };
    },
    status: (descriptor) => {
      const { inode, path } = process.fileOf(descriptor, 'fstat');
      process.enter('status', path);
      const status = disk.status(inode);
      process.faults.sees?.(inode, status.size);
      return status;
    },
    read: (descriptor, target, at, length, position) => {
      const { inode, path } = process.fileOf(descriptor, 'read');
      process.enter('read', path);
      if (inode.isDirectory()) throw systemError('EISDIR', 'read', path);
      if (at < 0 || length < 0 || at + length > target.length)
        throw new RangeError('read outside of the target');
      const count = inode.read(target, at, length, position);
      if (count > 0) process.faults.sees?.(inode, position + count);
      return count;
    },
    statusOf: (path) => {
      process.enter('statusOf', path);
      const inode = disk.inodeAt(path);
      return inode === undefined ? undefined : disk.status(inode);
    },
    lookAt: (path) => {
      // The same call of the system.
      process.enter('statusOf', path);
      const inode = disk.inodeAt(path);
      if (inode === undefined) return undefined;
      const { ino, birthtimeNs, size, mtimeMs } = disk.status(inode);
      return { ino: Number(ino), birthtimeMs: Number(birthtimeNs) / 1e6, size, mtimeMs };
    },
    directoryTime: (path) => {
      process.enter('directoryTime', path);
      const inode = disk.inodeAt(path);
      if (inode?.isDirectory() !== true) return undefined;
      return options.directoryTimes ? disk.status(inode).mtimeMs : Number.NaN;
    },
    list: (path) => {
      process.enter('list', path);
      if (disk.inodeAt(path)?.isDirectory() !== true) return undefined;
      return disk.names(path).map((name): DirectoryEntry => {
        const inode = disk.inodeAt(join(path, name), false);
        return { name: name, kind: inode === undefined ? 'other' : kindOf(inode) };
      });
    },
    readLink: (path) => {
      process.enter('readLink', path);
      const inode = disk.inodeAt(path, false);
      return inode?.isSymlink() === true ? inode.symlink : undefined;
    },
  };
};

const writingFiles = (process: FakeProcess): Omit<Files, Reading> => {
  const { disk } = process;
  return {
    makeDirectory: (path) => process.later('makeDirectory', path, () => disk.makeDirectory(path)),
    readWhole: (path) =>
      process.later('readWhole', path, () => {
        const inode = disk.inodeAt(path);
        return inode === undefined ? undefined : Buffer.from(disk.content(inode));
      }),
    openForWriting: (path) =>
      process.later('openForWriting', path, () => {
        if (disk.inodeAt(dirname(path))?.isDirectory() !== true) throw systemError('ENOENT', 'open', path);
        const inode = disk.create(path);
        if (inode.isDirectory()) throw systemError('EISDIR', 'open', path);
        return writableFile(process, process.openDescriptor(inode, path), inode, path);
      }),
    rename: (from, to) =>
      process.later('rename', from, () => {
        if (disk.inodeAt(from, false) === undefined) throw systemError('ENOENT', 'rename', from);
        disk.rename(from, to);
      }),
    remove: (path) =>
      process.later('remove', path, () => {
        if (disk.inodeAt(path, false) !== undefined) disk.unlink(path);
      }),
    syncDirectory: (path) =>
      process.later('sync', path, () => {
        if (disk.inodeAt(path)?.isDirectory() !== true) throw systemError('ENOENT', 'fsync', path);
      }),
    lock: (directory) => {
      process.enter('lock', directory);
      if (disk.inodeAt(directory)?.isDirectory() !== true)
        throw systemError('ENOENT', 'open', join(directory, 'lock'));
      disk.create(join(directory, 'lock'));
      const release = process.takeLock(directory);
      return release === undefined ? undefined : { release };
    },
  };
};

const writableFile = (process: FakeProcess, descriptor: number, inode: Inode, path: string): WritableFile => {
  const { disk } = process;
  const later = <T>(call: 'truncate' | 'sync' | 'status', effect: () => T): Promise<T> =>
    process.later(call, path, effect);
  const put = (bytes: Uint8Array, start: number, most: number, position: number): number => {
    const newBytes = Math.max(0, position + most - inode.getSize());
    const room = most - newBytes + Math.max(0, process.faults.freeBytes?.(path) ?? most);
    const count = Math.min(most, room);
    if (count === 0 && most > 0) throw systemError('ENOSPC', 'write', path);
    disk.writeAt(inode, bytes, start, count, position);
    return count;
  };
  return {
    write: (bytes, start, length, position) => {
      process.fileOf(descriptor, 'write');
      // The kernel takes the bytes at some time during the call: the caller must leave them alone until then.
      const write = (most: number): number => put(bytes, start, most, position);
      return process.later(
        'write',
        path,
        () => write(length),
        (unfinished) => {
          if (unfinished !== 'lost') write(unfinished === 'half' ? Math.ceil(length / 2) : length);
        },
      );
    },
    ...(process.faults.inMemory?.(path) === true && {
      writeNow: (bytes, start, length, position) => {
        process.fileOf(descriptor, 'write');
        process.enter('write', path);
        return put(bytes, start, length, position);
      },
    }),
    truncate: (length) => later('truncate', () => disk.truncate(inode, length)),
    sync: () => later('sync', () => undefined),
    status: (): Promise<FileStatus> => later('status', () => disk.status(inode)),
    close: async () => process.closeDescriptor(descriptor),
  };
};
