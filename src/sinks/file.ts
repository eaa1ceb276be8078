import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { DELIVERED, type Outcome, type Sink } from '../deliver/sink.ts';
import type { FileStatus, Files, WritableFile } from '../system/system.ts';

/**
 * A file that is appended to in order, and exact across a crash.
 *
 * The checkpoint holds the file's identity and its length together with the positions. After a crash the file may hold
 * more than the checkpoint knows: that is cut off, and written again from the logs. If the file was rotated meanwhile,
 * the one with the known identity is looked for in the same directory and cut there. A file that is shorter than the
 * checkpoint says lost bytes that were delivered: that is told.
 */
export interface FileSinkSettings {
  readonly path: string;
  /** Permissions of a file that is created. */
  readonly mode: number;
}

const stateSchema = z.object({ ino: z.string(), birth: z.string(), length: z.number().int().nonnegative() });
type FileState = z.infer<typeof stateSchema>;

export const fileSink = (files: Files, { path, mode }: FileSinkSettings): Sink => {
  let file: WritableFile | undefined;
  let identity = { ino: '', birth: '' };
  /** Where the next parcel goes; beyond it stands at most the beginning of one that failed. */
  let length = 0;
  /** SIGHUP can come while a parcel is being written: its bytes and its length belong to one file. */
  const turns = new Queue();

  /** Changes nothing if it fails: then the file that was open is gone on with. */
  const open = async (): Promise<FileStatus> => {
    await files.makeDirectory(dirname(path));
    const opened = await files.openForWriting(path, mode);
    try {
      const status = await opened.status();
      file = opened;
      identity = identityOf(status);
      length = status.size;
      return status;
    } catch (error) {
      await opened.close();
      throw error;
    }
  };

  const write = async (bytes: Uint8Array): Promise<Outcome> => {
    try {
      if (file === undefined) await open();
      for (let done = 0; file !== undefined && done < bytes.length; ) {
        done += await file.write(bytes, done, bytes.length - done, length + done);
      }
      length += bytes.length;
      return DELIVERED;
    } catch (error) {
      return { kind: 'transient', error: error instanceof Error ? error : new Error(String(error)) };
    }
  };

  const writeNow = (bytes: Uint8Array): boolean => {
    if (turns.isBusy || !putNow(file, bytes, length)) return false;
    length += bytes.length;
    return true;
  };

  /** Cuts off the beginning of a parcel that failed: all of it will be written again, maybe to another file. */
  const cutExcess = async (): Promise<void> => {
    const size = (await file?.status())?.size ?? 0;
    if (size > length) await file?.truncate(length);
  };

  const reopen = async (): Promise<void> => {
    const before = file;
    await cutExcess();
    // Nobody will come back to it.
    await before?.sync();
    await open();
    await before?.close();
  };

  const close = async (): Promise<void> => {
    try {
      await cutExcess();
    } finally {
      await file?.close();
      file = undefined;
    }
  };

  return {
    open: async (state) => {
      const known = stateSchema.safeParse(state).data;
      const status = await open();
      // A device or a pipe keeps nothing that could be cut or missed.
      if (known === undefined || status.kind !== 'file') return 0;
      if (!isSame(known, status)) return cutRotated(files, path, mode, known);
      if (status.size > known.length) await file?.truncate(known.length);
      length = Math.min(status.size, known.length);
      return known.length - length;
    },
    write: (bytes) => turns.take(() => write(bytes)),
    writeNow,
    owns: (file) => String(file.ino) === identity.ino && String(file.birthtimeNs) === identity.birth,
    state: (): FileState => ({ ...identity, length }),
    sync: async () => {
      await file?.sync();
    },
    reopen: () => turns.take(reopen),
    close: () => turns.take(close),
  };
};

/** Does one thing after the other. */
class Queue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#last.then(work).finally(() => {
      this.#waiting--;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Writes all of it at once; false if that cannot be done. */
const putNow = (file: WritableFile | undefined, bytes: Uint8Array, at: number): boolean => {
  if (file?.writeNow === undefined) return false;
  try {
    for (let done = 0; done < bytes.length; )
      done += file.writeNow(bytes, done, bytes.length - done, at + done);
    return true;
  } catch {
    // The other way meets the same trouble at the same place, and tells it.
    return false;
  }
};

const identityOf = (status: FileStatus): { ino: string; birth: string } => ({
  ino: String(status.ino),
  birth: String(status.birthtimeNs),
});

const isSame = (known: FileState, status: FileStatus): boolean => {
  const { ino, birth } = identityOf(status);
  return known.ino === ino && known.birth === birth;
};

/** The file was renamed and the agent crashed before it was told to reopen: what it wrote too much stands there. */
const cutRotated = async (files: Files, path: string, mode: number, known: FileState): Promise<number> => {
  for (const entry of files.list(dirname(path)) ?? []) {
    const sibling = join(dirname(path), entry.name);
    if (entry.kind !== 'file' || entry.name === basename(path)) continue;
    const status = files.statusOf(sibling);
    if (status === undefined || !isSame(known, status)) continue;
    if (status.size > known.length) await cut(files, sibling, mode, known.length);
    return Math.max(0, known.length - status.size);
  }
  // Compressed or moved elsewhere: not ours to judge.
  return 0;
};

const cut = async (files: Files, path: string, mode: number, length: number): Promise<void> => {
  const file = await files.openForWriting(path, mode);
  try {
    await file.truncate(length);
  } finally {
    await file.close();
  }
};
