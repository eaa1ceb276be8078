import type { Clock } from '../system/system.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import type { Opening } from './opening.ts';

/** Who hears of what a look at a file has shown. */
export interface LookListener {
  /** It changed: what a checkpoint knows of it may be out of date. */
  onObserved(streamKey: string): void;
  onUnreadable(path: string, error: unknown): void;
}

/** Looks at files whether anything was written, cut or replaced; opens again those whose descriptor was given up. */
export class Looker {
  readonly #opening: Opening;
  readonly #clock: Clock;
  readonly #listener: LookListener;
  readonly #onOpened: (stream: ContainerStream) => void;

  constructor(
    opening: Opening,
    clock: Clock,
    listener: LookListener,
    onOpened: (stream: ContainerStream) => void,
  ) {
    this.#opening = opening;
    this.#clock = clock;
    this.#listener = listener;
    this.#onOpened = onOpened;
  }

  /** Looks at all files of a stream that somebody still needs; true if anything had changed. */
  look(stream: ContainerStream, nowMs: number): boolean {
    let changed = false;
    let from = Number.POSITIVE_INFINITY;
    for (const { sequence } of stream.lanes) if (sequence < from) from = sequence;
    for (const generation of stream.generations) {
      if (generation.sequence < from || generation.ending !== undefined) continue;
      if (this.lookAt(stream, generation, nowMs)) changed = true;
    }
    return changed;
  }

  lookAt(stream: ContainerStream, generation: Generation, nowMs: number): boolean {
    try {
      const changed = generation.isOpen ? generation.look(nowMs) : this.#wake(stream, generation);
      if (generation.isEnded) stream.suspectTruncation();
      if (changed) this.#listener.onObserved(stream.key);
      return changed;
    } catch (error) {
      this.#listener.onUnreadable(generation.sighted.path, error);
      return false;
    }
  }

  /** A generation whose descriptor was given up for others: its path tells whether it is needed again. */
  #wake(stream: ContainerStream, generation: Generation): boolean {
    if (!generation.listed) return false;
    const state = this.#opening.checkClosed(generation);
    if (state === 'replaced') stream.needsScan = true;
    const isMissed = state === 'same' && stream.hasUnread(generation);
    if (state !== 'changed' && !isMissed) return false;
    this.#opening.open(generation, { nowMs: this.#clock.monotonic(), wallMs: this.#clock.now() });
    if (generation.isOpen) this.#onOpened(stream);
    return true;
  }
}
