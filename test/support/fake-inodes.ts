import type { Volume } from 'memfs';

/** An inode of memfs. */
export type Inode = ReturnType<Volume['_core']['createNode']>;

export interface DiskOptions {
  /** The wall clock, for file times. */
  readonly now: () => number;
  /** ext4 gives a freed inode number to the next file that is created; tmpfs never. Default: as ext4. */
  readonly reusesInodes?: boolean;
  /** Steps in which the file system keeps time; Linux 6 keeps about 4 ms. */
  readonly timeGranularityMs?: number;
}

interface Metadata {
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
  mtimeMs: number;
}

/** What the kernel knows of inodes beside their bytes: numbers, births, times, and who holds them. */
export class FakeInodes {
  readonly #options: DiskOptions;
  readonly #metadata = new WeakMap<Inode, Metadata>();
  readonly #held = new Map<Inode, number>();
  readonly #freed: bigint[] = [];
  #nextIno = 100_000n;
  #births = 0n;

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  describe(inode: Inode): Metadata {
    const known = this.#metadata.get(inode);
    if (known !== undefined) return known;
    const reused = (this.#options.reusesInodes ?? true) && inode.isFile() ? this.#freed.pop() : undefined;
    const metadata: Metadata = {
      ino: reused ?? ++this.#nextIno,
      // Never twice the same, whatever the wall clock does.
      birthtimeNs: BigInt(Math.floor(this.#options.now())) * 1_000_000n + ++this.#births,
      mtimeMs: this.time(),
    };
    this.#metadata.set(inode, metadata);
    return metadata;
  }

  /** The time as the file system stamps it. */
  time(): number {
    const granularity = this.#options.timeGranularityMs ?? 4;
    return Math.floor(this.#options.now() / granularity) * granularity;
  }

  hold(inode: Inode): void {
    this.#held.set(inode, (this.#held.get(inode) ?? 0) + 1);
  }

  letGo(inode: Inode): void {
    const holders = (this.#held.get(inode) ?? 0) - 1;
    if (holders > 0) this.#held.set(inode, holders);
    else this.#held.delete(inode);
    this.freeIfUnused(inode);
  }

  freeIfUnused(inode: Inode): void {
    if (inode.nlink > 0 || this.#held.has(inode)) return;
    const metadata = this.#metadata.get(inode);
    if (metadata === undefined || this.#freed.includes(metadata.ino)) return;
    this.#freed.push(metadata.ino);
  }
}
