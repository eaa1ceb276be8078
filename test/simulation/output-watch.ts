import type { FakeDisk } from '../support/fake-disk.ts';
import type { LogLine } from './log-lines.ts';
import type { OutputAccount } from './output-account.ts';
import { parseOutputRecord } from './output-record.ts';

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Reads an output file as it grows, and from its start again whenever the agent cut it. */
export class OutputWatch {
  readonly #disk: FakeDisk;
  readonly #path: string;
  readonly #account: OutputAccount;
  #seen: Buffer = NOTHING;

  constructor(disk: FakeDisk, path: string, account: OutputAccount) {
    this.#disk = disk;
    this.#path = path;
    this.#account = account;
  }

  /**
   * Takes what was added since the last look, up to the last whole line.
   *
   * @returns what is not there any more
   */
  look(nowMs: number): readonly LogLine[] {
    const inode = this.#disk.inodeAt(this.#path);
    const content = inode === undefined ? NOTHING : this.#disk.view(inode);
    const begins = this.#seen.length;
    const isLonger = content.length >= begins && content.compare(this.#seen, 0, begins, 0, begins) === 0;
    const end = content.lastIndexOf(NEWLINE) + 1;
    if (isLonger && end === begins) return [];
    const copy = Buffer.from(content.subarray(0, end));
    this.#seen = copy;
    if (!isLonger) return this.#readAgain(copy, end, nowMs);
    this.#read(copy, begins, end, nowMs);
    return [];
  }

  /** What is still there came when it came the first time. */
  #readAgain(content: Buffer, end: number, nowMs: number): readonly LogLine[] {
    const before = new Map(this.#account.arrived);
    this.#account.clear();
    this.#read(content, 0, end, nowMs);
    for (const line of this.#account.arrived.keys()) {
      this.#account.arrived.set(line, before.get(line) ?? nowMs);
    }
    return [...before.keys()].filter((line) => !this.#account.has(line));
  }

  #read(content: Buffer, start: number, end: number, nowMs: number): void {
    if (end === start) return;
    for (const line of content.toString('utf8', start, end - 1).split('\n')) {
      this.#account.take(parseOutputRecord(line), nowMs);
    }
  }
}
