import { readdirSync, readFileSync } from 'node:fs';

/** What a live process holds, as the kernel sees it. Undefined once it has ended. */
export interface Memory {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export const memoryOf = (pid: number): Memory | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    const peakRssBytes = bytes('VmHWM');
    return peakRssBytes === 0 ? undefined : { rssBytes: bytes('VmRSS'), peakRssBytes };
  } catch {
    return undefined; // It has ended since.
  }
};

/**
 * CPU seconds of a live process: the scheduler's own count of every thread, in nanoseconds. The ticks of /proc/PID/stat are
 * ten milliseconds, which is most of what an idle agent takes in ten seconds. Threads that have ended are not in it: Node
 * keeps its threads.
 */
export const cpuSecondsOf = (pid: number): number => {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [onCpu = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
    nanoseconds += Number(onCpu);
  }
  return nanoseconds / 1e9;
};
