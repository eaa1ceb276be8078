import { cpus, loadavg, release } from 'node:os';
import { formatSize } from '../../../src/core/units.ts';
import { git } from '../process/revision.ts';

/** Under which conditions figures were measured: without them they say nothing. */
export interface Conditions {
  readonly at: string;
  readonly revision: string;
  readonly isDirty: boolean;
  readonly size: string;
  readonly bytes: number;
  readonly repeat: number;
  readonly watchSeconds: number;
  readonly node: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly loadBefore: number;
  readonly loadAfter: number;
}

interface Settings {
  readonly bytes: number;
  readonly repeat: number;
  readonly watchSeconds: number;
}

export const readConditions = (
  root: string,
  { bytes, repeat, watchSeconds }: Settings,
  loadBefore: number,
): Conditions => ({
  at: new Date().toISOString(),
  revision: git(root, 'rev-parse', '--short', 'HEAD').trim(),
  isDirty: git(root, 'status', '--porcelain', '--', 'src', 'package-lock.json').trim() !== '',
  size: formatSize(bytes),
  bytes,
  repeat,
  watchSeconds,
  node: process.version,
  kernel: release(),
  cpu: (cpus()[0]?.model ?? 'unknown CPU').trim(),
  cores: cpus().length,
  loadBefore,
  loadAfter: load(),
});

/** Of the last minute. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;
