import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import type { Origin } from '../core/origin.ts';
import { RecordTable } from '../core/record-table.ts';
import { matchesStream } from './stream-glob.ts';

/**
 * Shows somebody what an output is given, as a sample that costs little: at most 1,024 records of a batch and 2 MiB a second,
 * and nothing while the client has not taken what it was sent. What is left out is counted, and told. It runs inside the turn of
 * a lane, so it does nothing that waits.
 */
export interface TapClient {
  /** Bytes that it was sent and has not taken. */
  readonly waitingBytes: number;
  write(bytes: Uint8Array): void;
}

const MOST_RECORDS = 1024;
const MOST_BYTES = 1024 * 1024;
const MOST_WAITING_BYTES = 1024 * 1024;
const BYTES_PER_SECOND = 2 * 1024 * 1024;
const BURST_BYTES = 2 * 1024 * 1024;
/** A client that takes nothing for so long is gone. */
const PATIENCE_MS = 30_000;

export class Tap {
  readonly #pattern: string;
  readonly #encoder: Encoder;
  readonly #client: TapClient;
  readonly #noticeOf: (records: number) => string;
  readonly #wanted = new WeakMap<Origin, boolean>();
  readonly #table = new RecordTable(MOST_RECORDS);
  readonly #bytes = Buffer.allocUnsafeSlow(MOST_BYTES);
  #allowance = BURST_BYTES;
  #atMs: number;
  #skipped = 0;
  #stuckSinceMs: number | undefined;

  /** @param noticeOf what is written in place of records that were left out */
  constructor(
    pattern: string,
    encoder: Encoder,
    client: TapClient,
    nowMs: number,
    noticeOf: (records: number) => string,
  ) {
    this.#pattern = pattern;
    this.#encoder = encoder;
    this.#client = client;
    this.#noticeOf = noticeOf;
    this.#atMs = nowMs;
  }

  /** An output was given this. */
  take(batch: Batch, nowMs: number): void {
    if (!this.#wants(batch.origin)) return;
    this.#refill(nowMs);
    const rows = this.#isSated ? 0 : this.#show(batch);
    this.#skipped += batch.table.rows - rows;
  }

  /** Now and then: tells what was left out. False: the client takes nothing any more. */
  tick(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#client.waitingBytes < MOST_WAITING_BYTES) {
      this.#stuckSinceMs = undefined;
      this.#tellSkipped();
      return true;
    }
    this.#stuckSinceMs ??= nowMs;
    return nowMs - this.#stuckSinceMs < PATIENCE_MS;
  }

  #wants(origin: Origin): boolean {
    const known = this.#wanted.get(origin);
    if (known !== undefined) return known;
    const wanted = this.#pattern === '' || matchesStream(this.#pattern, origin);
    this.#wanted.set(origin, wanted);
    return wanted;
  }

  #refill(nowMs: number): void {
    const earned = ((nowMs - this.#atMs) / 1000) * BYTES_PER_SECOND;
    this.#allowance = Math.min(BURST_BYTES, this.#allowance + earned);
    this.#atMs = nowMs;
  }

  get #isSated(): boolean {
    return this.#allowance <= 0 || this.#client.waitingBytes >= MOST_WAITING_BYTES;
  }

  /** @returns how many records it has written */
  #show(batch: Batch): number {
    for (let most = MOST_RECORDS; most >= 1; most = Math.floor(most / 32)) {
      this.#table.copyFirst(batch.table, most);
      const end = this.#encoder.encode({ ...batch, table: this.#table }, this.#bytes, 0);
      if (end === NO_ROOM) continue;
      if (end === 0) return this.#table.rows;
      this.#tellSkipped();
      this.#allowance -= end;
      this.#client.write(Buffer.from(this.#bytes.subarray(0, end)));
      return this.#table.rows;
    }
    return 0;
  }

  #tellSkipped(): void {
    if (this.#skipped === 0) return;
    this.#client.write(Buffer.from(this.#noticeOf(this.#skipped)));
    this.#skipped = 0;
  }
}
