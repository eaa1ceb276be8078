import type { Random } from '../simulation/random.ts';

/** Something that happens now and then, at times that the seed decides. */
export class Timetable {
  readonly #random: Random;
  readonly #leastMs: number;
  readonly #mostMs: number;
  #nextMs: number;

  constructor(random: Random, leastMs: number, mostMs: number) {
    this.#random = random;
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
    this.#nextMs = this.#afterNow();
  }

  isDue(): boolean {
    if (performance.now() < this.#nextMs) return false;
    this.#nextMs = this.#afterNow();
    return true;
  }

  #afterNow(): number {
    return performance.now() + this.#random.between(this.#leastMs, this.#mostMs);
  }
}
