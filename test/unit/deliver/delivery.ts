import { allocateApart } from '../../../src/core/allocate.ts';
import type { Batch } from '../../../src/core/batch.ts';
import { type Encoder, NO_ROOM } from '../../../src/core/encoder.ts';
import type { Gap } from '../../../src/core/gap.ts';
import { positionAt, type StreamPosition } from '../../../src/core/position.ts';
import { RecordTable } from '../../../src/core/record-table.ts';
import { Output } from '../../../src/deliver/output.ts';
import { DELIVERED, type Outcome, type Sink } from '../../../src/deliver/sink.ts';
import { Ledger, parseLedger } from '../../../src/telemetry/ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** What the bytes of a batch become: themselves. */
export const plainEncoder: Encoder = {
  estimate: ({ inputStart, inputEnd }) => inputEnd - inputStart,
  encode: ({ bytes, inputStart, inputEnd }, target, at) => {
    const end = at + inputEnd - inputStart;
    if (end > target.length) return NO_ROOM;
    target.set(bytes.subarray(inputStart, inputEnd), at);
    return end;
  },
};

export interface BatchParts {
  readonly end?: number;
  readonly gaps?: readonly Gap[];
  readonly oversizeBytes?: number;
  readonly records?: number;
}

/** A batch that becomes this text. */
export const batchOf = (streamKey: string, text: string, parts: BatchParts = {}): Batch => {
  const bytes = Buffer.from(text);
  const table = new RecordTable(8);
  table.rows = parts.records ?? 1;
  return {
    streamKey,
    origin: { kind: 'file', file: streamKey, host: 'node-1' },
    bytes,
    table,
    inputStart: 0,
    inputEnd: bytes.length,
    seed: { high: 1, low: 2 },
    carriedSeed: [
      { high: 1, low: 2 },
      { high: 1, low: 2 },
    ],
    gaps: parts.gaps ?? [],
    oversizeBytes: parts.oversizeBytes ?? 0,
    end: positionAt(1, parts.end ?? bytes.length),
  };
};

/** A sink that does as it is told, one answer a write; without one it delivers. */
export class FakeSink implements Sink {
  readonly written: string[] = [];
  readonly answers: (Outcome | Promise<Outcome>)[] = [];
  readonly calls: string[] = [];
  /** While it is there, bytes that have arrived are not yet told of. */
  telling: Promise<void> | undefined;
  signal: AbortSignal | undefined;
  /** What `writeNow` does: it takes everything, or nothing. */
  takesNow = false;
  #bytes = 0;

  open(): Promise<number> {
    return Promise.resolve(0);
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    this.signal = signal;
    const text = Buffer.from(bytes).toString();
    this.calls.push(text);
    const answer = await (this.answers.shift() ?? DELIVERED);
    if (answer.kind !== 'delivered') return answer;
    this.written.push(text);
    this.#bytes += bytes.length;
    await this.telling;
    return answer;
  }

  writeNow(bytes: Uint8Array): boolean {
    if (!this.takesNow) return false;
    this.written.push(Buffer.from(bytes).toString());
    this.#bytes += bytes.length;
    return true;
  }

  state(): unknown {
    return { bytes: this.#bytes };
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  reopen(): Promise<void> {
    this.calls.push('(reopen)');
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const transient = (reason: string): Outcome => ({ kind: 'transient', error: new Error(reason) });
export const rejected: Outcome = { kind: 'rejected', error: new Error('400') };
export const closed: Outcome = { kind: 'closed', error: new Error('EPIPE') };

export interface DeliveryOptions {
  readonly inFlightBytes?: number;
  readonly positions?: ReadonlyMap<string, StreamPosition>;
  readonly sink?: Sink;
  readonly encoder?: Encoder;
}

/** An output with a fake sink, and what it tells the agent. */
export class Delivery {
  readonly clock = new FakeClock(0);
  readonly sink = new FakeSink();
  readonly ledger: Ledger;
  readonly output: Output;
  readonly said: string[] = [];
  progress = 0;

  constructor(options: DeliveryOptions = {}) {
    this.ledger = new Ledger(
      parseLedger(undefined),
      () => this.clock.wall,
      () => undefined,
    );
    this.output = new Output({
      name: 'out',
      type: 'fake',
      encoder: options.encoder ?? plainEncoder,
      sink: options.sink ?? this.sink,
      ledger: this.ledger,
      positions: options.positions,
      limits: { inFlightBytes: options.inFlightBytes ?? 64, readShareBytes: 1 },
      allocate: allocateApart,
      clock: this.clock.forProcess(() => true),
      onProgress: () => this.progress++,
      onTrouble: (error, failures) => this.said.push(`${error.message} ${failures}`),
      onRecovered: (failures) => this.said.push(`recovered after ${failures}`),
    });
  }

  /** Gives it all of these while it has credit; says how many it took. */
  async feed(...batches: readonly Batch[]): Promise<number> {
    let taken = 0;
    for (const batch of batches) {
      if (!this.output.hasCredit) break;
      this.output.accept(batch);
      taken++;
    }
    this.output.flush();
    await this.clock.settle();
    return taken;
  }

  /** Feeds it, and lets everything arrive. */
  async deliver(...batches: readonly Batch[]): Promise<void> {
    await this.feed(...batches);
    while (!this.output.isDelivered && this.clock.pending === 0) await this.feed();
  }

  offsetOf(streamKey: string): number | undefined {
    return this.output.positionOf(streamKey)?.stdout.offset;
  }
}
