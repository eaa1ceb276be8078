import type { Clock } from '../system/system.ts';

/** Streams that wait for their pod, each for the same time: one timer for all of them. */
export class WaitingList {
  readonly #clock: Clock;
  readonly #onOver: (streamKeys: readonly string[]) => void;
  /** When each has waited long enough, in that order; monotonic ms. As many as there are streams, at most. */
  readonly #dueMs = new Map<string, number>();
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onOver: (streamKeys: readonly string[]) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  add(streamKey: string, ms: number): void {
    this.#dueMs.set(streamKey, this.#clock.monotonic() + ms);
    this.#cancel ??= this.#clock.after(ms, this.#look);
  }

  has(streamKey: string): boolean {
    return this.#dueMs.has(streamKey);
  }

  remove(streamKey: string): void {
    this.#dueMs.delete(streamKey);
  }

  close(): void {
    this.#cancel?.();
    this.#dueMs.clear();
  }

  readonly #look = (): void => {
    this.#cancel = undefined;
    const now = this.#clock.monotonic();
    const over: string[] = [];
    for (const [key, due] of this.#dueMs) {
      // A changed configuration may have made later waits shorter: they end with the ones before them.
      if (due > now) {
        this.#cancel = this.#clock.after(due - now, this.#look);
        break;
      }
      this.#dueMs.delete(key);
      over.push(key);
    }
    if (over.length > 0) this.#onOver(over);
  };
}
