import type { Clock } from './system.ts';

/**
 * How long who waits rests after something that came in a swarm, before more of it wakes him again: longer if it goes on. The
 * first of a swarm wakes at once; then each pass takes all that came meanwhile, instead of one pass for each.
 */
const REST_MS = [1, 2, 4, 5] as const;
const LONGEST_REST = REST_MS.length - 1;
/** What comes so soon after a rest belongs to the same swarm. */
const SWARM_MS = 5;

/**
 * What wakes a loop that waits: hints, acknowledgements and signals ring, and do nothing else. A ring while nobody waits
 * is remembered, so none is missed between a look and the wait.
 */
export class Doorbell {
  readonly #clock: Clock;
  #hasRung = false;
  #wake: (() => void) | undefined;
  /** Somebody tapped, and who waits has not gone on since. */
  #isTapped = false;
  /** The last wait was over because somebody had tapped. */
  #wasTapped = false;
  /** Before that nobody goes on for a tap. */
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  /** How long the next rest is. */
  #rest = 0;
  #cancelTap: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly ring = (): void => {
    this.#hasRung = true;
    this.#wake?.();
  };

  /** For what comes in swarms: it wakes once for all that comes at once, and not again before a rest of a few milliseconds. */
  readonly tap = (): void => {
    if (this.#isTapped) return;
    this.#isTapped = true;
    if (this.#wake !== undefined) this.#answerTap(this.#wake);
  };

  /** Until it rings, or `ms` are over. */
  wait(ms: number): Promise<void> {
    if (this.#wasTapped) this.#restsUntilMs = this.#clock.monotonic() + (REST_MS[this.#rest] ?? 0);
    this.#wasTapped = false;
    if (this.#hasRung || ms <= 0) {
      this.#hasRung = false;
      this.#isTapped = false;
      return this.#clock.yield();
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#cancelTap?.();
        this.#cancelTap = undefined;
        this.#hasRung = false;
        this.#isTapped = false;
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#clock.after(ms, finish);
      this.#wake = finish;
      if (this.#isTapped) this.#answerTap(finish);
    });
  }

  #answerTap(finish: () => void): void {
    const goOn = (): void => {
      // It may have been woken otherwise meanwhile, and wait again.
      if (this.#wake !== finish) return;
      this.#wasTapped = true;
      finish();
    };
    const restMs = this.#restsUntilMs - this.#clock.monotonic();
    this.#rest = restMs > -SWARM_MS ? Math.min(this.#rest + 1, LONGEST_REST) : 0;
    if (restMs > 0) this.#cancelTap = this.#clock.after(restMs, goOn);
    // Not here and now: what else has come is told in the same breath.
    else this.#clock.yield().then(goOn, goOn);
  }
}
