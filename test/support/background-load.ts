import { setTimeout as pause } from 'node:timers/promises';

/** Ten turns a second would come in visible bursts; a hundred cost nothing. */
const TURN_MS = 10;

/** Does a little work again and again while a test goes on, until `stop`: the writers of a node that lives. */
export class BackgroundLoad {
  readonly #aborter = new AbortController();
  readonly #work: Promise<void>;

  /** @param turn is called about a hundred times a second with the milliseconds since its last call */
  constructor(turn: (elapsedMs: number) => void | Promise<void>) {
    this.#work = this.#run(turn);
  }

  async #run(turn: (elapsedMs: number) => void | Promise<void>): Promise<void> {
    let last = performance.now();
    while (!this.#aborter.signal.aborted) {
      const now = performance.now();
      await turn(now - last);
      last = now;
      await pause(TURN_MS, undefined, { signal: this.#aborter.signal }).catch(() => undefined);
    }
  }

  /** Ends after the turn that is under way; throws what a turn threw. */
  async stop(): Promise<void> {
    this.#aborter.abort();
    await this.#work;
  }
}

/** Turns elapsed time into a whole number of things to do, and carries the rest over. */
export class Pace {
  readonly #perSecond: number;
  #owed = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  due(elapsedMs: number): number {
    this.#owed += (elapsedMs * this.#perSecond) / 1_000;
    const whole = Math.floor(this.#owed);
    this.#owed -= whole;
    return whole;
  }
}
