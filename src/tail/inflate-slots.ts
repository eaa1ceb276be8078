import type { Clock } from '../system/system.ts';

/**
 * How many compressed generations are inflated at a time. Each needs an inflater and a window of more than a megabyte, and
 * a node with a thousand pods has three thousand of them when the agent starts: they take turns.
 */
export interface SlotHolder {
  /** Gives up what it holds; it will ask again when it is read. */
  evict(): void;
  /** A slot may be free now. */
  retry(): void;
}

const SLOTS = 4;
/** A holder that was not read for so long (its output is stuck) gives way to the next. */
const IDLE_MS = 2_000;

export class InflateSlots {
  readonly #clock: Clock;
  /** Since when each holder was not read. */
  readonly #holders = new Map<SlotHolder, number>();
  readonly #waiting = new Set<SlotHolder>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks for a slot, or says that the one it has is in use. False: it will be called when one may be free. */
  take(holder: SlotHolder): boolean {
    const now = this.#clock.monotonic();
    if (!this.#holders.has(holder) && this.#holders.size >= SLOTS) this.#evictIdle(now);
    if (!this.#holders.has(holder) && this.#holders.size >= SLOTS) {
      this.#waiting.add(holder);
      return false;
    }
    this.#waiting.delete(holder);
    this.#holders.set(holder, now);
    return true;
  }

  free(holder: SlotHolder): void {
    this.#waiting.delete(holder);
    if (!this.#holders.delete(holder)) return;
    this.#callNext();
  }

  /** Called now and then: whoever waits may have one that stands idle. */
  tidy(nowMs: number): void {
    if (this.#waiting.size > 0 && this.#evictIdle(nowMs)) this.#callNext();
  }

  #callNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next.retry();
  }

  #evictIdle(nowMs: number): boolean {
    for (const [holder, usedMs] of this.#holders) {
      if (nowMs - usedMs < IDLE_MS) continue;
      this.#holders.delete(holder);
      holder.evict();
      return true;
    }
    return false;
  }
}
