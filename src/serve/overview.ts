import type { Batch } from '../core/batch.ts';
import type { PodSourceState } from '../core/pod.ts';
import type { Clock } from '../system/system.ts';
import type {
  AgentHealth,
  AgentSnapshot,
  CheckpointSnapshot,
  DirectoriesSnapshot,
  EventCounters,
  OutputSnapshot,
  PodsSnapshot,
  ReadingSnapshot,
  StreamDetails,
  StreamLag,
} from '../telemetry/snapshot.ts';

/** The agent's rooms, as far as they are asked how they do. */
export interface Rooms {
  readonly clock: Clock;
  readonly kernel: string;
  readonly discovery: { snapshot(): DirectoriesSnapshot };
  readonly tailing: {
    readonly streamKeys: Iterable<string>;
    snapshot(): ReadingSnapshot;
    lags(): readonly StreamLag[];
    describe(keys: Iterable<string>): readonly StreamDetails[];
  };
  readonly outputs: readonly WatchedOutput[];
  readonly checkpointer: { snapshot(nowMs: number): CheckpointSnapshot };
  readonly counters: Readonly<EventCounters>;
  /** Undefined where nobody is asked for pods. */
  readonly podSource?: { readonly state: PodSourceState } | undefined;
}

interface WatchedOutput {
  readonly name: string;
  onBatch: ((batch: Batch) => void) | undefined;
  snapshot(nowMs: number): OutputSnapshot;
}

/** The agent from outside: whoever asks how it does asks here. It costs nothing while nobody asks. */
export class Overview {
  readonly #rooms: Rooms;
  readonly #startedAtMs: number;
  #passMs: number;
  #isStopping = false;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
    this.#startedAtMs = rooms.clock.now();
    this.#passMs = rooms.clock.monotonic();
  }

  /** The agent's loop begins a pass. */
  pass(nowMs: number): void {
    this.#passMs = nowMs;
  }

  /** The loop is over: what was read is being delivered. */
  stopping(): void {
    this.#isStopping = true;
  }

  /** What the loop alone tells, for a liveness probe that must cost nothing. */
  get loop(): Pick<AgentSnapshot, 'phase' | 'loopAgeMs'> {
    const isComplete = this.#rooms.discovery.snapshot().isComplete;
    return {
      phase: this.#isStopping ? 'stopping' : isComplete ? 'running' : 'starting',
      loopAgeMs: this.#rooms.clock.monotonic() - this.#passMs,
    };
  }

  get health(): AgentHealth {
    const { clock, discovery, outputs, checkpointer } = this.#rooms;
    const nowMs = clock.monotonic();
    return {
      ...this.loop,
      directories: discovery.snapshot(),
      outputs: outputs.map((output) => output.snapshot(nowMs)),
      checkpoint: checkpointer.snapshot(nowMs),
    };
  }

  snapshot(): AgentSnapshot {
    const { clock, kernel, tailing, counters, podSource } = this.#rooms;
    return {
      ...this.health,
      nowMs: clock.now(),
      startedAtMs: this.#startedAtMs,
      kernel,
      reading: tailing.snapshot(),
      lags: tailing.lags(),
      counters,
      pods: podSource && podsSnapshot(podSource.state, clock.monotonic()),
    };
  }

  get streamKeys(): Iterable<string> {
    return this.#rooms.tailing.streamKeys;
  }

  /** What is known of these streams. */
  describe(keys: Iterable<string>): readonly StreamDetails[] {
    return this.#rooms.tailing.describe(keys);
  }

  get outputNames(): readonly string[] {
    return this.#rooms.outputs.map(({ name }) => name);
  }

  /** Has every batch of an output looked at; undefined: not any more. */
  watch(outputName: string, onBatch: ((batch: Batch) => void) | undefined): void {
    for (const output of this.#rooms.outputs) if (output.name === outputName) output.onBatch = onBatch;
  }
}

const podsSnapshot = ({ isSynced, trouble, heardAtMs }: PodSourceState, nowMs: number): PodsSnapshot => ({
  isSynced,
  trouble,
  heardAgeMs: heardAtMs === undefined ? undefined : nowMs - heardAtMs,
});
