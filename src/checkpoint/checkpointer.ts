import type { StreamPosition } from '../core/position.ts';
import type { CheckpointSnapshot } from '../telemetry/snapshot.ts';
import type { AgentState, CheckpointChange, OutputState, StreamState } from './state.ts';
import type { Store } from './store.ts';

/** An output, as far as a checkpoint is concerned. */
export interface CheckpointedOutput {
  readonly name: string;
  readonly type: string;
  readonly hasMoved: boolean;
  readonly ledger: { toRecord(): unknown };
  /** Exact for the positions. */
  readonly sinkState: unknown;
  takeMoved(): ReadonlyMap<string, StreamPosition>;
  sync(): Promise<void>;
  /** A commit is over. */
  committed(): void;
}

export interface CheckpointerSettings {
  readonly agent: AgentState;
  readonly intervalMs: number;
  /** What is known of a stream now; undefined if it is gone. */
  stateOf(streamKey: string): StreamState | undefined;
  onFailed(error: unknown): void;
  onRecovered(): void;
}

/**
 * Gathers what changed and commits it in groups, about once a second. A commit is one entry: positions, generations,
 * ledger and the sinks' own states are of one moment, so that after a crash they agree.
 *
 * If a commit fails the agent ships on: the change is kept (in the store), and the next commit has it.
 */
export class Checkpointer {
  readonly #store: Store;
  readonly #outputs: readonly CheckpointedOutput[];
  readonly #settings: CheckpointerSettings;
  readonly #changed = new Set<string>();
  readonly #forgotten = new Set<string>();
  #dueMs = 0;
  #isFailing = false;
  #isAgentSaved = false;
  #running: Promise<void> | undefined;
  #commits = 0;
  #unsavedSinceMs: number | undefined;
  #failingSinceMs: number | undefined;
  /** Of the step that began what runs now. */
  #stepMs = 0;

  constructor(store: Store, outputs: readonly CheckpointedOutput[], settings: CheckpointerSettings) {
    this.#store = store;
    this.#outputs = outputs;
    this.#settings = settings;
  }

  /** A stream's generations are not what they were. */
  changed(streamKey: string): void {
    this.#changed.add(streamKey);
  }

  forget(streamKey: string): void {
    this.#changed.delete(streamKey);
    this.#forgotten.add(streamKey);
  }

  /** Something waits for the next commit: it is due at once. */
  hurry(): void {
    this.#dueMs = 0;
  }

  /** When a commit is due, monotonic ms; undefined while there is nothing to commit. */
  get nextDueMs(): number | undefined {
    return this.#hasChanges && this.#running === undefined ? this.#dueMs : undefined;
  }

  /** Starts a commit if one is due. Never more than one at a time. */
  step(nowMs: number): void {
    this.#stepMs = nowMs;
    if (this.#hasChanges) this.#unsavedSinceMs ??= nowMs;
    if (this.#running !== undefined || !this.#hasChanges || nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + this.#settings.intervalMs;
    this.#running = this.#commit().finally(() => {
      this.#running = undefined;
    });
  }

  snapshot(nowMs: number): CheckpointSnapshot {
    const since = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : nowMs - ms);
    return {
      commits: this.#commits,
      unsavedForMs: since(this.#unsavedSinceMs),
      failingForMs: since(this.#failingSinceMs),
    };
  }

  /** Commits everything, now: at the end. How long files were when last seen is the last thing known of them. */
  async finish(streamKeys: Iterable<string> = []): Promise<void> {
    await this.#running;
    for (const key of streamKeys) this.#changed.add(key);
    if (this.#hasChanges) await this.#commit();
  }

  get #hasChanges(): boolean {
    if (!this.#isAgentSaved || this.#isFailing || this.#changed.size > 0 || this.#forgotten.size > 0)
      return true;
    return this.#outputs.some((output) => output.hasMoved);
  }

  async #commit(): Promise<void> {
    // In an entry of its own: a stream of the same name may have begun anew, and must not inherit the old positions.
    const forgotten = this.#forgotten.size > 0 ? [this.#takeForgotten()] : [];
    const saved = this.#outputs.filter((output) => output.hasMoved);
    const changes = [...forgotten, this.#takeChange()];
    const takenMs = this.#stepMs;
    try {
      await this.#syncOutputs(changes);
      for (const change of changes) await this.#store.commit(change);
      if (this.#isFailing) this.#settings.onRecovered();
      this.#isFailing = false;
      this.#failingSinceMs = undefined;
      this.#commits++;
      // What came while it was written waits for the next one, since the first step that could have seen it.
      this.#unsavedSinceMs = this.#hasChanges ? takenMs : undefined;
    } catch (error) {
      for (const change of changes) this.#store.hold(change);
      this.#isFailing = true;
      this.#failingSinceMs ??= takenMs;
      this.#settings.onFailed(error);
    }
    for (const output of saved) output.committed();
  }

  /** What a checkpoint counts as delivered must be durable first. */
  async #syncOutputs(changes: readonly CheckpointChange[]): Promise<void> {
    // After a failure positions are held back: also of an output that has not moved since.
    const hasPositions = ({ name }: CheckpointedOutput): boolean =>
      this.#isFailing || changes.some((change) => change.outputs.has(name));
    await Promise.all(this.#outputs.filter(hasPositions).map((output) => output.sync()));
  }

  #takeForgotten(): CheckpointChange {
    const streams = new Map([...this.#forgotten].map((key) => [key, undefined] as const));
    this.#forgotten.clear();
    return { streams, outputs: new Map() };
  }

  #takeChange(): CheckpointChange {
    const outputs = new Map<string, OutputState>();
    for (const output of this.#outputs) {
      if (!output.hasMoved) continue;
      const { name, type, sinkState: sink } = output;
      const positions = output.takeMoved();
      for (const key of positions.keys()) this.#changed.add(key);
      outputs.set(name, { type, positions, ledger: output.ledger.toRecord(), sink });
    }
    const streams = new Map<string, StreamState>();
    for (const key of this.#changed) {
      const state = this.#settings.stateOf(key);
      if (state !== undefined) streams.set(key, state);
    }
    this.#changed.clear();
    const agent = this.#isAgentSaved ? undefined : this.#settings.agent;
    this.#isAgentSaved = true;
    return { agent, streams, outputs };
  }
}
