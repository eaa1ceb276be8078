import { LARGEST_RECORD_BYTES, RecordSource } from '../workload/records.ts';
import type { StreamSpec } from '../workload/streams.ts';

export type CheckedFormat = 'json' | 'raw';

export interface AbsentRecord {
  readonly isStderr: boolean;
  readonly line: Buffer;
}

const scratch = Buffer.allocUnsafe(LARGEST_RECORD_BYTES);

/** What is still to come of one stream: the next line as bytes, generated again from the stream's seed. */
export class ExpectedStream {
  readonly spec: StreamSpec;
  readonly records: number;
  /** The next line is the first `length` bytes of `line`; 0 after the last. */
  line = Buffer.allocUnsafe(1024);
  length = 0;
  /** The records that were passed over, by number. */
  readonly absent = new Map<number, AbsentRecord>();
  /** Number of the last record that came, of stdout and of stderr. */
  readonly #came: [number, number] = [-1, -1];
  readonly #source: RecordSource;
  readonly #format: CheckedFormat;

  constructor(spec: StreamSpec, records: number, format: CheckedFormat) {
    this.spec = spec;
    this.records = records;
    this.#source = new RecordSource(spec);
    this.#format = format;
    this.advance();
  }

  /** The number of the next record; `records` after the last. */
  get sequence(): number {
    return this.#source.sequence;
  }

  /** The next record is there. */
  take(): void {
    this.#came[this.#source.isStderr ? 1 : 0] = this.sequence;
    this.advance();
  }

  /** The next record is not there, or not yet. */
  pass(): void {
    const line = Buffer.from(this.line.subarray(0, this.length));
    this.absent.set(this.sequence, { isStderr: this.#source.isStderr, line });
    this.advance();
  }

  /** A record that was passed over has come. Returns whether a later one of its std stream had come before. */
  takeLate(sequence: number, { isStderr }: AbsentRecord): boolean {
    this.absent.delete(sequence);
    const std = isStderr ? 1 : 0;
    const isBehind = this.#came[std] > sequence;
    this.#came[std] = Math.max(this.#came[std], sequence);
    return isBehind;
  }

  private advance(): void {
    this.#source.advance();
    if (this.sequence >= this.records) {
      this.length = 0;
      return;
    }
    this.length =
      this.#format === 'json' ? this.#source.putJson(scratch, 0) : this.#source.putRaw(scratch, 0);
    if (this.length > this.line.length) this.line = Buffer.allocUnsafe(2 * this.length);
    scratch.copy(this.line, 0, 0, this.length);
  }

  /** Whether the next line stands at `at`. */
  matches(bytes: Buffer, at: number): boolean {
    const end = at + this.length;
    return this.length > 0 && end <= bytes.length && bytes.compare(this.line, 0, this.length, at, end) === 0;
  }
}
