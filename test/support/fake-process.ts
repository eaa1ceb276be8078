import type { FakeClock } from './fake-clock.ts';
import type { FakeDisk } from './fake-disk.ts';
import type { Inode } from './fake-inodes.ts';

/** Where a fault or a preemption can be placed: every call that a process makes of its file system. */
export type FileCall =
  | 'open'
  | 'look'
  | 'status'
  | 'read'
  | 'statusOf'
  | 'directoryTime'
  | 'list'
  | 'readLink'
  | 'makeDirectory'
  | 'readWhole'
  | 'openForWriting'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'lock';

/** What a test does to the calls of a process. Every part may be left out. */
export interface Faults {
  /** The error code with which this call fails now, if it does. */
  fail?(call: FileCall, path: string): string | undefined;
  /** How long an asynchronous call takes, in ms of the fake clock; undefined: it never ends. */
  delayMs?(call: FileCall, path: string): number | undefined;
  /** Whether writes to this file never wait: then `writeNow` is there. */
  inMemory?(path: string): boolean;
  /** Bytes that can still be written to this file before the disk is full. */
  freeBytes?(path: string): number;
  /** Called before each call: the moment at which the rest of the world gets its turn. */
  before?(call: FileCall, path: string): void;
  /** Called when a call has told the process that a file has (at least) this size. */
  sees?(inode: Inode, size: number): void;
}

/** What becomes of the writes that a process had under way when it died. */
export type UnfinishedWrites = 'lost' | 'half' | 'whole';

export interface OpenFile {
  readonly inode: Inode;
  readonly path: string;
}

/** A bound that only a leak reaches. */
const MAX_DESCRIPTORS = 4096;

/** One run of the agent, from its start to its end or death, and what the kernel keeps for it. */
export class FakeProcess {
  readonly disk: FakeDisk;
  readonly clock: FakeClock;
  readonly faults: Faults;
  readonly #locks: Set<string>;
  readonly #heldLocks = new Set<string>();
  readonly #descriptors = new Map<number, OpenFile>();
  readonly #inFlight = new Set<(unfinished: UnfinishedWrites) => void>();
  #nextDescriptor = 10;
  #alive = true;

  constructor(disk: FakeDisk, clock: FakeClock, locks: Set<string>, faults: Faults) {
    this.disk = disk;
    this.clock = clock;
    this.#locks = locks;
    this.faults = faults;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  get openFiles(): readonly OpenFile[] {
    return [...this.#descriptors.values()];
  }

  holds(inode: Inode): boolean {
    for (const file of this.#descriptors.values()) if (file.inode === inode) return true;
    return false;
  }

  /** kill -9. What was handed to the kernel stays. */
  die(unfinished: UnfinishedWrites): void {
    if (!this.#alive) return;
    for (const finish of this.#inFlight) outcome(() => finish(unfinished));
    this.#alive = false;
    this.#inFlight.clear();
    for (const descriptor of this.#descriptors.keys()) this.closeDescriptor(descriptor);
    for (const lock of this.#heldLocks) this.#locks.delete(lock);
  }

  /** Every call passes here first. */
  enter(call: FileCall, path: string): void {
    this.faults.before?.(call, path);
    if (!this.#alive) throw new Error('the process is dead');
    const code = this.faults.fail?.(call, path);
    if (code !== undefined) throw systemError(code, call, path);
  }

  /**
   * An asynchronous call: takes its time, has its effect, and tells the caller a turn later.
   *
   * @param finish what is left of the effect if the process dies before
   */
  later<T>(
    call: FileCall,
    path: string,
    effect: () => T,
    finish: (unfinished: UnfinishedWrites) => void = () => undefined,
  ): Promise<T> {
    const delayMs = this.faults.delayMs === undefined ? 0 : this.faults.delayMs(call, path);
    return new Promise((resolve, reject) => {
      const run = (): void => {
        this.#inFlight.delete(finish);
        if (!this.#alive) return;
        const settle = outcome(() => {
          this.enter(call, path);
          return effect();
        });
        this.clock.soon(() => {
          if (!this.#alive) return;
          if (settle.kind === 'value') resolve(settle.value);
          else reject(settle.error);
        });
      };
      this.#inFlight.add(finish);
      if (delayMs === undefined) return;
      if (delayMs === 0) this.clock.soon(run);
      else this.clock.after(delayMs, run);
    });
  }

  openDescriptor(inode: Inode, path: string): number {
    if (this.#descriptors.size >= MAX_DESCRIPTORS) throw systemError('EMFILE', 'open', path);
    const descriptor = this.#nextDescriptor++;
    this.#descriptors.set(descriptor, { inode, path });
    this.disk.hold(inode);
    return descriptor;
  }

  closeDescriptor(descriptor: number): void {
    const file = this.fileOf(descriptor, 'close');
    this.#descriptors.delete(descriptor);
    this.disk.letGo(file.inode);
  }

  fileOf(descriptor: number, call: string): OpenFile {
    const file = this.#descriptors.get(descriptor);
    if (file === undefined) throw systemError('EBADF', call, String(descriptor));
    return file;
  }

  /** @returns what frees the lock; undefined if another process has it */
  takeLock(directory: string): (() => void) | undefined {
    if (this.#locks.has(directory)) return undefined;
    this.#locks.add(directory);
    this.#heldLocks.add(directory);
    return () => {
      this.#locks.delete(directory);
      this.#heldLocks.delete(directory);
    };
  }
}

type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: Error };

const outcome = <T>(work: () => T): Outcome<T> => {
  try {
    return { kind: 'value', value: work() };
  } catch (error) {
    return { kind: 'error', error: error instanceof Error ? error : new Error(String(error)) };
  }
};

export const systemError = (code: string, call: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call, path });
