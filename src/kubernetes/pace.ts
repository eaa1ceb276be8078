import type { Clock } from '../system/system.ts';

/** How long to wait before a server is asked again. */
export interface PaceSettings {
  /** Within this time the first request is made. */
  readonly startSpreadMs: number;
  /** Within this time it is made after a first failure; twice that after the next, and so on. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Five thousand agents that start together, or lose the API server together, must not come back together: each wait is any
 * time between nothing and a bound that doubles (full jitter).
 */
export class Pace {
  readonly #settings: PaceSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;

  constructor(settings: PaceSettings, clock: Clock, random: () => number) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /** Before the first request. */
  startMs(): number {
    return this.#random() * this.#settings.startSpreadMs;
  }

  /** A server that asked for a pause gets it, and on top what keeps the others apart. */
  afterFailureMs(retryAfterMs: number): number {
    const { firstMs, longestMs } = this.#settings;
    const bound = Math.min(longestMs, firstMs * 2 ** Math.min(20, this.#failures++));
    return retryAfterMs + this.#random() * bound;
  }

  /** Where trying soon again is of no use: somebody has to change something first. */
  afterRefusalMs(): number {
    return this.#settings.longestMs * (0.5 + 0.5 * this.#random());
  }

  /** A regular pause, with a tenth of play to both sides. */
  around(ms: number): number {
    return ms * (0.9 + 0.2 * this.#random());
  }

  recovered(): void {
    this.#failures = 0;
  }

  /** Waits; rejects when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        cancel();
        reject(new Error('closed'));
      };
      const cancel = this.#clock.after(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }
}
