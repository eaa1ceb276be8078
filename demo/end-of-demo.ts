import { setTimeout as pause } from 'node:timers/promises';

const INTERRUPTED = 130;
/** npm hands a Ctrl+C on to us that the terminal has sent us already: two signals so close are one. */
const SAME_SIGNAL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal ends the demo in good order; a second one at once, when `atOnce` has cleaned up. */
export class EndOfDemo implements Disposable {
  readonly #asked = new AbortController();
  readonly #atOnce: () => void;
  #askedAtMs = 0;

  constructor(atOnce: () => void) {
    this.#atOnce = atOnce;
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  get isAsked(): boolean {
    return this.#asked.signal.aborted;
  }

  /** Resolves after that many seconds, or at the first signal. */
  async after(seconds: number): Promise<void> {
    const { signal } = this.#asked;
    await pause(seconds * 1_000, undefined, { signal }).catch(() => undefined); // Asked to end: as good as the time.
  }

  readonly #onSignal = (): void => {
    const now = performance.now();
    if (!this.isAsked) {
      this.#askedAtMs = now;
      this.#asked.abort();
    } else if (now - this.#askedAtMs > SAME_SIGNAL_MS) {
      this.#atOnce();
      process.exit(INTERRUPTED);
    }
  };

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
    this.#asked.abort(); // Whoever still waits for the time need not: a pending pause would keep the process.
  }
}
