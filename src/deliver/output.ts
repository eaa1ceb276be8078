import { type Allocate, allocateApart } from '../core/allocate.ts';
import type { Batch } from '../core/batch.ts';
import type { Consumer } from '../core/consumer.ts';
import type { Encoder } from '../core/encoder.ts';
import type { Identity } from '../core/identity.ts';
import type { StreamPosition } from '../core/position.ts';
import type { Clock } from '../system/system.ts';
import type { Ledger } from '../telemetry/ledger.ts';
import type { OutputSnapshot } from '../telemetry/snapshot.ts';
import { backoffMs } from './backoff.ts';
import { Health } from './health.ts';
import { type OutputLimits, parcelBytes, parcelCapacity, parcelCount } from './output-memory.ts';
import { Parcel } from './parcel.ts';
import { DELIVERED, type Outcome, type Sink } from './sink.ts';

/**
 * One destination: takes batches, encodes them into parcels, sends the parcels in order, and moves its positions when
 * they have arrived.
 *
 * There are a few parcels of fixed size: one being filled, the others on their way. When none is free the output has no
 * credit and is not given anything: the bytes wait in the log file. While the sink is busy, batches gather in one parcel;
 * when it is idle, whatever is there goes at once. So it is fast when there is little and efficient when there is much.
 */
export interface OutputSettings {
  readonly name: string;
  readonly encoder: Encoder;
  readonly sink: Sink;
  readonly ledger: Ledger;
  /** Where it stood when the last checkpoint was made; undefined at its first start. */
  readonly positions: ReadonlyMap<string, StreamPosition> | undefined;
  readonly type: string;
  readonly limits: OutputLimits;
  readonly clock: Clock;
  /** Where the parcels' memory comes from. */
  readonly allocate: Allocate;
  /** Something changed that the agent must look at: there is credit again, positions moved, or the output failed. */
  readonly onProgress: () => void;
  readonly onTrouble: (error: Error, failures: number) => void;
  readonly onRecovered: (failures: number) => void;
}

/** A sink that need not wait gets what there is when it is this much: its memory is used again while the cache holds it. */
const EAGER_BYTES = 256 * 1024;

export class Output implements Consumer {
  readonly name: string;
  readonly type: string;
  readonly isNew: boolean;
  readonly ledger: Ledger;
  /** Looks at every batch that the output is given; nobody does, as a rule. Must not keep it, and must be quick. */
  onBatch: ((batch: Batch) => void) | undefined;
  readonly #settings: OutputSettings;
  readonly #health = new Health();
  readonly #parcelCount: number;
  readonly #positions: Map<string, StreamPosition>;
  /** Streams whose position moved since the last checkpoint. */
  readonly #moved = new Set<string>();
  readonly #abort = new AbortController();
  readonly #free: Parcel[] = [];
  readonly #sending: Parcel[] = [];
  #filling: Parcel;
  /** The checkpoint does not know of this output yet, or not of what its ledger says now. */
  #isUnsaved: boolean;
  #isSending = false;
  /** Somebody waits until all has arrived. */
  #isAwaited = false;
  #isAborted = false;
  /** After a reopening nothing is sent until a checkpoint holds the new destination. */
  #hold: 'none' | 'reopening' | 'reopened' | 'committing' = 'none';
  #release: (() => void) | undefined;
  #blockedSinceMs: number | undefined;
  #closedBy: Error | undefined;
  /** What the sink said when the last parcel arrived: exact for the positions. */
  #sinkState: unknown;
  #wakeRetry: (() => void) | undefined;

  constructor(settings: OutputSettings) {
    this.name = settings.name;
    this.type = settings.type;
    this.isNew = settings.positions === undefined;
    this.#isUnsaved = this.isNew;
    this.ledger = settings.ledger;
    this.#settings = settings;
    this.#sinkState = settings.sink.state();
    this.#positions = new Map(settings.positions ?? []);
    this.#parcelCount = parcelCount(settings.limits);
    this.#filling = this.#newParcel(settings.allocate);
    for (let parcel = 1; parcel < this.#parcelCount; parcel++)
      this.#free.push(this.#newParcel(settings.allocate));
  }

  // ---- the tailing side

  get hasCredit(): boolean {
    // A batch of any size can be taken then: into the free parcel, or into one that grows for it.
    return this.#free.length > 0 || this.#filling.isEmpty;
  }

  get blockedSinceMs(): number | undefined {
    return this.#blockedSinceMs;
  }

  positionOf(streamKey: string): StreamPosition | undefined {
    return this.#positions.get(streamKey);
  }

  begin(streamKey: string, position: StreamPosition): void {
    this.#positions.set(streamKey, position);
    this.#moved.add(streamKey);
  }

  accept(batch: Batch): void {
    const { encoder } = this.#settings;
    if (!this.#filling.isEmpty && encoder.estimate(batch) > this.#filling.room) this.#seal();
    if (!this.#filling.add(batch, encoder)) {
      if (!this.#filling.isEmpty) this.#seal();
      while (!this.#filling.add(batch, encoder)) this.#filling.grow();
    }
    if (this.#filling.length >= EAGER_BYTES) this.#sendNow();
    this.#health.acceptedRecords += batch.table.rows;
    if (!this.hasCredit) this.#blockedSinceMs ??= this.#settings.clock.monotonic();
    this.onBatch?.(batch);
  }

  /** Nothing more comes for now: if the sink is idle, what has gathered goes. */
  flush(): void {
    if (!this.#isSending && !this.#filling.isEmpty) this.#seal();
  }

  // ---- the sending side

  /** Everything that was accepted has arrived. */
  get isDelivered(): boolean {
    return this.#filling.isEmpty && this.#sending.length === 0;
  }

  /** From now on it tells of everything that has arrived, because somebody waits for all of it. */
  awaitDelivery(): void {
    this.#isAwaited = true;
  }

  snapshot(nowMs: number): OutputSnapshot {
    const { name, type, ledger } = this;
    const inFlight = this.#sending.reduce((sum, parcel) => sum + parcel.length, this.#filling.length);
    return {
      name,
      type,
      acceptedRecords: this.#health.acceptedRecords,
      retries: this.#health.retries,
      inFlightBytes: inFlight,
      blockedForMs: this.#blockedSinceMs === undefined ? undefined : nowMs - this.#blockedSinceMs,
      failing: this.#health.failingAt(nowMs),
      ledger: ledger.toRecord(),
    };
  }

  /** Why the destination is gone for good, if it is. */
  get closedBy(): Error | undefined {
    return this.#closedBy;
  }

  /** Stops sending: what has not arrived stays unacknowledged. */
  abort(): void {
    this.#isAborted = true;
    this.#abort.abort();
    this.#wakeRetry?.();
    this.#release?.();
  }

  /** Positions that moved since this was last asked, and forgets that they did. */
  takeMoved(): ReadonlyMap<string, StreamPosition> {
    const moved = new Map<string, StreamPosition>();
    for (const key of this.#moved) {
      const position = this.#positions.get(key);
      if (position !== undefined) moved.set(key, position);
    }
    this.#moved.clear();
    this.#isUnsaved = false;
    if (this.#hold === 'reopened') this.#hold = 'committing';
    return moved;
  }

  get sinkState(): unknown {
    return this.#sinkState;
  }

  /** Whether it writes to this file. */
  owns(file: Identity): boolean {
    return this.#settings.sink.owns?.(file) === true;
  }

  /** Makes what has arrived durable at the destination. */
  sync(): Promise<void> {
    return this.#settings.sink.sync();
  }

  /** Opens the destination anew under its name, between two parcels. */
  async reopen(): Promise<void> {
    // Nothing goes to the new destination before a checkpoint knows of it: what a crash leaves there could not be told
    // from what somebody else wrote.
    this.#hold = 'reopening';
    try {
      await this.#settings.sink.reopen();
    } finally {
      this.#sinkState = this.#settings.sink.state();
      this.#isUnsaved = true;
      this.#hold = 'reopened';
    }
  }

  /** A checkpoint was made, or could not be: what waited for it goes on. */
  committed(): void {
    if (this.#hold !== 'committing') return;
    this.#hold = 'none';
    this.#release?.();
  }

  close(): Promise<void> {
    return this.#settings.sink.close();
  }

  get hasMoved(): boolean {
    return this.#isUnsaved || this.#moved.size > 0;
  }

  /** What is on its way still arrives, but says nothing any more of where the stream stands. */
  forget(streamKey: string): void {
    this.#positions.delete(streamKey);
    this.#moved.delete(streamKey);
    for (const parcel of [this.#filling, ...this.#sending]) parcel.positions.delete(streamKey);
  }

  #newParcel(allocate: Allocate): Parcel {
    const { limits } = this.#settings;
    return new Parcel(parcelBytes(limits), parcelCapacity(limits), allocate);
  }

  /** Where the sink need not wait, a parcel goes at once; false if it has to take the long way. */
  #sendNow(): boolean {
    const parcel = this.#filling;
    if (this.#isSending || this.#hold !== 'none' || this.#isAborted) return false;
    if (parcel.length > 0 && this.#settings.sink.writeNow?.(parcel.bytes) !== true) return false;
    this.#acknowledge(parcel, DELIVERED);
    // Nobody is told: while nothing is being sent there is credit, and who looks whether all has arrived looks now.
    parcel.clear();
    return true;
  }

  #seal(): void {
    if (this.#sendNow()) return;
    this.#sending.push(this.#filling);
    // There is none only when the output is flushed, and then nothing is accepted until one comes back.
    this.#filling = this.#free.pop() ?? this.#newParcel(allocateApart);
    if (!this.#isSending) {
      this.#isSending = true;
      this.#send().catch((error: unknown) => this.fail(error));
    }
  }

  /** Sends parcels in order until none is left. One at a time: order is kept within each stream. */
  async #send(): Promise<void> {
    for (let parcel = this.#sending[0]; parcel !== undefined; parcel = this.#sending[0]) {
      await this.#whileHeld();
      const outcome = await this.#deliver(parcel);
      if (outcome === undefined) break;
      // A commit that is due already comes by itself; and a look that would find nothing new costs more than the delivery did.
      const isNews = this.#isAwaited || !this.hasMoved || this.#blockedSinceMs !== undefined;
      this.#acknowledge(parcel, outcome);
      this.#sending.shift();
      this.#recycle(parcel);
      if (isNews) this.#settings.onProgress();
    }
    this.#isSending = false;
    if (this.#isAwaited || this.#isAborted || this.#closedBy !== undefined || !this.#filling.isEmpty)
      this.#settings.onProgress();
  }

  async #whileHeld(): Promise<void> {
    if (this.#hold === 'none' || this.#isAborted) return;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
    });
  }

  /** Tries until it works; undefined if it was given up. */
  async #deliver(parcel: Parcel): Promise<Outcome | undefined> {
    const { sink, onTrouble, onRecovered } = this.#settings;
    for (let failures = 0; !this.#isAborted; ) {
      const outcome: Outcome =
        parcel.length === 0 ? { kind: 'delivered' } : await sink.write(parcel.bytes, this.#abort.signal);
      if (outcome.kind === 'closed') {
        this.#closedBy = outcome.error;
        return undefined;
      }
      if (outcome.kind !== 'transient') {
        if (failures > 0) onRecovered(failures);
        this.#health.recovered();
        return outcome;
      }
      if (this.#abort.signal.aborted) return undefined;
      failures++;
      this.#health.failed(outcome.error, this.#settings.clock.monotonic());
      onTrouble(outcome.error, failures);
      await this.#pause(backoffMs(failures));
    }
    return undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.after(ms, resolve);
      this.#wakeRetry = () => {
        cancel();
        resolve();
      };
      if (this.#isAborted) this.#wakeRetry();
    });
  }

  #acknowledge(parcel: Parcel, outcome: Outcome): void {
    this.#isUnsaved = true;
    this.#sinkState = this.#settings.sink.state();
    for (const [key, position] of parcel.positions) {
      this.#positions.set(key, position);
      this.#moved.add(key);
    }
    for (const { streamKey, gap } of parcel.gaps) this.ledger.lose(streamKey, gap);
    if (outcome.kind === 'delivered') this.ledger.deliver(parcel.records, parcel.length);
    else if (outcome.kind === 'rejected') this.ledger.reject(parcel.records, parcel.messageBytes);
  }

  #recycle(parcel: Parcel): void {
    parcel.clear();
    if (this.#free.length < this.#parcelCount - 1) this.#free.push(parcel);
    if (this.hasCredit) this.#blockedSinceMs = undefined;
  }

  /** The destination is gone for good. */
  fail(error: unknown): void {
    this.#closedBy ??= error instanceof Error ? error : new Error(String(error));
    this.#settings.onProgress();
  }
}
