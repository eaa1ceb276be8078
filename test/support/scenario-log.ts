import { gzipSync } from 'node:zlib';
import type { FakeDisk, Inode } from './fake-disk.ts';
import type { FakeWorld } from './fake-system.ts';

/** One log on the fake disk, with its writer and with what people and programs do to it. */
export class ScenarioLog {
  readonly path: string;
  /** How records name it: the pod and the restart (`web#0`), or the file. */
  readonly origin: string;
  readonly #world: FakeWorld;
  readonly #format: 'cri' | 'raw';
  /** What the writer has open: it goes on writing there, whatever the file is called by then. */
  #writer: Inode | undefined;
  #lines = 0;
  #rotations = 0;

  constructor(world: FakeWorld, path: string, origin: string, format: 'cri' | 'raw') {
    this.#world = world;
    this.path = path;
    this.origin = origin;
    this.#format = format;
  }

  get #disk(): FakeDisk {
    return this.#world.disk;
  }

  get size(): number {
    return this.#disk.inodeAt(this.path)?.getSize() ?? 0;
  }

  // ---- its writer

  /** Writes whole lines of stdout; returns how many bytes they take in the file. */
  write(...messages: readonly string[]): number {
    return messages.reduce((sum, message) => sum + this.line(message), 0);
  }

  /** Writes one line; `P` is a piece of a record that goes on. */
  line(message: string, tag: 'F' | 'P' = 'F', stream: 'stdout' | 'stderr' = 'stdout'): number {
    return this.append(this.#format === 'raw' ? `${message}\n` : `${this.#header(tag, stream)}${message}\n`);
  }

  /** Writes bytes as they are: the beginning of a line, or no line at all. */
  append(text: string | Uint8Array): number {
    const bytes = Buffer.from(text);
    this.#writer ??= this.#disk.create(this.path);
    this.#disk.append(this.#writer, bytes);
    return bytes.length;
  }

  /** The writer does not write in append mode: it goes on where it was, and leaves a hole where a truncation cut. */
  leaveHole(bytes: number): void {
    this.append(Buffer.alloc(bytes));
  }

  /** The writer opens the path anew, and creates it if nothing is there. */
  reopen(): void {
    this.#writer = this.#disk.create(this.path);
  }

  // ---- what is done to it

  /** Renames the live file; the writer stays with it until it reopens. Returns the new path. */
  rename(suffix: string = this.#stamp()): string {
    this.#writer ??= this.#disk.inodeAt(this.path);
    const to = `${this.path}.${suffix}`;
    this.#disk.rename(this.path, to);
    return to;
  }

  /** Moves the live file to where nobody looks for logs; the writer stays with it until it reopens. */
  moveTo(path: string): void {
    this.#writer ??= this.#disk.inodeAt(this.path);
    this.#disk.rename(this.path, path);
  }

  /** Renames the live file and creates a new one, in no time. */
  rotate(suffix?: string): string {
    const to = this.rename(suffix);
    this.reopen();
    return to;
  }

  /** logrotate's and Docker's way: `.2 -> .3`, `.1 -> .2`, live -> `.1`, and a new file. */
  shift(): void {
    for (let number = 9; number > 0; number--) {
      const from = `${this.path}.${number}`;
      if (this.#disk.inodeAt(from) !== undefined) this.#disk.rename(from, `${this.path}.${number + 1}`);
    }
    this.rotate('1');
  }

  /** As the kubelet does it: a .tmp, renamed to .gz, and the plain file removed. */
  gzip(path: string): string {
    const inode = this.#existing(path);
    this.#put(`${path}.tmp`, gzipSync(this.#disk.content(inode)));
    this.#disk.rename(`${path}.tmp`, `${path}.gz`);
    this.#disk.unlink(path);
    return `${path}.gz`;
  }

  copy(suffix: string): string {
    const to = `${this.path}.${suffix}`;
    this.#put(to, this.#disk.content(this.#existing(this.path)));
    return to;
  }

  /** Cuts the file; the writer, in append mode, goes on at the new end. */
  truncate(length = 0): void {
    this.#disk.truncate(this.#existing(this.path), length);
  }

  copytruncate(suffix = '1'): void {
    this.copy(suffix);
    this.truncate();
  }

  /** Removes the name; the next write goes to a new file. */
  remove(path: string = this.path): void {
    this.#disk.unlink(path);
    if (path === this.path) this.#writer = undefined;
  }

  /** Another file takes its place in one step, as editors and `sed -i` do it. */
  replace(content: string | Uint8Array): void {
    this.#put(`${this.path}.tmp`, Buffer.from(content));
    this.#disk.rename(`${this.path}.tmp`, this.path);
    this.#writer = undefined;
  }

  content(): Buffer {
    return Buffer.from(this.#disk.content(this.#existing(this.path)));
  }

  #put(path: string, bytes: Uint8Array): void {
    this.#disk.append(this.#disk.create(path), bytes);
  }

  #existing(path: string): Inode {
    const inode = this.#disk.inodeAt(path);
    if (inode === undefined) throw new Error(`the scenario needs a file at ${path}`);
    return inode;
  }

  /** Two lines never have the same time. */
  #header(tag: string, stream: string): string {
    const nanoseconds = String(++this.#lines).padStart(6, '0');
    return `${new Date(this.#world.clock.wall).toISOString().replace('Z', `${nanoseconds}Z`)} ${stream} ${tag} `;
  }

  /** The kubelet's suffix; a second later each time, so that two rotations in one instant have two names. */
  #stamp(): string {
    const time = new Date(this.#world.clock.wall + 1000 * this.#rotations++).toISOString();
    return time.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15);
  }
}
