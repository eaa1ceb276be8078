import { gzipSync } from 'node:zlib';
import type { Inode } from '../support/fake-inodes.ts';
import type { CopyPart, Regrowth } from './actions.ts';
import { AWAY, type LogStream, linkOf, podDirectory } from './log-stream.ts';
import type { LogWorld } from './log-world.ts';
import type { LogWriter } from './log-writer.ts';
import type { Random } from './random.ts';

/** Kubelet's default is 5; fewer make the oldest go sooner. */
const MAX_ROTATED = 3;
const SECOND = 1000;
const CLOCK_GRAIN_MS = 8;
/** Longer than the slowest rescan. */
const SURELY_SEEN_MS = 6_000;
/** Names of rotations that follow one another quickly count on; after a step of the wall clock they do not. */
const SOON_MS = 60_000;

/** What kubelet, logrotate and people do to logs. */
export class LogRotation {
  readonly #logs: LogWorld;
  readonly #writer: LogWriter;

  constructor(logs: LogWorld, writer: LogWriter) {
    this.#logs = logs;
    this.#writer = writer;
  }

  /** The first half of a rotation: the path is gone, and the writer still writes into the renamed file. */
  rename(stream: LogStream): void {
    const { disk } = this.#logs;
    if (disk.inodeAt(stream.path) === undefined || this.#isCopying(stream)) return;
    if (this.#logs.rotated(stream).length >= MAX_ROTATED) this.dropOldest(stream);
    if (stream.kind === 'kubelet') disk.rename(stream.path, this.#datedName(stream));
    else this.#shift(stream);
  }

  /** The second half: the writer opens the path anew. What it had begun it finishes first, or never. */
  reopen(stream: LogStream, abandonsHalf: boolean): void {
    if (stream.writer === undefined || this.#logs.disk.inodeAt(stream.path) === stream.writer) return;
    if (abandonsHalf && stream.half !== undefined) {
      stream.half.abandoned = true;
      stream.half = undefined;
    }
    this.#writer.finishHalf(stream);
    this.#writer.open(stream);
  }

  rotate(stream: LogStream): void {
    this.reopen(stream, false);
    this.rename(stream);
    this.reopen(stream, false);
  }

  /** Compresses every rotated file that the writer has left; `dies`: leaves a half-made .tmp behind. */
  gzip(stream: LogStream, dies: boolean): void {
    const { disk } = this.#logs;
    for (const path of this.#logs.rotated(stream)) if (path.endsWith('.tmp')) disk.unlink(path);
    for (const path of this.#logs.rotated(stream)) {
      const plain = disk.inodeAt(path);
      if (plain === undefined || path.endsWith('.gz') || plain === stream.writer) continue;
      if (plain === stream.copying?.copy) continue;
      const life = this.#logs.lifeOf.get(plain);
      const compressed = gzipSync(disk.content(plain));
      const target = disk.create(`${path}.tmp`);
      disk.append(target, dies ? compressed.subarray(0, compressed.length / 2) : compressed);
      if (dies) return;
      disk.rename(`${path}.tmp`, `${path}.gz`);
      life?.carriers.add(target);
      for (const { copies } of this.#logs.lives) {
        const size = copies.get(plain);
        if (size !== undefined) copies.set(target, size);
      }
      disk.unlink(path);
    }
  }

  dropOldest(stream: LogStream): void {
    const oldest = this.#logs.rotated(stream).find((path) => !path.endsWith('.tmp'));
    if (oldest === undefined) return;
    // A file that was renamed and not yet left: its writer goes on in a file without a name.
    const isWritten = this.#logs.disk.inodeAt(oldest) === stream.writer;
    if (isWritten && stream.life !== undefined) stream.life.lostNameMs = this.#logs.world.clock.monotonic;
    this.#logs.disk.unlink(oldest);
  }

  /** Copies the file and cuts it to nothing, as logrotate does for writers that cannot reopen. */
  copytruncate(stream: LogStream, copies: boolean, regrowth: Regrowth, random: Random): void {
    const { disk } = this.#logs;
    const inode = stream.writer;
    if (inode === undefined || disk.inodeAt(stream.path) !== inode || stream.kind === 'kubelet') return;
    this.#writer.finishHalf(stream);
    const size = inode.getSize();
    if (stream.copying !== undefined) return;
    if (copies) for (const part of ['begin', 'whole'] as const) this.copy(stream, part);
    stream.copying = undefined;
    this.#cut(stream, inode);
    if (regrowth === 'none') return;
    const goal = { smaller: size / 2, equal: size, larger: size * 1.5 }[regrowth];
    while (inode.getSize() < goal) this.#writer.writeLines(stream, 1, random);
  }

  /** One step of the same. */
  copy(stream: LogStream, part: CopyPart): void {
    const { disk } = this.#logs;
    const inode = stream.writer;
    if (inode === undefined || disk.inodeAt(stream.path) !== inode || stream.kind === 'kubelet') return;
    if (part === 'begin') {
      // Two whole copies of one file, lines without times: nobody can tell them from two files.
      if (stream.copying !== undefined) return;
      if (this.#logs.rotated(stream).length >= MAX_ROTATED) this.dropOldest(stream);
      this.#makeRoom(stream);
      stream.copiedMs = this.#logs.world.clock.monotonic;
      stream.copying = { copy: disk.create(`${stream.path}.1`), source: inode };
      return;
    }
    const { copying, life } = stream;
    if (copying === undefined || copying.source !== inode || life === undefined) return;
    // Nobody cuts what he has not copied.
    if (part === 'cut' && !life.copies.has(copying.copy)) return;
    if (part === 'cut') {
      stream.copying = undefined;
      this.#cut(stream, inode);
      return;
    }
    const { copy } = copying;
    // A copy is made in one go: what is whole is not continued.
    if (part === 'half' && life.copies.has(copy)) return;
    if (part === 'whole') stream.copiedMs = this.#logs.world.clock.monotonic;
    // What is copied are whole lines: half a line in a copy is one that nobody will ever finish there.
    if (part === 'whole') this.#writer.finishHalf(stream);
    const left = disk.content(inode).subarray(copy.getSize());
    disk.append(copy, part === 'whole' ? left : left.subarray(0, Math.ceil(left.length / 2)));
    if (part === 'whole') life.copies.set(copy, copy.getSize());
  }

  /**
   * Of a file that was cut and has lost its name, only times tell whether a copy is older than what is in it; and those are as
   * coarse as the kernel's clock.
   */
  #wasJustCopied(stream: LogStream): boolean {
    return this.#sinceCopiedMs(stream) < CLOCK_GRAIN_MS;
  }

  #sinceCopiedMs({ copiedMs }: LogStream): number {
    return this.#logs.world.clock.monotonic - copiedMs;
  }

  /**
   * A copy that was left half made is one that nobody can tell from another file, where lines carry no time. Nor can one that
   * was left whole by a logrotate that died before the cut, unless somebody sees it beside its file.
   */
  #isCopying(stream: LogStream): boolean {
    const { copying, life } = stream;
    if (copying === undefined) return false;
    const isSeen = this.#logs.isHeld(copying.source) && this.#sinceCopiedMs(stream) >= SURELY_SEEN_MS;
    return life?.copies.has(copying.copy) !== true || !isSeen;
  }

  #cut(stream: LogStream, inode: Inode): void {
    stream.life?.carriers.delete(inode);
    this.#logs.disk.truncate(inode, 0);
    if (stream.half !== undefined) stream.half.abandoned = true;
    stream.half = undefined;
    this.#logs.beginLife(stream, inode);
    this.#logs.noticeGone();
  }

  /** More often than anybody can look. */
  copies(stream: LogStream, times: number, random: Random): void {
    for (let time = 0; time < times; time++) {
      this.#writer.writeLines(stream, random.between(0, 3), random);
      for (const part of ['begin', 'whole'] as const) this.copy(stream, part);
      if (random.chance(0.3)) this.#writer.writeLines(stream, 1, random);
      this.copy(stream, 'cut');
    }
    this.#writer.writeLines(stream, random.between(0, 2), random);
  }

  /** The live file is moved to where nobody looks for logs; its writer goes on writing into it until it reopens. */
  moveAway(stream: LogStream): void {
    const { disk } = this.#logs;
    const inode = disk.inodeAt(stream.path);
    const life = inode === undefined ? undefined : this.#logs.lifeOf.get(inode);
    if (life === undefined || this.#wasJustCopied(stream) || this.#isCopying(stream)) return;
    disk.rename(stream.path, `${AWAY}/${life.id}.log`);
    life.unlisted = true;
    life.lostNameMs = this.#logs.world.clock.monotonic;
  }

  /** The live file is removed; its writer makes a new one when it writes next. ext4 gives that the same inode number. */
  delete(stream: LogStream): void {
    if (stream.writer === undefined || this.#logs.disk.inodeAt(stream.path) !== stream.writer) return;
    if (this.#wasJustCopied(stream) || this.#isCopying(stream)) return;
    this.#abandon(stream);
    if (stream.life !== undefined) stream.life.lostNameMs = this.#logs.world.clock.monotonic;
    this.#logs.disk.unlink(stream.path);
    stream.writer = undefined;
    stream.life = undefined;
  }

  /** The link leads to another file from now on, and the writer has gone there. */
  retarget(stream: LogStream): void {
    const link = linkOf(stream);
    if (stream.kind !== 'linked' || link === undefined || stream.writer === undefined) return;
    this.#writer.finishHalf(stream);
    stream.turns++;
    stream.path = `${stream.directory}/current-${stream.turns}.log`;
    this.#logs.disk.unlink(link);
    for (const life of this.#logs.lives) if (life.stream === stream.index) life.unlisted = true;
    this.#writer.open(stream);
  }

  /** The container is started anew: `1.log` instead of `0.log`. The instance before the last one is forgotten. */
  restartContainer(stream: LogStream): LogStream | undefined {
    if (stream.kind !== 'kubelet') return undefined;
    this.#end(stream);
    for (const old of this.#logs.streams) {
      if (old.pod === stream.pod && old.restart < stream.restart) this.#removeFiles(old);
    }
    const next = this.#logs.add('kubelet', stream.format, stream.pod, stream.restart + 1);
    this.#writer.open(next);
    return next;
  }

  /** The pod is deleted, or the plain log and all that was rotated from it. */
  remove(stream: LogStream): void {
    const { disk } = this.#logs;
    const ofPod = this.#logs.streams.filter((other) => stream.kind === 'kubelet' && other.pod === stream.pod);
    for (const each of ofPod.length > 0 ? ofPod : [stream]) {
      this.#end(each);
      this.#removeFiles(each);
    }
    const pod = podDirectory(stream.pod);
    if (stream.kind === 'kubelet' && disk.inodeAt(pod) !== undefined) disk.removeTree(pod);
  }

  #removeFiles(stream: LogStream): void {
    const { disk } = this.#logs;
    for (const path of [...this.#logs.rotated(stream), stream.path]) {
      if (disk.inodeAt(path, false) !== undefined) disk.unlink(path);
    }
    const link = linkOf(stream);
    if (link !== undefined && disk.inodeAt(link, false) !== undefined) disk.unlink(link);
  }

  /** The writer is gone: what it had begun stays as it is. */
  #end(stream: LogStream): void {
    this.#abandon(stream);
    stream.alive = false;
    stream.writer = undefined;
  }

  #abandon(stream: LogStream): void {
    if (stream.half !== undefined) stream.half.abandoned = true;
    stream.half = undefined;
  }

  /** The kubelet's name: the wall clock's time, which may have been stepped. */
  #datedName(stream: LogStream): string {
    const { disk, world } = this.#logs;
    const isSoonAfter = Math.abs(world.clock.wall - stream.lastStampMs) < SOON_MS;
    for (let time = isSoonAfter ? stream.lastStampMs + SECOND : world.clock.wall; ; time += SECOND) {
      stream.lastStampMs = time;
      const stamp = new Date(time).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
      const path = `${stream.path}.${stamp}`;
      if (disk.inodeAt(path) === undefined && disk.inodeAt(`${path}.gz`) === undefined) return path;
    }
  }

  /** logrotate's way: .2 -> .3, .1 -> .2, live -> .1 */
  #shift(stream: LogStream): void {
    this.#makeRoom(stream);
    this.#logs.disk.rename(stream.path, `${stream.path}.1`);
  }

  #makeRoom(stream: LogStream): void {
    for (const path of this.#logs.rotated(stream)) {
      const [, number = '', rest = ''] = /\.(\d+)((?:\.gz)?(?:\.tmp)?)$/.exec(path) ?? [];
      if (number !== '') this.#logs.disk.rename(path, `${stream.path}.${Number(number) + 1}${rest}`);
    }
  }
}
