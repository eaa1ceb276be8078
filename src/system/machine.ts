/** What the system says of this process and of the node it runs on: for metrics and for `birler doctor`. */
export interface Machine {
  usage(): ProcessUsage;
  /** The file system that holds a path; undefined where nothing is there. */
  fileSystemOf(path: string): Promise<FileSystem | undefined>;
}

export interface ProcessUsage {
  readonly nodeVersion: string;
  /** User and system. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly startTimeSeconds: number;
  /** Undefined where the system does not tell. */
  readonly openDescriptors: number | undefined;
  readonly mostDescriptors: number | undefined;
  /** Undefined while they are not measured. */
  readonly eventLoopDelays: EventLoopDelays | undefined;
}

/** How late timers were since the last reset. */
export interface EventLoopDelays {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

export interface FileSystem {
  /** As `stat -f` calls it, or its number in hex. */
  readonly kind: string;
  /** Its contents are gone when the node restarts, or it lies on another machine. */
  readonly nature: 'disk' | 'memory' | 'network' | 'layer';
  readonly freeBytes: number;
  readonly freeInodes: number;
}
