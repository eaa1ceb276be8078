import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NodeDirectory } from '../workload/node-directory.ts';
import type { Format } from './agent-run.ts';
import { measure } from './measure.ts';

const READ_ONLY = fileURLToPath(new URL('./read-only.ts', import.meta.url));
const BYTE_PATH = fileURLToPath(new URL('./byte-path.ts', import.meta.url));

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

/** JSON with Kubernetes fields is this much longer than the log lines that it is made of, at most. */
const LARGEST_OUTPUT = 2.5;

/**
 * Lets the machine have the pages for an output before somebody is measured who writes it. To a virtual machine the host gives a
 * page when it is first touched, which takes five times as long as writing it does; what was just freed is taken again first.
 */
export const warmPages = async (path: string, { bytes }: NodeDirectory): Promise<void> => {
  try {
    await copyFloor(path, bytes * LARGEST_OUTPUT, false);
  } finally {
    rmSync(path, { force: true });
  }
};

/** CPU seconds of this checkout's decoder and encoder alone, without start; it must find every record. */
export const bytePath = async (format: Format, { files, records }: NodeDirectory): Promise<number> => {
  const { stderr } = await measure([process.execPath, BYTE_PATH, format, ...files]);
  const found = JSON.parse(stderr) as { readonly records: number; readonly cpuSeconds: number };
  if (found.records !== records)
    throw new Error(`the byte path alone found ${found.records} records; there are ${records}`);
  return found.cpuSeconds;
};

export const runYardsticks = async ({ files }: NodeDirectory): Promise<Yardstick> => {
  const wc = await measure(['wc', '-l', ...files]);
  const read = await measure([process.execPath, READ_ONLY, ...files]);
  return { wcSeconds: wc.cpuSeconds, readSeconds: read.cpuSeconds };
};
