import type { PodSourceState } from '../core/pod.ts';
import type { Clock } from '../system/system.ts';

/** Told to the log: once when it stops working, for each reason anew, and once when it works again. */
export interface HealthListener {
  onTrouble(reason: string): void;
  onRecovered(): void;
}

/** Whether a source of pods works, and since when it has not. */
export class SourceHealth {
  readonly #clock: Clock;
  readonly #listener: HealthListener;
  #isSynced = false;
  #trouble = '';
  #heardAtMs: number | undefined;

  constructor(clock: Clock, listener: HealthListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  get state(): PodSourceState {
    return { isSynced: this.#isSynced, trouble: this.#trouble, heardAtMs: this.#heardAtMs };
  }

  /** When it last heard anything, or when it began to listen. */
  get heardAtMs(): number {
    return this.#heardAtMs ?? 0;
  }

  heard(): void {
    this.#heardAtMs = this.#clock.monotonic();
  }

  synced(): void {
    this.#isSynced = true;
  }

  failed(reason: string): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#listener.onTrouble(reason);
  }

  works(): void {
    if (this.#trouble === '') return;
    this.#trouble = '';
    this.#listener.onRecovered();
  }
}
