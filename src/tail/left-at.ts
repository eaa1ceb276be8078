import type { Generation } from './generation.ts';

/** Where a reader left generations. Most readers have left none yet, and a WeakMap takes memory, and time of each collection. */
export class LeftAt {
  #offsets: WeakMap<Generation, number> | undefined;

  get(generation: Generation): number | undefined {
    return this.#offsets?.get(generation);
  }

  set(generation: Generation, offset: number): void {
    this.#offsets ??= new WeakMap();
    this.#offsets.set(generation, offset);
  }
}
