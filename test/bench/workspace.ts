import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Workloads take four and a half times the size of one, outputs up to three times, two of them at once. */
const ROOM = 11;
const MEMORY_DISK = '/dev/shm';

/** Where a run keeps its files: workloads, which stay for the next run, and what goes with this one. */
export class Workspace implements Disposable {
  readonly workloads: string;
  readonly scratch: string;

  constructor(directory: string | undefined, bytes: number) {
    const base = directory ?? (hasRoom(MEMORY_DISK, bytes * ROOM) ? MEMORY_DISK : tmpdir());
    this.workloads = join(base, 'birler-bench');
    mkdirSync(this.workloads, { recursive: true });
    this.scratch = mkdtempSync(join(base, 'birler-bench-run-'));
  }

  removeWorkloads(): void {
    rmSync(this.workloads, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

const hasRoom = (path: string, bytes: number): boolean => {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize >= bytes;
  } catch {
    return false; // No such disk here.
  }
};
