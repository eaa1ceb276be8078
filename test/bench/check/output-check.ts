import { closeSync, openSync, readSync } from 'node:fs';
import type { StreamAccount, StreamSpec } from '../workload/streams.ts';
import { type CheckedFormat, ExpectedStream } from './expected-stream.ts';
import type { Verdict } from './verdict.ts';

/**
 * Compares an output with what the streams wrote, byte for byte, line by line, in order within the stdout and the stderr of each
 * container: while a line of stderr waits for the rest of its trace, stdout goes on. The right line costs one memory
 * comparison; only a wrong one is looked at, to say in which way it is wrong.
 *
 * A record that comes later than its successors counts as swapped, one that comes a second time as doubled, one with its
 * number but other bytes as changed. A line without a number, or of no stream of ours, is unknown.
 */
const CHUNK_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
/** How much of a wrong line is told. */
const TOLD_BYTES = 300;

export class OutputCheck {
  readonly #format: CheckedFormat;
  readonly #streams: readonly ExpectedStream[];
  readonly #byPodUid: ReadonlyMap<string, ExpectedStream>;
  /** The stream of the last line: an output is written batch by batch, so it is mostly that of the next one too. */
  #current: ExpectedStream | undefined;
  #records = 0;
  #doubled = 0;
  #swapped = 0;
  #changed = 0;
  #unknown = 0;
  #firstProblem: string | undefined;

  /** @param accounts in the order of the streams. Raw lines do not say whose they are: they can be checked for one stream. */
  constructor(
    streams: readonly StreamSpec[],
    accounts: readonly Pick<StreamAccount, 'records'>[],
    format: CheckedFormat,
  ) {
    if (format === 'raw' && streams.length !== 1)
      throw new Error('raw output is checked for one stream only');
    this.#format = format;
    this.#streams = streams.map(
      (spec, index) => new ExpectedStream(spec, accounts[index]?.records ?? 0, format),
    );
    this.#byPodUid = new Map(this.#streams.map((stream) => [stream.spec.uid, stream]));
    this.#current = this.#streams[0];
  }

  /** Takes the lines that end within `bytes`; returns where the first that does not begins. */
  add(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length) {
      const current = this.#current;
      if (current?.matches(bytes, at) === true) {
        this.#records++;
        at += current.length;
        current.take();
        continue;
      }
      const end = bytes.indexOf(NEWLINE, at);
      if (end < 0) return at;
      this.#other(bytes.subarray(at, end + 1));
      at = end + 1;
    }
    return at;
  }

  /** @param rest bytes behind the last newline: there should be none */
  finish(rest: Buffer = Buffer.alloc(0)): Verdict {
    if (rest.length > 0) {
      this.#unknown++;
      this.#say('the output ends within a line', rest);
    }
    let missing = 0;
    for (const stream of this.#streams) {
      const never = Math.max(0, stream.records - stream.sequence);
      const [first = stream.sequence] = stream.absent.keys();
      if (never + stream.absent.size > 0)
        this.#firstProblem ??= `record ${first} of pod ${stream.spec.pod} is missing`;
      missing += never + stream.absent.size;
    }
    return {
      records: this.#records,
      missing,
      doubled: this.#doubled,
      swapped: this.#swapped,
      changed: this.#changed,
      unknown: this.#unknown,
      firstProblem: this.#firstProblem,
    };
  }

  /** A line that is not the next one of the stream before it. */
  #other(line: Buffer): void {
    this.#records++;
    const stream = this.#streamOf(line);
    const sequence = sequenceOf(line);
    if (stream === undefined || sequence === undefined || sequence >= stream.records) {
      this.#unknown++;
      this.#say('a line that was never written', line);
      return;
    }
    this.#current = stream;
    if (sequence < stream.sequence) this.#late(stream, sequence, line);
    else this.#ahead(stream, sequence, line);
  }

  #late(stream: ExpectedStream, sequence: number, line: Buffer): void {
    const absent = stream.absent.get(sequence);
    if (absent === undefined) {
      this.#doubled++;
      this.#say('a record that comes twice', line);
      return;
    }
    if (stream.takeLate(sequence, absent)) {
      this.#swapped++;
      this.#say('a record that comes after a later one', line);
    } else if (!absent.line.equals(line)) {
      this.#changed++;
      this.#say(
        `a record that was changed; written was ${absent.line.toString('utf8', 0, TOLD_BYTES)}`,
        line,
      );
    }
  }

  #ahead(stream: ExpectedStream, sequence: number, line: Buffer): void {
    while (stream.sequence < sequence) stream.pass();
    if (!stream.matches(line, 0) || line.length !== stream.length) {
      this.#changed++;
      const wanted = stream.line.toString('utf8', 0, Math.min(stream.length, TOLD_BYTES));
      this.#say(`a record that was changed; written was ${wanted}`, line);
    }
    stream.take();
  }

  #streamOf(line: Buffer): ExpectedStream | undefined {
    if (this.#format === 'raw') return this.#streams[0];
    // The origin stands last in a line, behind whatever the message holds.
    const [, uid] =
      /.*"pod_id":"([^"]*)"/s.exec(line.toString('latin1', Math.max(0, line.length - 600))) ?? [];
    return uid === undefined ? undefined : this.#byPodUid.get(uid);
  }

  #say(what: string, line: Buffer): void {
    this.#firstProblem ??= `${what}: ${line.toString('utf8', 0, TOLD_BYTES).trimEnd()}`;
  }
}

/** `seq=0000002a`, or a field of a message that is JSON, escaped or not. */
const sequenceOf = (line: Buffer): number | undefined => {
  const [, digits] = /seq(?:=|\\*":\\*")([0-9a-f]{8})/.exec(line.toString('latin1', 0, 1024)) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
};

export const checkOutputFile = (path: string, check: OutputCheck): Verdict => {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      const read = readSync(file, buffer, kept, buffer.length - kept, null);
      const filled = buffer.subarray(0, kept + read);
      if (read === 0) return check.finish(filled);
      const done = check.add(filled);
      if (done === 0 && filled.length === buffer.length)
        throw new Error(`a line of ${path} is over 4 MiB long`);
      filled.copy(buffer, 0, done);
      kept = filled.length - done;
    }
  } finally {
    closeSync(file);
  }
};
