import { errnoOf } from '../core/errors.ts';
import { DELIVERED, type Outcome, type Sink } from '../deliver/sink.ts';
import type { ProcessInfo, StandardOutput } from '../system/system.ts';

/** Standard output: a pipe, a terminal or a file. A slow reader is waited for; one that went away ends the agent. */
export const stdoutSink = (
  process: Pick<ProcessInfo, 'openStandardOutput'>,
  onClosed: (error: Error) => void,
): Sink => {
  let output: StandardOutput | undefined;
  return {
    open: () => {
      output = process.openStandardOutput();
      output.onClosed(onClosed);
      return Promise.resolve(0);
    },
    write: async (bytes): Promise<Outcome> => {
      try {
        await output?.write(bytes);
        return DELIVERED;
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        // A file on a full disk can be waited for; a pipe without a reader cannot.
        return TRANSIENT.has(errnoOf(error))
          ? { kind: 'transient', error: cause }
          : { kind: 'closed', error: cause };
      }
    },
    state: () => undefined,
    sync: () => Promise.resolve(),
    reopen: () => Promise.resolve(),
    close: () => {
      output?.close();
      return Promise.resolve();
    },
  };
};

const TRANSIENT = new Set(['ENOSPC', 'EDQUOT', 'EAGAIN', 'EINTR', 'EIO']);
