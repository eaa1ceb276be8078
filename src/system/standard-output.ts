import { constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import { errnoOf } from '../core/errors.ts';
import type { StandardOutput } from './system.ts';

const STDOUT = 1;

/**
 * Standard output that never blocks the agent.
 *
 * process.stdout writes to pipes and terminals synchronously on Linux: a slow reader would stop everything, and a write
 * that is stuck in the thread pool would keep the process from ending. They are therefore opened anew through /proc,
 * which gives a descriptor of our own that may be non-blocking without changing the one that other processes share.
 * Files are written in the thread pool.
 */
export const openStandardOutput = (): StandardOutput => {
  const status = fstatSync(STDOUT);
  if (status.isFIFO()) return pipeOutput(new Socket({ fd: reopen(), readable: false, writable: true }));
  if (status.isSocket()) return pipeOutput(new Socket({ fd: STDOUT, readable: false, writable: true }));
  return plainOutput(isatty(STDOUT) ? reopen() : STDOUT);
};

/** A descriptor of our own, non-blocking, for what standard output is. Not for files: they would begin at 0 again. */
const reopen = (): number => {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // No /proc (macOS), or no right to open it: share the descriptor.
    return STDOUT;
  }
};

const pipeOutput = (socket: Socket): StandardOutput => {
  let closed: ((error: Error) => void) | undefined;
  socket.on('error', (error) => closed?.(error));
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    onClosed: (listener) => {
      closed = listener;
    },
    close: () => socket.destroy(),
  };
};

/** A terminal that was stopped (Ctrl+S) takes nothing for a while: ask again after this long. */
const STOPPED_MS = 20;

const plainOutput = (descriptor: number): StandardOutput => ({
  write: async (bytes) => {
    for (let done = 0; done < bytes.length; ) done += await writeSome(descriptor, bytes, done);
  },
  onClosed: () => {
    // A file or a terminal tells only when it is written to.
  },
  close: () => {
    // The descriptor goes with the process.
  },
});

const writeSome = (descriptor: number, bytes: Uint8Array, start: number): Promise<number> =>
  new Promise((resolve, reject) => {
    write(descriptor, bytes, start, bytes.length - start, null, (error, count) => {
      if (error === null) resolve(count);
      else if (errnoOf(error) === 'EAGAIN') setTimeout(() => resolve(0), STOPPED_MS);
      else reject(error);
    });
  });
