import {
  type BigIntStats,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
  write,
  writeSync,
} from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errnoOf } from '../core/errors.ts';
import type { DirectoryEntry, DirectoryLock, FileStatus, Files, WritableFile } from './system.ts';

/** O_NONBLOCK: a FIFO named x.log must not hang the agent before we can see that it is no file. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
/** Not O_APPEND: Linux ignores the position of a write there, and the file output cuts and writes at exact offsets. */
const WRITE_FLAGS = constants.O_RDWR | constants.O_CREAT;

export const realFiles: Files = {
  open: (path) => openSync(path, READ_FLAGS),
  close: (descriptor) => closeSync(descriptor),
  look: (descriptor) => fstatSync(descriptor),
  status: (descriptor) => toStatus(fstatSync(descriptor, { bigint: true })),
  read: (descriptor, target, at, length, position) => readSync(descriptor, target, at, length, position),
  statusOf: (path) => missingAsUndefined(() => toStatus(statSync(path, { bigint: true }))),
  lookAt: (path) => {
    try {
      return statSync(path, UNLESS_MISSING);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  directoryTime: (path) => {
    try {
      const status = statSync(path, UNLESS_MISSING);
      return status?.isDirectory() === true ? status.mtimeMs : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  list: (path) => missingAsUndefined(() => readdirSync(path, { withFileTypes: true }).map(toEntry)),
  readLink: (path) => missingAsUndefined(() => readlinkSync(path)),

  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true });
  },
  readWhole: async (path) => {
    try {
      return await readFile(path);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  },
  openForWriting,
  rename,
  remove: async (path) => {
    await rm(path, { force: true });
  },
  syncDirectory: async (path) => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  lock,
};

/** ENOTDIR and ELOOP too: a path through something that is no directory leads nowhere. EINVAL: readlink of no link. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL']);

const missingAsUndefined = <T>(look: () => T): T | undefined => {
  try {
    return look();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

const isMissing = (error: unknown): boolean => MISSING.has(errnoOf(error));

/** An error costs more than the look. */
const UNLESS_MISSING = { throwIfNoEntry: false } as const;

const kindOf = (entry: Stats | BigIntStats | Dirent): FileStatus['kind'] => {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
};

const toStatus = (stats: BigIntStats): FileStatus => ({
  kind: kindOf(stats),
  dev: stats.dev,
  ino: stats.ino,
  birthtimeNs: stats.birthtimeNs,
  size: Number(stats.size),
  mtimeMs: Number(stats.mtimeNs) / 1e6,
  links: Number(stats.nlink),
});

const toEntry = (entry: Dirent): DirectoryEntry => ({ name: entry.name, kind: kindOf(entry) });

async function openForWriting(path: string, mode: number): Promise<WritableFile> {
  const known = statSync(path, { throwIfNoEntry: false });
  if (known?.isFIFO()) return pipeFile(path);
  const handle = await open(path, WRITE_FLAGS, mode);
  // Devices (/dev/null) know no positions, and refuse to be cut or synced.
  const status = await handle.stat();
  const isFile = status.isFile();
  return {
    ...(neverWaits(path, status) && {
      writeNow: (bytes, start, length, position) =>
        writeSync(handle.fd, bytes, start, length, isFile ? position : null),
    }),
    // Not handle.write, which allocates typed arrays and several promises a call.
    write: (bytes, start, length, position) =>
      new Promise((resolve, reject) => {
        write(handle.fd, bytes, start, length, isFile ? position : null, (error, written) => {
          if (error === null) resolve(written);
          else reject(error);
        });
      }),
    truncate: async (length) => {
      if (isFile) await handle.truncate(length);
    },
    sync: async () => {
      if (isFile) await handle.datasync();
    },
    status: async () => toStatus(await handle.stat({ bigint: true })),
    close: () => handle.close(),
  };
}

const TMPFS_MAGIC = 0x01021994;
/** Of /dev/null on Linux: major 1, minor 3. */
const NULL_DEVICE = 0x103;

/**
 * Whether a write can be made in the loop's own thread. A disk can hang, and a thread of the pool may hang with it; the loop
 * may not, because it serves the other outputs too. Handing a write to the pool and back takes 45 µs and the processor's cache.
 */
const neverWaits = (path: string, status: Stats): boolean => {
  if (process.platform !== 'linux') return false;
  if (status.isCharacterDevice()) return status.rdev === NULL_DEVICE;
  return status.isFile() && statfsSync(path).type === TMPFS_MAGIC;
};

/**
 * A named pipe, written without blocking. In the thread pool a write to a pipe that nobody reads would never end, and Node
 * cannot exit while one of its threads is stuck. Opened for reading too, so that it need not wait for a reader.
 */
const pipeFile = (path: string): WritableFile => {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  return {
    write: (bytes, start, length) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else
          socket.write(bytes.subarray(start, start + length), (error) =>
            error ? reject(error) : resolve(length),
          );
      }),
    truncate: () => Promise.resolve(),
    sync: () => Promise.resolve(),
    status: () => Promise.resolve(toStatus(fstatSync(descriptor, { bigint: true }))),
    close: () => {
      socket.destroy();
      return Promise.resolve();
    },
  };
};

/**
 * Node has no flock. SQLite's lock is the kernel's own (fcntl): it goes with the process, and unlike a pid file it holds
 * between containers that share a directory but not a process table.
 */
function lock(directory: string): DirectoryLock | undefined {
  const database = new DatabaseSync(join(directory, 'lock'), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && error.message.includes('locked')) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
