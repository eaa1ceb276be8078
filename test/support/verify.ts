import type { Account } from './account.ts';
import { numberOf } from './messages.ts';
import { LineReader, type OutputGap, type OutputLine, parseLine, streamOf } from './output-lines.ts';

/** What became of one container stream: all zero and delivered equal to written is what birler promises. */
export interface Verdict {
  readonly stream: string;
  readonly written: number;
  /** Messages that arrived unchanged at least once. */
  readonly delivered: number;
  readonly missing: number;
  /** Bytes that the missing messages took in the log file. */
  readonly missingBytes: number;
  readonly doubled: number;
  /** Messages that arrived after one that was written later. */
  readonly swapped: number;
  /** Lines of this stream that were never written: another text, another std stream, or no number of ours. */
  readonly changed: number;
  readonly gaps: readonly OutputGap[];
  /** The first few things that were wrong, for people. */
  readonly examples: readonly string[];
}

/** What is in order: the whole container stream, or, where two pipes were read by a real runtime, each std stream. */
export type Order = 'stream' | 'std';

const MOST_EXAMPLES = 5;

/** Compares the lines of one stream, as they come, with what was written to it. */
export class StreamVerifier {
  readonly #account: Account;
  readonly #seen: Uint8Array[] = [];
  readonly #gaps: OutputGap[] = [];
  readonly #examples: string[] = [];
  readonly #next = new Map<string, number>();
  readonly #order: Order;
  #delivered = 0;
  #doubled = 0;
  #swapped = 0;
  #changed = 0;

  constructor(account: Account, order: Order = 'stream') {
    this.#account = account;
    this.#order = order;
  }

  take(line: OutputLine): void {
    if (line.gap !== undefined) {
      this.#gaps.push(line.gap);
      return;
    }
    const message = line.log ?? '';
    const number = numberOf(message);
    const std = line.stream ?? 'stdout';
    const marksAreRight =
      line.truncated === undefined &&
      (number === undefined || (line.partial ?? false) === this.#account.isOpen(number));
    if (number === undefined || !marksAreRight || !this.#account.matches(number, message, std)) {
      this.#changed++;
      this.#note(
        `changed: ${JSON.stringify({ ...line, log: message.slice(0, 120), length: message.length })}`,
      );
    } else if (this.#mark(number)) {
      this.#delivered++;
      this.#checkOrder(number, this.#order === 'std' ? std : '');
    } else {
      this.#doubled++;
      this.#note(`#${number} came again`);
    }
  }

  /** @param upTo messages from this number on are not expected yet */
  verdict(upTo = this.#account.count): Verdict {
    const missing: number[] = [];
    for (let number = 0; number < upTo; number++) if (!this.#has(number)) missing.push(number);
    const examples = [...this.#examples];
    if (missing.length > 0) examples.push(`missing: ${ranges(missing)} of ${upTo}`);
    return {
      stream: this.#account.stream,
      written: upTo,
      delivered: this.#delivered,
      missing: missing.length,
      missingBytes: missing.reduce((sum, number) => sum + this.#account.bytesOf(number), 0),
      doubled: this.#doubled,
      swapped: this.#swapped,
      changed: this.#changed,
      gaps: this.#gaps,
      examples,
    };
  }

  #checkOrder(number: number, lane: string): void {
    const next = this.#next.get(lane) ?? 0;
    if (number < next) {
      this.#swapped++;
      this.#note(`#${number} came after #${next - 1}`);
    }
    this.#next.set(lane, Math.max(next, number + 1));
  }

  #has(number: number): boolean {
    return this.#seen[number >>> 16]?.[number & 0xffff] === 1;
  }

  /** @returns false if it was there already */
  #mark(number: number): boolean {
    const page = (this.#seen[number >>> 16] ??= new Uint8Array(0x1_0000));
    if (page[number & 0xffff] === 1) return false;
    page[number & 0xffff] = 1;
    return true;
  }

  #note(example: string): void {
    if (this.#examples.length < MOST_EXAMPLES) this.#examples.push(example);
  }
}

/** `3-7, 9`: for people. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0; from < numbers.length && parts.length < MOST_EXAMPLES; ) {
    let to = from;
    while (numbers[to + 1] === (numbers[to] ?? 0) + 1) to++;
    parts.push(from === to ? `${numbers[from]}` : `${numbers[from]}-${numbers[to]}`);
    from = to + 1;
  }
  return parts.join(', ');
}

/** Compares a JSON output, read as it grows, with the accounts of everything that was written. */
export class Verifier implements Disposable {
  readonly #streams = new Map<string, StreamVerifier>();
  readonly #foreign = new Map<string, number>();
  #reader: LineReader;

  constructor(path: string) {
    this.#reader = new LineReader(path);
  }

  expect(account: Account, order?: Order): void {
    this.#streams.set(account.stream, new StreamVerifier(account, order));
  }

  /** Reads what is new in the output. Call it only where the output will not be cut back: after a clean stop. */
  readOn(): void {
    for (const text of this.#reader.lines()) {
      const line = parseLine(text);
      const stream = streamOf(line);
      const verifier = this.#streams.get(stream);
      if (verifier === undefined) this.#foreign.set(stream, (this.#foreign.get(stream) ?? 0) + 1);
      else verifier.take(line);
    }
  }

  /** Goes on in another file, once the one so far is complete. */
  goOnIn(path: string): void {
    this.readOn();
    this.#reader[Symbol.dispose]();
    this.#reader = new LineReader(path);
  }

  verdicts(): Verdict[] {
    return Array.from(this.#streams.values(), (verifier) => verifier.verdict());
  }

  /** Lines of streams that nobody wrote to, by stream. */
  get foreign(): ReadonlyMap<string, number> {
    return this.#foreign;
  }

  /** What is written at the very end without its newline; a finished output has nothing there. */
  get unfinished(): string {
    return this.#reader.rest;
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}

/** Reads a whole output and compares it with the accounts. */
export function verifyOutput(path: string, accounts: readonly Account[], order?: Order): Verdict {
  using verifier = new Verifier(path);
  for (const account of accounts) verifier.expect(account, order);
  verifier.readOn();
  const total = sumVerdicts(verifier.verdicts());
  const foreign = Array.from(
    verifier.foreign,
    ([stream, lines]) => `${lines} lines of unknown stream ${stream}`,
  );
  const unfinished =
    verifier.unfinished === '' ? [] : [`unfinished last line: ${verifier.unfinished.slice(0, 100)}`];
  const changed = total.changed + foreign.length + unfinished.length;
  return { ...total, changed, examples: [...total.examples, ...foreign, ...unfinished] };
}

export function sumVerdicts(verdicts: readonly Verdict[]): Verdict {
  const sum = (pick: (verdict: Verdict) => number): number =>
    verdicts.reduce((total, verdict) => total + pick(verdict), 0);
  return {
    stream: `${verdicts.length} streams`,
    written: sum((verdict) => verdict.written),
    delivered: sum((verdict) => verdict.delivered),
    missing: sum((verdict) => verdict.missing),
    missingBytes: sum((verdict) => verdict.missingBytes),
    doubled: sum((verdict) => verdict.doubled),
    swapped: sum((verdict) => verdict.swapped),
    changed: sum((verdict) => verdict.changed),
    gaps: verdicts.flatMap((verdict) => verdict.gaps),
    examples: verdicts.flatMap((verdict) =>
      verdict.examples.map((example) => `${verdict.stream}: ${example}`),
    ),
  };
}

/** What a verdict must equal when every message arrived once, in order and unchanged. */
export function allDelivered(
  written: number,
): Omit<Verdict, 'stream' | 'gaps'> & { readonly gaps: readonly [] } {
  return {
    written,
    delivered: written,
    missing: 0,
    missingBytes: 0,
    doubled: 0,
    swapped: 0,
    changed: 0,
    gaps: [],
    examples: [],
  };
}
