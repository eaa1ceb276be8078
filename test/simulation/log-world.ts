import type { FakeDisk } from '../support/fake-disk.ts';
import type { Inode } from '../support/fake-inodes.ts';
import type { FakeWorld } from '../support/fake-system.ts';
import type { StreamKind } from './actions.ts';
import { BANNER, type Life, type LineFormat, type LogLine } from './log-lines.ts';
import { LOGS, type LogStream, newStream, PODS } from './log-stream.ts';

/**
 * All logs that were ever written in a run, byte for byte, and where their bytes are now. This is the truth that the
 * outputs are compared with.
 */
export class LogWorld {
  readonly world: FakeWorld;
  readonly streams: LogStream[] = [];
  readonly lines: LogLine[] = [];
  readonly lives: Life[] = [];
  readonly lifeOf = new Map<Inode, Life>();
  readonly #isHeld: (inode: Inode) => boolean;
  readonly #onGone: (life: Life, wasCut: boolean) => void;

  /**
   * @param isHeld whether the agent has the file open
   * @param onGone called for a life that no file holds any more, nor the agent; again when more is written into it.
   *   `wasCut`: the file is there, its bytes are not
   */
  constructor(
    world: FakeWorld,
    isHeld: (inode: Inode) => boolean,
    onGone: (life: Life, wasCut: boolean) => void,
  ) {
    this.world = world;
    this.#isHeld = isHeld;
    this.#onGone = onGone;
    world.disk.makeDirectory(LOGS);
    world.disk.makeDirectory(PODS);
  }

  /** Whether an agent that runs has this file open. */
  isHeld(inode: Inode): boolean {
    return this.#isHeld(inode);
  }

  get disk(): FakeDisk {
    return this.world.disk;
  }

  /** The living stream that a number in a script means. */
  stream(number: number): LogStream | undefined {
    const alive = this.streams.filter((stream) => stream.alive);
    return alive[number % Math.max(1, alive.length)];
  }

  add(kind: StreamKind, format: LineFormat, pod: string, restart: number, hasBanner = false): LogStream {
    const stream = newStream(this.streams.length, kind, format, pod, restart, hasBanner);
    this.streams.push(stream);
    this.disk.makeDirectory(stream.directory);
    return stream;
  }

  /** A new file's life, or that of the same file after it was cut. */
  beginLife(stream: LogStream, inode: Inode): Life {
    const life: Life = {
      id: this.lives.length,
      stream: stream.index,
      lines: [],
      carriers: new Set([inode]),
      copies: new Map(),
      size: 0,
      bannerBytes: 0,
      seenSize: 0,
      seenAt: [],
      savedSize: 0,
      visibleMs: 0,
      wasHeld: false,
      unlisted: false,
      lostNameMs: undefined,
      gone: false,
    };
    this.lives.push(life);
    this.lifeOf.set(inode, life);
    stream.life = life;
    if (stream.hasBanner) {
      this.disk.append(inode, BANNER);
      life.size = BANNER.length;
      life.bannerBytes = BANNER.length;
    }
    return life;
  }

  /** The rotated files of a stream, oldest first, by their names. */
  rotated(stream: LogStream): string[] {
    const live = stream.path.slice(stream.directory.length + 1);
    const names = this.disk.names(stream.directory).filter((name) => name.startsWith(`${live}.`));
    const order =
      stream.kind === 'kubelet'
        ? names.toSorted()
        : names.toSorted((a, b) => shift(live, b) - shift(live, a));
    return order.map((name) => `${stream.directory}/${name}`);
  }

  hasFiles(stream: LogStream): boolean {
    return this.disk.inodeAt(stream.path) !== undefined || this.rotated(stream).length > 0;
  }

  /** After anything that may have taken files away, or the agent that held them. */
  noticeGone(): void {
    for (const life of this.lives) {
      if (life.gone ? !this.#lostCopy(life) : this.isReachable(life)) continue;
      life.gone = true;
      this.#onGone(life, life.carriers.size === 0);
    }
  }

  #lostCopy(life: Life): boolean {
    const lost = [...life.copies.keys()].filter((copy) => {
      return (copy.nlink === 0 || life.unlisted) && !this.#isHeld(copy);
    });
    for (const copy of lost) life.copies.delete(copy);
    return lost.length > 0;
  }

  /** Whether a copy that can be found, or that the agent holds, has all of this line. */
  isInCopy({ life, written }: LogLine, start: number): boolean {
    // A file that begins with a banner, as others do, is not proven to be cut once it has grown again to where it was.
    if (life.bannerBytes > 0) return false;
    for (const [copy, size] of life.copies) {
      if ((copy.nlink > 0 && !life.unlisted) || this.#isHeld(copy)) {
        if (start + written <= size) return true;
      }
    }
    return false;
  }

  /** Something was written into a file that nobody can reach any more. */
  noticeWritten(life: Life): void {
    if (life.gone) this.#onGone(life, true);
  }

  isReachable(life: Life): boolean {
    for (const inode of life.carriers) {
      if ((inode.nlink > 0 && !life.unlisted) || this.#isHeld(inode)) return true;
    }
    return false;
  }

  /** A call told the agent how long a file is. */
  sees(inode: Inode, size: number): void {
    const life = this.lifeOf.get(inode);
    if (life !== undefined) life.seenSize = Math.max(life.seenSize, Math.min(size, life.size));
  }

  /** What stood in a file before it was cut may be seen only in its copy, by whoever can open that. */
  seesCopy(copy: Inode, size: number): void {
    if (this.lifeOf.has(copy) || !this.#isHeld(copy)) return;
    for (const life of this.lives) {
      const copied = life.copies.get(copy);
      if (copied !== undefined) life.seenSize = Math.max(life.seenSize, Math.min(size, copied));
    }
  }

  /** The agent is no more, and what it saw goes with it. */
  forgetSeen(): void {
    for (const life of this.lives) {
      life.seenSize = 0;
      life.visibleMs = 0;
      life.wasHeld = false;
      life.seenAt.length = 0;
    }
  }

  /** Which files an agent has in hand by now. */
  noticeHeld(): void {
    for (const life of this.lives) life.wasHeld ||= [...life.carriers].some((inode) => this.#isHeld(inode));
  }

  /** Time passes in which an agent runs that may look. */
  passVisible(ms: number): void {
    const now = this.world.clock.monotonic;
    for (const life of this.lives) {
      if (life.gone) continue;
      life.visibleMs += ms;
      if (life.seenSize > (life.seenAt.at(-1)?.size ?? 0)) life.seenAt.push({ ms: now, size: life.seenSize });
    }
  }
}

const shift = (live: string, name: string): number => Number.parseInt(name.slice(live.length + 1), 10);
