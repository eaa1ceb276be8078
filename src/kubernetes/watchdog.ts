import { approximateDuration } from '../core/units.ts';
import type { Clock } from '../system/system.ts';

/** Aborts what says nothing for too long. A connection can be dead for hours without either side knowing. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  #heardAtMs: number;
  #cancel: () => void;
  #hasBitten = false;

  constructor(clock: Clock, silenceMs: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#outer = outer;
    this.#heardAtMs = clock.monotonic();
    this.#cancel = clock.after(silenceMs, this.#look);
    outer.addEventListener('abort', this.#abort, { once: true });
    if (outer.aborted) this.#abort();
  }

  /** Aborted by silence, or with the signal that was handed in. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasBitten(): boolean {
    return this.#hasBitten;
  }

  heard(): void {
    this.#heardAtMs = this.#clock.monotonic();
  }

  stop(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort(this.#outer.reason);

  readonly #look = (): void => {
    const leftMs = this.#heardAtMs + this.#silenceMs - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#cancel = this.#clock.after(leftMs, this.#look);
      return;
    }
    this.#hasBitten = true;
    const reason = `nothing came for ${approximateDuration(this.#silenceMs)}, not even a bookmark`;
    this.#controller.abort(new Error(reason));
  };
}
