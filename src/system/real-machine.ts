import { readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { errnoOf } from '../core/errors.ts';
import type { EventLoopDelays, FileSystem, Machine, ProcessUsage } from './machine.ts';

/**
 * One timer twice a second. Ten a second take 25 ms of CPU a minute, a third of what an idle agent takes. A delay over half a
 * second is always seen, a shorter one when a sample falls into it.
 */
const RESOLUTION_MS = 500;
/** Who asks after this long begins a new measurement. */
const WINDOW_MS = 60_000;
const NS_PER_MS = 1e6;

/** @param measuresDelays whether the event loop's delays are measured, from now on */
export const realMachine = (measuresDelays: boolean): Machine => {
  const delays = measuresDelays ? new DelayMeter() : undefined;
  const mostDescriptors = descriptorLimit();
  return {
    usage: () => {
      const { user, system } = process.cpuUsage();
      const { rss, heapUsed, external } = process.memoryUsage();
      return {
        nodeVersion: process.version,
        cpuSeconds: (user + system) / 1e6,
        residentBytes: rss,
        heapUsedBytes: heapUsed,
        externalBytes: external,
        startTimeSeconds: Date.now() / 1000 - process.uptime(),
        openDescriptors: openDescriptors(),
        mostDescriptors,
        eventLoopDelays: delays?.read(),
      } satisfies ProcessUsage;
    },
    fileSystemOf,
  };
};

class DelayMeter {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #sinceMs = performance.now();

  constructor() {
    this.#histogram.enable();
  }

  read(): EventLoopDelays {
    const { max, count } = this.#histogram;
    // What it records is the time between two samples, which are to be RESOLUTION_MS apart.
    const lateMs = (ns: number): number => (count === 0 ? 0 : Math.max(0, ns / NS_PER_MS - RESOLUTION_MS));
    const delays = {
      p50Ms: lateMs(this.#histogram.percentile(50)),
      p99Ms: lateMs(this.#histogram.percentile(99)),
      mostMs: lateMs(max),
    };
    if (performance.now() - this.#sinceMs > WINDOW_MS) {
      this.#histogram.reset();
      this.#sinceMs = performance.now();
    }
    return delays;
  }
}

const openDescriptors = (): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    // No procfs: then the system does not tell.
    return undefined;
  }
};

/** `Max open files            1024                 524288               files` */
const LIMIT = /^Max open files\s+(\d+)/m;

const descriptorLimit = (): number | undefined => {
  try {
    const limit = LIMIT.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    // As above.
    return undefined;
  }
};

/** statfs(2): the numbers of the file systems that nodes have. */
const KINDS: ReadonlyMap<number, readonly [kind: string, nature: FileSystem['nature']]> = new Map([
  [0xef53, ['ext4', 'disk']],
  [0x58465342, ['xfs', 'disk']],
  [0x9123683e, ['btrfs', 'disk']],
  [0x2fc12fc1, ['zfs', 'disk']],
  [0xf2f52010, ['f2fs', 'disk']],
  [0x4d44, ['vfat', 'disk']],
  [0x01021994, ['tmpfs', 'memory']],
  [0x858458f6, ['ramfs', 'memory']],
  [0x794c7630, ['overlay', 'layer']],
  [0x6969, ['nfs', 'network']],
  [0xff534d42, ['cifs', 'network']],
  [0xfe534d42, ['smb2', 'network']],
  [0x00c36400, ['ceph', 'network']],
  [0x01021997, ['9p', 'network']],
  [0x65735546, ['fuse', 'network']],
]);

const fileSystemOf = async (path: string): Promise<FileSystem | undefined> => {
  try {
    const { type, bavail, bsize, ffree } = await statfs(path);
    // Some file systems answer with a signed number.
    const number = type < 0 ? type + 2 ** 32 : type;
    const [kind, nature] = KINDS.get(number) ?? [`0x${number.toString(16)}`, 'disk' as const];
    return { kind, nature, freeBytes: bavail * bsize, freeInodes: ffree };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
};
