import type { Inode } from '../support/fake-inodes.ts';
import { contentOf, criLine, halfOf, type Life, type LogLine, rawLine } from './log-lines.ts';
import { type LogStream, linkOf } from './log-stream.ts';
import type { LogWorld } from './log-world.ts';
import type { Random } from './random.ts';

/** Writes to logs as containers and their runtimes do. A stream has one writer, and that has one file open. */
export class LogWriter {
  readonly #logs: LogWorld;
  readonly #longBytes: number;
  readonly #writesTraces: boolean;
  #lastMs = 0;

  /** @param longBytes about how long the lines are that are too long */
  constructor(logs: LogWorld, longBytes: number, writesTraces: boolean) {
    this.#writesTraces = writesTraces;
    this.#logs = logs;
    this.#longBytes = longBytes;
  }

  /** Opens the stream's path, as a runtime does at the start and when it is told to reopen. */
  open(stream: LogStream): Inode {
    const { disk } = this.#logs;
    disk.makeDirectory(stream.directory);
    const existed = disk.inodeAt(stream.path) !== undefined;
    const inode = disk.create(stream.path);
    if (!existed) this.#logs.beginLife(stream, inode);
    stream.writer = inode;
    const link = linkOf(stream);
    if (link !== undefined && disk.inodeAt(link, false) === undefined) {
      disk.symlink(stream.path, link);
    }
    return inode;
  }

  writeLines(stream: LogStream, count: number, random: Random): void {
    for (let line = 0; line < count; line++) {
      const channel = this.#anyChannel(stream, random);
      this.#write(stream, channel, true, random.between(8, 120), random);
    }
  }

  /** A line that is much too long, or pieces that are so together. */
  writeLong(stream: LogStream, random: Random): void {
    const channel = this.#anyChannel(stream, random);
    const length = random.pick([
      this.#longBytes - 1,
      this.#longBytes,
      this.#longBytes + 1,
      this.#longBytes * 3,
      this.#longBytes * 20,
    ]);
    if (stream.format === 'raw' || random.chance(0.5)) {
      this.#write(stream, channel, true, length, random);
      return;
    }
    const pieces = random.between(2, 5);
    for (let piece = 1; piece <= pieces; piece++) {
      this.#write(stream, channel, piece === pieces, Math.ceil(length / pieces), random);
    }
  }

  /** Begins a record, or goes on with it, and leaves it open. */
  writePiece(stream: LogStream, random: Random): void {
    if (stream.format === 'raw') return;
    this.#write(stream, random.between(0, 1) === 0 ? 0 : 1, false, random.between(8, 200), random);
  }

  /** Ends every record that is open. */
  closeRecords(stream: LogStream, random: Random): void {
    for (const channel of [0, 1] as const) {
      if (stream.openPieces[channel] > 0) this.#write(stream, channel, true, random.between(8, 60), random);
    }
    this.finishHalf(stream);
  }

  /** A line of which only the beginning is written yet. */
  writeHalf(stream: LogStream, random: Random): void {
    const channel = this.#anyChannel(stream, random);
    const { line, inode } = this.#newLine(stream, channel, true, random.between(20, 120), random);
    const count = halfOf(line, random);
    this.#append(inode, line, line.bytes.subarray(0, count));
    stream.half = line;
  }

  finishHalf(stream: LogStream): void {
    this.#leaveLost(stream);
    const { half, writer } = stream;
    stream.half = undefined;
    if (half === undefined || writer === undefined) return;
    this.#append(writer, half, half.bytes.subarray(half.written));
  }

  /** A file that lost its name is not waited for without end: its writer must have left it soon. */
  #leaveLost(stream: LogStream): void {
    const lostNameMs = stream.life?.lostNameMs;
    if (lostNameMs === undefined || this.#logs.world.clock.monotonic - lostNameMs < PATIENCE_MS) return;
    if (stream.half !== undefined) stream.half.abandoned = true;
    stream.half = undefined;
    this.open(stream);
  }

  #anyChannel(stream: LogStream, random: Random): 0 | 1 {
    return stream.format === 'raw' || random.chance(0.6) ? 0 : 1;
  }

  #write(stream: LogStream, channel: 0 | 1, closes: boolean, length: number, random: Random): void {
    const { line, inode } = this.#newLine(stream, channel, closes, length, random);
    this.#append(inode, line, line.bytes);
  }

  #newLine(stream: LogStream, channel: 0 | 1, closes: boolean, length: number, random: Random): Placed {
    this.#leaveLost(stream);
    this.finishHalf(stream);
    const inode = stream.writer ?? this.open(stream);
    const life = stream.life;
    if (life === undefined) throw new Error('a writer without a life');
    const id = this.#logs.lines.length;
    const content = contentOf(id, length, this.#writesTraces, random);
    const { clock } = this.#logs.world;
    // The writer's own clock does not step: what steps is the wall clock that the agent and the disk see.
    const bytes =
      stream.format === 'raw'
        ? rawLine(content)
        : criLine(this.#now(clock.monotonic), id, channel, closes, content);
    const line = this.#describe(stream, life, { id, channel, closes, content, bytes });
    stream.openPieces[channel] = closes ? 0 : stream.openPieces[channel] + 1;
    return { line, inode };
  }

  /** The writer's own clock: it never stands still between two lines, nor steps. */
  #now(monotonic: number): number {
    this.#lastMs = Math.max(this.#lastMs + 1, START_MS + monotonic);
    return this.#lastMs;
  }

  #describe(
    stream: LogStream,
    life: Life,
    part: Pick<LogLine, 'id' | 'channel' | 'closes' | 'content' | 'bytes'>,
  ): LogLine {
    const line: LogLine = {
      ...part,
      stream: stream.index,
      sequence: stream.byChannel[part.channel].length,
      piece: stream.openPieces[part.channel],
      life,
      writtenMs: this.#logs.world.clock.monotonic,
      written: 0,
      abandoned: false,
      skipped: false,
      excused: new Set(),
    };
    life.lines.push(line);
    stream.lines.push(line);
    stream.byChannel[part.channel].push(line);
    this.#logs.lines.push(line);
    return line;
  }

  #append(inode: Inode, line: LogLine, bytes: Buffer): void {
    this.#logs.disk.append(inode, bytes);
    line.written += bytes.length;
    line.life.size += bytes.length;
    this.#logs.noticeWritten(line.life);
  }
}

interface Placed {
  readonly line: LogLine;
  readonly inode: Inode;
}

/** What the container's clock says when the simulation begins. */
const PATIENCE_MS = 3000;
const START_MS = Date.UTC(2026, 10, 20, 20, 0, 0);
