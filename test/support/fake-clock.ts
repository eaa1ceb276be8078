import type { Clock } from '../../src/system/system.ts';

/** More turns than this without time moving on means that something spins instead of waiting. */
const MAX_TURNS = 10_000;

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * Time that moves only when a test says so. The wall clock and the monotonic one are separate, because the wall clock can
 * be stepped. Whatever a test does in the same order happens in the same order, to the microtask.
 *
 * setImmediate is used in one place, to let all microtasks run out: it waits for no time and depends on none.
 */
export class FakeClock {
  #monotonic = 0;
  #wallOffset: number;
  #order = 0;
  readonly #timers: Timer[] = [];
  readonly #ready: (() => void)[] = [];

  constructor(wallMs: number) {
    this.#wallOffset = wallMs;
  }

  get monotonic(): number {
    return this.#monotonic;
  }

  get wall(): number {
    return this.#wallOffset + this.#monotonic;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.filter((timer) => !timer.cancelled).length;
  }

  stepWall(ms: number): void {
    this.#wallOffset += ms;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = {
      due: this.#monotonic + Math.max(0, ms),
      order: ++this.#order,
      callback,
      cancelled: false,
    };
    pushTimer(this.#timers, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Runs the callback in a later turn, without time moving on: as soon as the work at hand is done. */
  soon(callback: () => void): void {
    this.#ready.push(callback);
  }

  /** Lets everything happen that can happen without time moving on. */
  async settle(): Promise<void> {
    await microtasksDone();
    for (let turns = 0; this.#ready.length > 0; turns++) {
      if (turns > MAX_TURNS) throw new Error('spins: it yields again and again instead of waiting');
      this.#ready.shift()?.();
      await microtasksDone();
    }
  }

  /** Moves both clocks on, running what falls due in order, each with everything that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    for (let turns = 0; ; turns++) {
      const next = this.#timers[0];
      if (next === undefined || next.due > end) break;
      this.#timers.shift();
      if (next.cancelled) continue;
      if (turns > MAX_TURNS) throw new Error('spins: its timers are due at once, again and again');
      this.#monotonic = Math.max(this.#monotonic, next.due);
      next.callback();
      await this.settle();
    }
    this.#monotonic = end;
  }

  /** The clock as one process sees it: nothing of it happens once the process has died. */
  forProcess(isAlive: () => boolean): Clock {
    return {
      now: () => this.wall,
      monotonic: () => this.#monotonic,
      after: (ms, callback) =>
        this.after(ms, () => {
          if (isAlive()) callback();
        }),
      yield: () =>
        new Promise((resolve) => {
          this.soon(() => {
            if (isAlive()) resolve();
          });
        }),
    };
  }
}

const microtasksDone = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const isBefore = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

/** Kept sorted; a simulation has few timers, and most new ones are the last. */
const pushTimer = (timers: Timer[], timer: Timer): void => {
  let at = timers.length;
  for (let before = timers[at - 1]; before !== undefined && isBefore(timer, before); before = timers[at - 1])
    at--;
  timers.splice(at, 0, timer);
};
