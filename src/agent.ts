import { newDiscovery, openRooms, type Rooms, type SinkFactory } from './assemble.ts';
import { Checkpointer } from './checkpoint/checkpointer.ts';
import type { Store } from './checkpoint/store.ts';
import type { Config } from './config/config.ts';
import type { PodSource } from './core/pod.ts';
import type { Output } from './deliver/output.ts';
import type { Discovery } from './discover/discovery.ts';
import type { PodTreatments } from './enrich/pod-treatments.ts';
import { Overview } from './serve/overview.ts';
import { Doorbell } from './system/doorbell.ts';
import type { System } from './system/system.ts';
import { Tailing } from './tail/tailing.ts';
import { Events } from './telemetry/events.ts';
import type { Logger } from './telemetry/logger.ts';

/**
 * The collect flow:
 *
 *   discover ──> tail ──> decode ──> join ──> shape ──> encode ──> deliver ──> acknowledge ──> checkpoint
 *   Discovery    Tailing: one turn of a lane, one batch   Output                               Checkpointer
 *                PodTreatments: what a stream's pod and the configuration say of it
 *
 * One loop does all of it (`#loop`). Whatever happens outside (hints, acknowledgements, signals, timers) rings the
 * doorbell and does nothing else; the loop then looks. A turn of a lane is synchronous from read to encode; only finding
 * the next thing to do and sending wait.
 */
export interface AgentOptions {
  readonly config: Config;
  readonly system: System;
  readonly logger: Logger;
  /** Deliver what is there, then end. */
  readonly once: boolean;
  /** How an output's sink is made; for tests. */
  readonly sinkFactory?: SinkFactory;
  /** Who knows the pods, whatever the configuration says; for tests. */
  readonly podSource?: PodSource;
}

/** The loop never waits longer: a bound on what a lost ring could cost. */
const LONGEST_WAIT_MS = 1_000;

/** A disk that hangs must not keep the agent from ending. */
const CHECKPOINT_MS = 5_000;
const CLOSE_MS = 1_000;

export class Agent {
  /** How it does, for whoever asks. */
  readonly overview: Overview;
  readonly #options: AgentOptions;
  readonly #system: System;
  readonly #events: Events;
  readonly #bell: Doorbell;
  readonly #store: Store;
  readonly #outputs: readonly Output[];
  readonly #treatments: PodTreatments;
  readonly #tailing: Tailing;
  readonly #discovery: Discovery;
  readonly #checkpointer: Checkpointer;
  #stopBy: string | undefined;
  #reopens = false;
  #hasBegun = false;
  #reopening: Promise<unknown> | undefined;

  private constructor(options: AgentOptions, rooms: Rooms, bell: Doorbell, events: Events) {
    const { config, system } = options;
    const { outputs, kernel } = rooms;
    this.#options = options;
    this.#system = system;
    this.#events = events;
    this.#bell = bell;
    this.#store = rooms.store;
    this.#outputs = outputs;
    this.#treatments = rooms.treatments;
    this.#tailing = this.#newTailing(rooms);
    this.#discovery = newDiscovery(config, system, events, {
      onSighting: (sighting) => this.#tailing.observe(sighting),
      onHint: bell.ring,
      unreadBytes: (key) => this.#tailing.unreadBytes(key),
    });
    this.#checkpointer = this.#newCheckpointer();
    this.overview = new Overview({
      clock: system.clock,
      kernel: kernel.name,
      discovery: this.#discovery,
      tailing: this.#tailing,
      outputs,
      checkpointer: this.#checkpointer,
      counters: events.counters,
      podSource: this.#treatments.source,
    });
  }

  /** Locks and reads the state, opens the outputs. Throws a BirlerError that says what is wrong. */
  static async start(options: AgentOptions): Promise<Agent> {
    const { config, system, logger, sinkFactory, podSource } = options;
    const events = new Events(logger, () => system.clock.monotonic());
    const bell = new Doorbell(system.clock);
    const told: { agent?: Agent } = {};
    const onTreatmentsChanged = (keys: readonly string[]): void => told.agent?.treatAnew(keys);
    const rooms = await openRooms(config, {
      system,
      events,
      bell,
      sinkFactory,
      podSource,
      onTreatmentsChanged,
    });
    events.started({
      logs: config.sources.logsDirectory,
      pods: config.sources.podsDirectory,
      state: config.state.directory,
      kernel: rooms.kernel.name,
      outputs: config.outputs.map(({ name, format }) => `${name} (${format})`),
    });
    told.agent = new Agent(options, rooms, bell, events);
    return told.agent;
  }

  /** Runs until it is stopped, an output closes or, with `once`, everything is delivered. Returns the exit code. */
  async run(): Promise<number> {
    this.#treatments.start();
    try {
      await this.#loop();
      return await this.#finish();
    } finally {
      this.#treatments.close();
      this.#discovery.close();
      this.#tailing.close();
      await this.#store.close();
    }
  }

  /** Begins a clean stop: what was read is delivered, within the grace period. */
  stop(why: string): void {
    this.#stopBy ??= why;
    this.#bell.ring();
  }

  /** Opens the file outputs anew, after somebody renamed them. */
  reopenOutputs(): void {
    this.#reopens = true;
    this.#bell.ring();
  }

  private treatAnew(streamKeys: readonly string[]): void {
    this.#tailing.treatAnew(streamKeys);
    this.#bell.ring();
  }

  // ---- the loop

  readonly #scan = (directory: string, always: boolean): void => this.#discovery.scan(directory, always);

  async #loop(): Promise<void> {
    const { clock } = this.#system;
    while (!this.#isOver()) {
      const now = clock.monotonic();
      this.overview.pass(now);
      this.#discovery.step(now);
      if (this.#discovery.isComplete) this.#begin();
      this.#tailing.poll(now, this.#scan);
      this.#tailing.read(now);
      if (this.#reopens && this.#reopening === undefined) this.#reopenOutputs();
      for (const output of this.#outputs) output.flush();
      this.#checkpointer.step(now);
      if (this.#tailing.hasMore || this.#discovery.isBusy) await clock.yield();
      else await this.#bell.wait(this.#nextDueMs(now) - clock.monotonic());
    }
  }

  /** What comes after the first walk is new; and once the directory is there, what is not in it is gone. */
  #begin(): void {
    this.#tailing.started();
    if (this.#hasBegun || this.#discovery.isMissing) return;
    this.#hasBegun = true;
    this.#tailing.giveUpGone();
  }

  /** Not waited for: one that hangs in a write must stop neither the others nor the loop. */
  #reopenOutputs(): void {
    this.#reopens = false;
    this.#reopening = Promise.all(this.#outputs.map((output) => this.#reopen(output))).finally(() => {
      this.#reopening = undefined;
      // The reopened outputs send nothing until a checkpoint knows their new files.
      this.#checkpointer.hurry();
      this.#bell.ring();
    });
  }

  async #reopen(output: Output): Promise<void> {
    try {
      await output.reopen();
      this.#events.outputReopened(output.name);
    } catch (error) {
      this.#events.outputNotReopened(output.name, error);
    }
  }

  #nextDueMs(now: number): number {
    const { nextDueMs: checkpointDueMs = Number.POSITIVE_INFINITY } = this.#checkpointer;
    return Math.min(
      now + LONGEST_WAIT_MS,
      this.#tailing.nextDueMs,
      this.#discovery.nextDueMs,
      checkpointDueMs,
    );
  }

  #isOver(): boolean {
    if (this.#stopBy !== undefined || this.#outputs.some((output) => output.closedBy !== undefined))
      return true;
    if (!this.#options.once || !this.#discovery.isComplete) return false;
    return (
      this.#tailing.isQuiet(this.#system.clock.monotonic()) &&
      this.#outputs.every((output) => output.isDelivered)
    );
  }

  // ---- the end

  async #finish(): Promise<number> {
    this.overview.stopping();
    const closed = this.#outputs.find((output) => output.closedBy !== undefined);
    if (closed?.closedBy !== undefined) this.#events.outputClosed(closed.name, closed.closedBy);
    else this.#events.stopping(this.#stopBy ?? 'everything that was there is delivered');
    this.#tailing.finish(this.#system.clock.monotonic(), this.#scan);
    await this.#deliverRest();
    const isDelivered = this.#outputs.every((output) => output.isDelivered);
    for (const output of this.#outputs) output.abort();
    await this.#atMost(CHECKPOINT_MS, this.#checkpointer.finish(this.#tailing.streamKeys));
    await this.#atMost(CLOSE_MS, Promise.all(this.#outputs.map((output) => output.close())));
    const records = this.#outputs.reduce((sum, output) => sum + output.ledger.records, 0);
    this.#events.stopped({ records, isDelivered });
    return closed === undefined ? 0 : 1;
  }

  async #deliverRest(): Promise<void> {
    const { clock } = this.#system;
    const until = clock.monotonic() + this.#options.config.graceMs;
    for (;;) {
      for (const output of this.#outputs) output.flush();
      const waiting = this.#outputs.some((output) => !output.isDelivered && output.closedBy === undefined);
      const left = until - clock.monotonic();
      if (!waiting || left <= 0) return;
      await this.#bell.wait(left);
    }
  }

  async #atMost(ms: number, work: Promise<unknown>): Promise<void> {
    const { clock } = this.#system;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(ms, resolve);
      const end = (): void => {
        cancel();
        resolve();
      };
      work.then(end, end);
    });
  }

  // ---- putting the rooms together

  #newTailing({ decoding, treatments }: Rooms): Tailing {
    const { config, once } = this.#options;
    const events = this.#events;
    return new Tailing(this.#system, this.#outputs, {
      limits: { ...config.limits, treatmentBytes: treatments.arenaBytes },
      startAt: config.startAt,
      isOnce: once,
      decoding,
      treatments,
      recorded: () => [...this.#store.state.streams].map(([key, { origin }]) => [key, origin]),
      recordsOf: (key) => this.#store.state.streams.get(key)?.generations ?? [],
      onObserved: (key) => this.#checkpointer.changed(key),
      onForgotten: (key) => this.#forget(key),
      onIdle: ({ directory }) => this.#discovery.watchIdle(directory),
      onBusy: ({ directory }) => this.#discovery.unwatchIdle(directory),
      isWatched: ({ directory }) => this.#discovery.isWatched(directory),
      onReady: this.#bell.ring,
      isOwnOutput: (file) => this.#outputs.some((output) => output.owns(file)),
      onUnreadable: (path, error) => events.fileUnreadable(path, error),
      onLinesUnparsed: (key, lines) => events.linesUnparsed(key, lines),
      onNulBytesSkipped: (key, bytes) => events.nulBytesSkipped(key, bytes),
      onRateUsedUp: () => events.rateUsedUp(),
      onRecordsDropped: (records, bytes) => events.recordsFiltered(records, bytes),
    });
  }

  /** Nothing is left of a stream: its positions are of no use any more. */
  #forget(streamKey: string): void {
    for (const output of this.#outputs) output.forget(streamKey);
    this.#checkpointer.forget(streamKey);
    this.#events.streamForgotten(streamKey);
  }

  #newCheckpointer(): Checkpointer {
    const { config } = this.#options;
    const { clock, process } = this.#system;
    return new Checkpointer(this.#store, this.#outputs, {
      agent: { pid: process.pid, host: config.host, startedAt: new Date(clock.now()).toISOString() },
      intervalMs: config.state.checkpointIntervalMs,
      stateOf: (key) => this.#tailing.stateOf(key),
      onFailed: (error) => this.#events.checkpointFailed(error),
      onRecovered: () => this.#events.checkpointWorksAgain(),
    });
  }
}
