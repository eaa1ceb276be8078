import { constants, fstatSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';
import type { StandardOutput } from './system.ts';

const STDOUT = 1;

/**
 * Standard output that never blocks the agent.
 *
 * process.stdout writes to pipes synchronously on Linux: a slow reader would stop everything. A pipe is therefore opened
 * anew through /proc, which gives a descriptor of its own that may be non-blocking without changing the one that other
 * processes share. Files and terminals are written in the thread pool.
 */
export const openStandardOutput = (): StandardOutput => {
  const status = fstatSync(STDOUT);
  if (status.isFIFO()) return pipeOutput(reopenPipe());
  if (status.isSocket()) return pipeOutput(new Socket({ fd: STDOUT, readable: false, writable: true }));
  return plainOutput();
};

const reopenPipe = (): Socket => {
  try {
    const fd = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: false, writable: true });
  } catch {
    // No /proc (macOS), or no right to open it: share the descriptor.
    return new Socket({ fd: STDOUT, readable: false, writable: true });
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

const plainOutput = (): StandardOutput => ({
  write: async (bytes) => {
    for (let done = 0; done < bytes.length; ) done += await writeOnce(bytes, done);
  },
  onClosed: () => {
    // A file or a terminal tells only when it is written to.
  },
  close: () => {
    // The descriptor belongs to the process.
  },
});

const writeOnce = (bytes: Uint8Array, start: number): Promise<number> =>
  new Promise((resolve, reject) => {
    write(STDOUT, bytes, start, bytes.length - start, null, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
