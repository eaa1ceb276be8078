import type { Batch } from '../core/batch.ts';
import type { OutputFormat } from '../core/encoder.ts';
import { createEncoder } from '../encode/encoder.ts';
import { typescriptKernel } from '../kernel/typescript-kernel.ts';
import type { Clock } from '../system/system.ts';
import type { Overview } from './overview.ts';
import { Tap, type TapClient } from './tap.ts';

/** Each may cost 2 MiB a second of encoding. */
const MOST_TAPS = 4;
const TICK_MS = 1_000;

export interface TapWish {
  readonly output: string;
  /** See matchesStream; empty: all streams. */
  readonly pattern: string;
  readonly format: OutputFormat;
  readonly color: boolean;
}

/** The taps that are open. While there are none, outputs have nobody who looks at their batches. */
export class Taps {
  readonly #overview: () => Overview;
  readonly #clock: Clock;
  readonly #open = new Map<Tap, { readonly output: string; readonly drop: () => void }>();
  #cancelTick: (() => void) | undefined;

  /** @param overview of the agent that runs now: a new configuration may bring a new one */
  constructor(overview: () => Overview, clock: Clock) {
    this.#overview = overview;
    this.#clock = clock;
  }

  get count(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= MOST_TAPS;
  }

  /**
   * @param drop called when the client takes nothing any more
   * @returns what closes the tap
   */
  open({ output, pattern, format, color }: TapWish, client: TapClient, drop: () => void): () => void {
    const clock = this.#clock;
    const encoderOptions = {
      recordId: false,
      gapRecords: true,
      color,
      observedTime: () => new Date(clock.now()).toISOString(),
    };
    const encoder = createEncoder(format, encoderOptions, typescriptKernel());
    const tap = new Tap(pattern, encoder, client, this.#clock.monotonic(), noticeIn(format));
    this.#open.set(tap, { output, drop });
    this.#watch(output);
    this.#cancelTick ??= this.#clock.after(TICK_MS, this.#tick);
    return () => this.#close(tap);
  }

  readonly #tick = (): void => {
    const nowMs = this.#clock.monotonic();
    for (const [tap, { drop }] of this.#open) {
      if (tap.tick(nowMs)) continue;
      this.#close(tap);
      drop();
    }
    // The output may be another one than a second ago.
    for (const output of new Set([...this.#open.values()].map((open) => open.output))) this.#watch(output);
    this.#cancelTick = this.#open.size === 0 ? undefined : this.#clock.after(TICK_MS, this.#tick);
  };

  #close(tap: Tap): void {
    const output = this.#open.get(tap)?.output;
    this.#open.delete(tap);
    if (output !== undefined) this.#watch(output);
    if (this.#open.size > 0) return;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  /** Tells the output who looks at it now. */
  #watch(output: string): void {
    const taps = [...this.#open].filter(([, open]) => open.output === output).map(([tap]) => tap);
    const onBatch = (batch: Batch): void => {
      const nowMs = this.#clock.monotonic();
      for (const tap of taps) tap.take(batch, nowMs);
    };
    this.#overview().watch(output, taps.length === 0 ? undefined : onBatch);
  }
}

/** So that `birler tap | jq` goes on. */
const noticeIn =
  (format: OutputFormat) =>
  (records: number): string =>
    format === 'json'
      ? `{"birler_tap":{"skipped_records":${records}}}\n`
      : `--- birler tap: ${records} records are not shown ---\n`;
