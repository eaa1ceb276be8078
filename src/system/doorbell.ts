import type { Clock } from './system.ts';

/**
 * What wakes a loop that waits: hints, acknowledgements and signals ring, and do nothing else. A ring while nobody waits
 * is remembered, so none is missed between a look and the wait.
 */
export class Doorbell {
  readonly #clock: Clock;
  #hasRung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly ring = (): void => {
    this.#hasRung = true;
    this.#wake?.();
  };

  /** Until it rings, or `ms` are over. */
  wait(ms: number): Promise<void> {
    if (this.#hasRung || ms <= 0) {
      this.#hasRung = false;
      return this.#clock.yield();
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        this.#hasRung = false;
        this.#wake = undefined;
        resolve();
      };
      const cancel = this.#clock.after(ms, finish);
      this.#wake = finish;
    });
  }
}
