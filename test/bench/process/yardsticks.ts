import { fileURLToPath } from 'node:url';
import type { NodeDirectory } from '../workload/node-directory.ts';
import { measure } from './measure.ts';

const READ_ONLY = fileURLToPath(new URL('./read-only.ts', import.meta.url));

/** CPU seconds of two programs that hardly do anything with the same bytes. */
export interface Yardstick {
  readonly wcSeconds: number;
  readonly readSeconds: number;
}

export const runYardsticks = async ({ files }: NodeDirectory): Promise<Yardstick> => {
  const wc = await measure(['wc', '-l', ...files]);
  const read = await measure([process.execPath, READ_ONLY, ...files]);
  return { wcSeconds: wc.cpuSeconds, readSeconds: read.cpuSeconds };
};
