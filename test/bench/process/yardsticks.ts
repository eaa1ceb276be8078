import { fileURLToPath } from 'node:url';
import type { NodeDirectory } from '../workload/node-directory.ts';
import { measure } from './measure.ts';

const READ_ONLY = fileURLToPath(new URL('./read-only.ts', import.meta.url));

/** CPU seconds of two programs that hardly do anything with the same bytes. */
export interface Yardstick {
  readonly wcSeconds: number;
  readonly readSeconds: number;
}

const DD_BLOCK_BYTES = 1024 * 1024;

/** CPU seconds of a program that puts so many bytes into a new file, or into a pipe that `cat` empties into one. */
export const copyFloor = async (path: string, bytes: number, isPipe: boolean): Promise<number> => {
  const count = `count=${Math.ceil(bytes / DD_BLOCK_BYTES)}`;
  const command = ['dd', 'if=/dev/zero', `bs=${DD_BLOCK_BYTES}`, count, 'status=none'];
  const { cpuSeconds } = await (isPipe
    ? measure(command, { pipeInto: path })
    : measure([...command, `of=${path}`]));
  return cpuSeconds;
};

export const runYardsticks = async ({ files }: NodeDirectory): Promise<Yardstick> => {
  const wc = await measure(['wc', '-l', ...files]);
  const read = await measure([process.execPath, READ_ONLY, ...files]);
  return { wcSeconds: wc.cpuSeconds, readSeconds: read.cpuSeconds };
};
