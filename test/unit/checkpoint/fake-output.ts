import type { CheckpointedOutput } from '../../../src/checkpoint/checkpointer.ts';
import { positionAt, type StreamPosition } from '../../../src/core/position.ts';

/** An output as a checkpoint sees it: moved by hand, and synced when the test lets it. */
export class FakeOutput implements CheckpointedOutput {
  /** How many commits it was told of. */
  commits = 0;
  readonly type = 'stdout';
  readonly name: string;
  readonly ledger = { toRecord: () => ({ delivered: this.#delivered }) };
  /** What the next syncs do; without an entry they work. */
  readonly syncs: (() => Promise<void>)[] = [];
  syncCount = 0;
  #moved = new Map<string, StreamPosition>();
  #delivered = 0;

  constructor(name = 'out') {
    this.name = name;
  }

  move(streamKey: string, offset: number): void {
    this.#moved.set(streamKey, positionAt(1, offset));
    this.#delivered += 1;
  }

  get hasMoved(): boolean {
    return this.#moved.size > 0;
  }

  get sinkState(): unknown {
    return { written: this.#delivered };
  }

  committed(): void {
    this.commits++;
  }

  takeMoved(): ReadonlyMap<string, StreamPosition> {
    const moved = this.#moved;
    this.#moved = new Map();
    return moved;
  }

  sync(): Promise<void> {
    this.syncCount++;
    return this.syncs.shift()?.() ?? Promise.resolve();
  }
}
