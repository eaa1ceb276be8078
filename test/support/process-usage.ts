import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What Linux counts in, whatever the machine: USER_HZ. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  readonly rssBytes: number;
  /** Peak of the resident memory since the start. */
  readonly peakRssBytes: number;
  readonly descriptors: number;
  readonly cpuSeconds: number;
}

/** What a running process takes from the node, as the kernel sees it. */
export function usageOf(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; behind its last bracket utime and stime are the 12th and 13th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    rssBytes: kib('VmRSS') * 1024,
    peakRssBytes: kib('VmHWM') * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    cpuSeconds: ticks / TICKS_PER_SECOND,
  };
}

/** Whether every thread of a process has come to its stop after a SIGSTOP. */
export function isFrozen(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) =>
    /^State:\tT/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')),
  );
}

/** Paths behind the descriptors of a process; a deleted file's path ends in ` (deleted)`. */
export function openPaths(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      return []; // Closed since it was listed.
    }
  });
}
