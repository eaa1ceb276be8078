import { closeSync, openSync, writeSync } from 'node:fs';
import type { Account } from './account.ts';
import { type MessageKind, messageText, mixedKind } from './messages.ts';

/** Where containerd cuts a line that does not end; conmon cuts at 8,192. */
const CONTAINERD_PIECE_BYTES = 16_384;
const EVERY_STDERR = 7;

export interface CriWriterOptions {
  readonly pieceBytes?: number;
  /** What to say at each number; default: a mix of everything. */
  readonly kindOf?: (number: number) => MessageKind;
  /** Which messages go to stderr; default: every seventh. */
  readonly isStderr?: (number: number) => boolean;
}

/**
 * Writes a log file as containerd does: one `write` a line, long lines as P pieces and an F, stamped piece by piece, and
 * the std streams between each other. What it writes stands in its account.
 */
export class CriWriter implements Disposable {
  readonly path: string;
  readonly account: Account;
  readonly #pieceBytes: number;
  readonly #kindOf: (number: number) => MessageKind;
  readonly #isStderr: (number: number) => boolean;
  #descriptor: number;

  constructor(path: string, account: Account, options: CriWriterOptions = {}) {
    this.path = path;
    this.account = account;
    this.#pieceBytes = options.pieceBytes ?? CONTAINERD_PIECE_BYTES;
    this.#kindOf = options.kindOf ?? mixedKind;
    this.#isStderr = options.isStderr ?? ((number) => number % EVERY_STDERR === EVERY_STDERR - 1);
    this.#descriptor = openLog(path);
  }

  /** Writes the next `count` messages. */
  write(count: number): void {
    const end = this.account.count + count;
    while (this.account.count < end) {
      // A long stdout line with a stderr line in its middle, where there is room for two: the short one ends first.
      const next = this.account.count;
      if (this.#kindOf(next + 1) === 'long' && next + 2 <= end) this.#writeInterleaved(next);
      else this.#writeAlone(next);
    }
  }

  #writeAlone(number: number): void {
    const std = this.#isStderr(number) ? 'stderr' : 'stdout';
    const text = messageText(this.#kindOf(number), number);
    let bytes = 0;
    for (const line of this.#lines(text, std)) bytes += writeSync(this.#descriptor, line);
    this.account.add(text, bytes, std);
  }

  #writeInterleaved(short: number): void {
    const long = messageText(this.#kindOf(short + 1), short + 1);
    const other = messageText(this.#kindOf(short), short);
    const pieces = this.#lines(long, 'stdout');
    const last = pieces.pop() ?? Buffer.alloc(0);
    let longBytes = 0;
    for (const piece of pieces) longBytes += writeSync(this.#descriptor, piece);
    let shortBytes = 0;
    for (const line of this.#lines(other, 'stderr')) shortBytes += writeSync(this.#descriptor, line);
    longBytes += writeSync(this.#descriptor, last);
    this.account.add(other, shortBytes, 'stderr');
    this.account.add(long, longBytes, 'stdout');
  }

  #lines(text: string, std: 'stdout' | 'stderr'): Buffer[] {
    const bytes = Buffer.from(text);
    const lines: Buffer[] = [];
    let at = 0;
    do {
      const end = Math.min(at + this.#pieceBytes, bytes.length);
      lines.push(criLine(std, end < bytes.length ? 'P' : 'F', bytes.subarray(at, end)));
      at = end;
    } while (at < bytes.length);
    return lines;
  }

  /** What the runtime does on ReopenContainerLog: opens the path anew, then lets go of the old file. */
  reopen(): void {
    const next = openLog(this.path);
    closeSync(this.#descriptor);
    this.#descriptor = next;
  }

  /** Writes bytes as they are; they stand in no account. */
  writeBytes(bytes: string | Uint8Array): void {
    writeSync(this.#descriptor, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

const openLog = (path: string): number => openSync(path, 'a', 0o640);

/** `2026-11-20T21:05:32.770703694Z stdout F message\n` */
export function criLine(std: 'stdout' | 'stderr', tag: 'P' | 'F', content: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from(`${nowNanos()} ${std} ${tag} `), Buffer.from(content), NEWLINE]);
}

const NEWLINE = Buffer.from('\n');

const NANOSECONDS = 1_000_000_000n;
/** What the steady clock lacks to the wall clock: taken once, so that no time stamp is before an earlier one. */
const WALL_OFFSET = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/** RFC 3339 with nine digits, as Go's RFC3339Nano would print most times. */
function nowNanos(): string {
  const now = WALL_OFFSET + process.hrtime.bigint();
  const seconds = new Date(Number(now / NANOSECONDS) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(now % NANOSECONDS).padStart(9, '0')}Z`;
}
