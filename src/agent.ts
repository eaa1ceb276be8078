import {
  agentState,
  type Legacy,
  newDiscovery,
  newPolicy,
  openRooms,
  type Rooms,
  type SinkFactory,
} from './assemble.ts';
import { Checkpointer } from './checkpoint/checkpointer.ts';
import type { Store } from './checkpoint/store.ts';
import type { Config } from './config/config.ts';
import type { PodSource } from './core/pod.ts';
import type { Output } from './deliver/output.ts';
import type { Discovery } from './discover/discovery.ts';
import type { PodTreatments } from './enrich/pod-treatments.ts';
import { Overview } from './serve/overview.ts';
import { Doorbell } from './system/doorbell.ts';
import { isDoneWithin } from './system/is-done-within.ts';
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
  /** Goes on counting there; without it a new one writes to `logger`. */
  readonly events?: Events;
  /** What the agent before this one left; see `replace`. If the start fails it can be given to another one. */
  readonly legacy?: Legacy | undefined;
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
  readonly #rooms: Rooms;
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
  /** Another agent is to go on where this one ends. */
  #isReplaced = false;
  #legacy: Legacy | undefined;
  #reopens = false;
  #reopening: Promise<unknown> | undefined;

  private constructor(options: AgentOptions, rooms: Rooms, bell: Doorbell, events: Events) {
    const { config, system } = options;
    const { outputs, kernel } = rooms;
    this.#options = options;
    this.#rooms = rooms;
    this.#system = system;
    this.#events = events;
    this.#bell = bell;
    this.#store = rooms.store;
    this.#outputs = outputs;
    this.#treatments = rooms.treatments;
    if (options.once) for (const output of outputs) output.awaitDelivery();
    this.#tailing = this.#newTailing(rooms);
    this.#discovery = newDiscovery(config, system, events, {
      onSighting: (sighting) => this.#tailing.observe(sighting),
      onHint: bell.tap,
      onWritten: (path) => this.#tailing.written(path),
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
    const { config, system, logger, sinkFactory, podSource, legacy } = options;
    const events = options.events ?? new Events(logger, () => system.clock.monotonic());
    const bell = new Doorbell(system.clock);
    const told: { agent?: Agent } = {};
    const onTreatmentsChanged = (keys: readonly string[]): void => told.agent?.treatAnew(keys);
    const world = { system, events, bell, sinkFactory, podSource, legacy, onTreatmentsChanged };
    const rooms = await openRooms(config, world);
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
      if (this.#legacy === undefined) await this.#store.close();
    }
  }

  /** After `run`: what the next agent goes on with; undefined if there is to be none. */
  get legacy(): Legacy | undefined {
    return this.#legacy;
  }

  /**
   * Treats streams by another configuration from now on. False if that takes another agent: what is allocated is too small.
   *
   * @param config as its own, but for what says how streams are treated
   */
  configure(config: Config): boolean {
    const policy = newPolicy(config, this.#rooms);
    if (policy !== undefined) this.#treatments.configure(policy);
    return policy !== undefined;
  }

  /** As `stop`, but nothing is given up: another agent takes over all that is open. A `stop` that follows takes that back. */
  replace(): void {
    if (this.#stopBy !== undefined) return;
    this.stop('the configuration has changed');
    this.#isReplaced = true;
  }

  /** Begins a clean stop: what was read is delivered, within the grace period. */
  stop(why: string): void {
    this.#stopBy ??= why;
    this.#isReplaced = false;
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
      if (this.#discovery.isComplete) this.#tailing.walked(this.#discovery);
      this.#tailing.poll(now, this.#scan);
      this.#tailing.read(now);
      if (this.#reopens && this.#reopening === undefined) this.#reopenOutputs();
      for (const output of this.#outputs) output.flush();
      this.#checkpointer.step(now);
      if (this.#tailing.hasMore || this.#discovery.isBusy) await clock.yield();
      // What was delivered at once may have been all that there is to do.
      else if (!this.#isOver()) await this.#bell.wait(this.#nextDueMs(now) - clock.monotonic());
    }
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
    if (this.#outputs.some((output) => output.closedBy !== undefined)) return true;
    // What was held open for this agent is found by the first walk, or it has no name and would be lost.
    if (this.#stopBy !== undefined) return !this.#tailing.isResuming;
    if (!this.#options.once || !this.#discovery.isComplete) return false;
    const isQuiet = this.#tailing.isQuiet(this.#system.clock.monotonic());
    return isQuiet && this.#outputs.every((output) => output.isDelivered);
  }

  // ---- the end

  async #finish(): Promise<number> {
    this.overview.stopping();
    for (const output of this.#outputs) output.awaitDelivery();
    const closed = this.#outputs.find((output) => output.closedBy !== undefined);
    if (closed?.closedBy !== undefined) this.#events.outputClosed(closed.name, closed.closedBy);
    else this.#events.stopping(this.#stopBy ?? 'everything that was there is delivered');
    const isTakenOver = (): boolean => this.#isReplaced && closed === undefined;
    // Who takes over will read on: nothing is the last word then. A stop meanwhile takes that back.
    if (isTakenOver()) await this.#deliverRest();
    if (!isTakenOver()) {
      this.#tailing.finish(this.#system.clock.monotonic(), this.#scan);
      await this.#deliverRest();
    }
    const isDelivered = this.#outputs.every((output) => output.isDelivered);
    for (const output of this.#outputs) output.abort();
    await this.#saveAll();
    await isDoneWithin(
      this.#system.clock,
      CLOSE_MS,
      Promise.all(this.#outputs.map((output) => output.close())),
    );
    const records = this.#outputs.reduce((sum, output) => sum + output.ledger.records, 0);
    this.#events.stopped({ records, isDelivered });
    if (isTakenOver()) this.#legacy = { store: this.#store, files: this.#tailing.handOver() };
    return closed === undefined ? 0 : 1;
  }

  /** Who takes over must know what was delivered, so it is waited for as long as nobody asks for a stop. */
  async #saveAll(): Promise<void> {
    const saving = this.#checkpointer.finish(this.#tailing.streamKeys);
    for (let isSaved = false; !isSaved; ) {
      isSaved = await isDoneWithin(this.#system.clock, CHECKPOINT_MS, saving);
      if (!this.#isReplaced) return;
    }
  }

  async #deliverRest(): Promise<void> {
    const { clock } = this.#system;
    const until = clock.monotonic() + this.#options.config.graceMs;
    for (;;) {
      for (const output of this.#outputs) output.flush();
      const waiting = this.#outputs.some((output) => !output.isDelivered && output.closedBy === undefined);
      const now = clock.monotonic();
      if (!waiting || now >= until) return;
      // One that was just reopened sends nothing before a checkpoint.
      this.#checkpointer.step(now);
      const dueMs = this.#checkpointer.nextDueMs ?? until;
      await this.#bell.wait(Math.min(until, dueMs, now + LONGEST_WAIT_MS) - now);
    }
  }

  // ---- putting the rooms together

  #newTailing({ decoding, treatments, treatmentBytes }: Rooms): Tailing {
    const [{ config, once }, events] = [this.#options, this.#events];
    return new Tailing(this.#system, this.#outputs, {
      limits: { ...config.limits, treatmentBytes },
      startAt: config.startAt,
      isOnce: once,
      decoding,
      treatments,
      handOver: this.#options.legacy?.files,
      ...this.#rooms.selection,
      recorded: () => [...this.#store.state.streams].map(([key, { origin }]) => [key, origin]),
      recordOf: (key) => this.#store.state.streams.get(key),
      onObserved: (key) => this.#checkpointer.changed(key),
      onForgotten: (key) => this.#forget(key),
      onIdle: ({ directory }) => this.#discovery.watchIdle(directory),
      onBusy: ({ directory }) => this.#discovery.unwatchIdle(directory),
      isWatched: ({ directory }) => this.#discovery.isWatched(directory),
      tellsWrites: ({ directory }) => this.#discovery.tellsWrites(directory),
      onReady: this.#bell.ring,
      onWoken: this.#bell.tap,
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
    return new Checkpointer(this.#store, this.#outputs, {
      agent: agentState(config, this.#system),
      intervalMs: config.state.checkpointIntervalMs,
      stateOf: (key) => this.#tailing.stateOf(key),
      onFailed: (error) => this.#events.checkpointFailed(error),
      onRecovered: () => this.#events.checkpointWorksAgain(),
    });
  }
}
