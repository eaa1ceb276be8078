import { Checkpointer } from './checkpoint/checkpointer.ts';
import { Store } from './checkpoint/store.ts';
import type { Config, OutputConfig } from './config/config.ts';
import { BirlerError, messageOf } from './core/errors.ts';
import { newDecoding } from './decode/decoding.ts';
import { Output } from './deliver/output.ts';
import type { Sink } from './deliver/sink.ts';
import { Discovery } from './discover/discovery.ts';
import { Survey } from './discover/survey.ts';
import { createEncoder } from './encode/encoder.ts';
import { newSelection } from './enrich/selection.ts';
import { createSink } from './sinks/catalog.ts';
import { Doorbell } from './system/doorbell.ts';
import type { System } from './system/system.ts';
import { Adoption } from './tail/adoption.ts';
import { Catalog } from './tail/catalog.ts';
import { gzipSource } from './tail/gzip-source.ts';
import type { Lane } from './tail/lane.ts';
import { LaneTools } from './tail/lane-tools.ts';
import { Lanes } from './tail/lanes.ts';
import { Turns } from './tail/turns.ts';
import { Events } from './telemetry/events.ts';
import { Ledger, parseLedger } from './telemetry/ledger.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';

/**
 * The collect flow:
 *
 *   discover ──> tail ──> decode ──> join ──> encode ──> deliver ──> acknowledge ──> checkpoint
 *   Discovery    Lanes, one turn a batch: Lane          Output      Output          Checkpointer
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
  readonly sinkFactory?: (output: OutputConfig, onClosed: (error: Error) => void) => Sink;
}

/** How long the loop reads before it looks at anything else. */
const SLICE_MS = 8;
/** Bounds, late writes and forgotten streams are looked after this often. */
const TIDY_MS = 1_000;
/** The loop never waits longer: a bound on what a lost ring could cost. */
const LONGEST_WAIT_MS = 1_000;

export class Agent {
  readonly #options: AgentOptions;
  readonly #system: System;
  readonly #events: Events;
  readonly #bell: Doorbell;
  readonly #turns: Turns;
  readonly #store: Store;
  readonly #outputs: readonly Output[];
  readonly #lanes: Lanes;
  readonly #catalog: Catalog;
  readonly #discovery: Discovery;
  readonly #checkpointer: Checkpointer;
  #stopBy: string | undefined;
  #tidyDueMs = 0;
  #hasMore = false;

  private constructor(options: AgentOptions, store: Store, outputs: readonly Output[], bell: Doorbell, events: Events) {
    const { config, system } = options;
    this.#options = options;
    this.#system = system;
    this.#events = events;
    this.#bell = bell;
    this.#store = store;
    this.#outputs = outputs;
    this.#turns = new Turns(config.limits.readShareBytes);
    this.#lanes = new Lanes(this.#newLaneTools(), this.#turns);
    this.#catalog = this.#newCatalog();
    this.#discovery = this.#newDiscovery();
    this.#checkpointer = this.#newCheckpointer();
  }

  /** Locks and reads the state, opens the outputs. Throws a BirlerError that says what is wrong. */
  static async start(options: AgentOptions): Promise<Agent> {
    const { config, system, logger } = options;
    const events = new Events(logger, system.clock.monotonic);
    const bell = new Doorbell(system.clock);
    const store = await Store.open(system.files, {
      directory: config.state.directory,
      sync: config.state.sync,
      onDamage: (path, entries) => events.checkpointDamaged(path, entries),
      onUnusable: (path, reason) => events.checkpointUnreadable(path, reason),
    });
    try {
      const outputs: Output[] = [];
      for (const output of config.outputs) outputs.push(await openOutput(output, options, store, bell, events));
      const agent = new Agent(options, store, outputs, bell, events);
      events.started({
        logs: config.sources.logsDirectory,
        pods: config.sources.podsDirectory,
        state: config.state.directory,
        outputs: config.outputs.map(({ name, format }) => `${name} (${format})`),
      });
      return agent;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Runs until it is stopped, an output closes or, with `once`, everything is delivered. Returns the exit code. */
  async run(): Promise<number> {
    try {
      await this.#loop();
      return await this.#finish();
    } finally {
      this.#discovery.close();
      this.#catalog.closeAll();
      await this.#store.close();
    }
  }

  /** Begins a clean stop: no more is read; what was read is delivered, within the grace period. */
  stop(why: string): void {
    this.#stopBy ??= why;
    this.#bell.ring();
  }

  /** Opens file outputs anew, after somebody renamed them. */
  async reopenOutputs(): Promise<void> {
    for (const output of this.#outputs) {
      try {
        await output.reopen();
        this.#events.outputReopened(output.name);
      } catch (error) {
        this.#events.outputNotReopened(output.name, error);
      }
    }
  }

  // ---- the loop

  async #loop(): Promise<void> {
    const { clock } = this.#system;
    while (!this.#isOver()) {
      const now = clock.monotonic();
      this.#discover(now);
      this.#poll(now);
      this.#read(now);
      for (const output of this.#outputs) output.flush();
      this.#checkpointer.step(now);
      if (this.#hasMore || this.#discovery.isBusy) await clock.yield();
      else await this.#bell.wait(this.#nextDueMs(now) - clock.monotonic());
    }
  }

  #discover(now: number): void {
    const wasComplete = this.#discovery.isComplete;
    this.#discovery.step(now);
    if (!wasComplete && this.#discovery.isComplete) this.#catalog.started();
  }

  #poll(now: number): void {
    for (const [directory, always] of this.#catalog.poll(now)) {
      this.#discovery.scan(directory, always);
      if (always) this.#catalog.scanned(directory);
    }
    if (now < this.#tidyDueMs) return;
    this.#tidyDueMs = now + TIDY_MS;
    this.#catalog.tidy(now);
  }

  /** Gives lanes their turns, for a few milliseconds at most. */
  #read(now: number): void {
    const { clock } = this.#system;
    const until = now + SLICE_MS;
    this.#lanes.unpark(now);
    for (let at = now; at < until; at = clock.monotonic()) {
      const lane = this.#turns.take();
      this.#hasMore = lane !== undefined;
      if (lane === undefined) return;
      this.#serve(lane, at);
    }
  }

  #serve(lane: Lane, now: number): void {
    try {
      const taken = this.#lanes.serve(lane, now);
      this.#turns.charge(lane, taken);
      if (this.#lanes.isParked(lane)) return;
      if (lane.wantsTurn(now)) this.#turns.add(lane);
    } catch (error) {
      // The file, not the agent, is in trouble: it is tried again when it is polled next.
      if (!isSystemError(error)) throw error;
      this.#events.fileUnreadable(lane.generation?.sighted.path ?? lane.stream.key, error);
    }
  }

  #nextDueMs(now: number): number {
    const dues = [
      this.#catalog.nextDueMs,
      this.#discovery.nextDueMs,
      this.#checkpointer.nextDueMs,
      this.#lanes.patienceEndsMs,
      this.#tidyDueMs,
    ];
    return Math.min(now + LONGEST_WAIT_MS, ...dues.filter((due) => due !== undefined));
  }

  #isOver(): boolean {
    if (this.#stopBy !== undefined || this.#outputs.some((output) => output.closedBy !== undefined)) return true;
    if (!this.#options.once || !this.#discovery.isComplete || this.#hasMore) return false;
    return this.#catalog.isQuiet(this.#system.clock.monotonic()) && this.#outputs.every((output) => output.isDelivered);
  }

  // ---- the end

  async #finish(): Promise<number> {
    const closed = this.#outputs.find((output) => output.closedBy !== undefined);
    if (closed?.closedBy !== undefined) this.#events.outputClosed(closed.name, closed.closedBy);
    else this.#events.stopping(this.#stopBy ?? 'everything that was there is delivered');
    await this.#deliverRest();
    const isDelivered = this.#outputs.every((output) => output.isDelivered);
    for (const output of this.#outputs) output.abort();
    await this.#withinGrace(this.#checkpointer.finish());
    for (const output of this.#outputs) if (output.isDelivered) await output.close();
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

  /** A disk that hangs must not keep the agent from ending. */
  async #withinGrace(work: Promise<void>): Promise<void> {
    const { clock } = this.#system;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(this.#options.config.graceMs, resolve);
      void work.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  // ---- putting the rooms together

  #newLaneTools(): LaneTools {
    const { config, system, once } = this.#options;
    const { limits } = config;
    const decoding = newDecoding(limits.lineBytes, limits.partialBytes);
    return new LaneTools(decoding, limits, system.clock, once, ({ unparsedLines, nulBytes }, streamKey) => {
      if (unparsedLines > 0) this.#events.linesUnparsed(streamKey, unparsedLines);
      if (nulBytes > 0) this.#events.nulBytesSkipped(streamKey, nulBytes);
    });
  }

  #newCatalog(): Catalog {
    const { files, compression, clock } = this.#system;
    const { limits, startAt } = this.#options.config;
    const windowBytes = Math.max(limits.readShareBytes, limits.lineBytes);
    const onUnreadable = (path: string, error: unknown): void => this.#events.fileUnreadable(path, error);
    const adoption = new Adoption(files, compression, {
      decoding: newDecoding(limits.lineBytes, 0),
      openGzip: (descriptor, onReady) =>
        gzipSource(files, compression, descriptor, windowBytes, () => {
          onReady();
          this.#catalog.wake(clock.monotonic());
          this.#bell.ring();
        }),
      onUnreadable,
    });
    const settings = {
      startAt,
      openFiles: limits.openFiles,
      heldDeletedBytes: limits.heldDeletedBytes,
      recordsOf: (key: string) => this.#store.state.streams.get(key)?.generations ?? [],
      onObserved: (key: string) => this.#checkpointer.changed(key),
      onForgotten: (key: string) => {
        for (const output of this.#outputs) output.forget(key);
        this.#checkpointer.forget(key);
        this.#events.streamForgotten(key);
      },
      onIdle: (stream: { readonly directory: string }) => this.#discovery.watchIdle(stream.directory),
      onBusy: (stream: { readonly directory: string }) => this.#discovery.unwatchIdle(stream.directory),
      onUnreadable,
    };
    return new Catalog(settings, adoption, this.#lanes, this.#turns, this.#outputs, clock);
  }

  #newDiscovery(): Discovery {
    const { sources, host } = this.#options.config;
    const { files, watcher, clock } = this.#system;
    const isDefault = sources.logsDirectory === DEFAULT_LOGS;
    const podsDirectories = sources.podsDirectory ?? (isDefault ? DEFAULT_PODS : undefined);
    const survey = new Survey(files, {
      logsDirectory: sources.logsDirectory,
      podsDirectories: podsDirectories === undefined ? [] : [podsDirectories],
      host,
      ...newSelection(sources),
    });
    return new Discovery(survey, watcher, clock, {
      logsDirectory: sources.logsDirectory,
      rescanIntervalMs: sources.rescanIntervalMs,
      watches: sources.watch === 'auto',
      onSighting: (sighting) => this.#catalog.observe(sighting),
      onHint: this.#bell.ring,
      onMissing: (directory) => this.#events.directoryMissing(directory),
      onAppeared: (directory) => this.#events.directoryAppeared(directory),
      onWatchFailed: (directory, error) => this.#events.watchFailed(directory, error),
      onFoundByRescan: (directory) => this.#events.foundByRescan(directory),
    });
  }

  #newCheckpointer(): Checkpointer {
    const { clock, process } = this.#system;
    return new Checkpointer(this.#store, this.#outputs, {
      agent: {
        pid: process.pid,
        host: this.#options.config.host,
        startedAt: new Date(clock.now()).toISOString(),
      },
      intervalMs: this.#options.config.state.checkpointIntervalMs,
      stateOf: (key) => {
        const stream = this.#catalog.streams.get(key);
        if (stream === undefined) return undefined;
        const { origin, generations } = stream;
        return { origin, generations: generations.map((generation) => generation.toRecord()) };
      },
      onFailed: (error) => this.#events.checkpointFailed(error),
      onRecovered: () => this.#events.checkpointWorksAgain(),
    });
  }
}

const DEFAULT_LOGS = '/var/log/containers';
const DEFAULT_PODS = '/var/log/pods';

const isSystemError = (error: unknown): boolean => error instanceof Error && 'code' in error;

const openOutput = async (
  config: OutputConfig,
  options: AgentOptions,
  store: Store,
  bell: Doorbell,
  events: Events,
): Promise<Output> => {
  const { system } = options;
  const known = store.state.outputs.get(config.name);
  let output: Output | undefined;
  const onClosed = (error: Error): void => output?.fail(error);
  const sink = options.sinkFactory?.(config, onClosed) ?? createSink(config, system, onClosed);
  const ledger = new Ledger(parseLedger(known?.ledger), system.clock.now, (streamKey, gap) => {
    events.bytesLost(config.name, streamKey, gap);
  });
  await openSink(sink, known?.sink, config, ledger);
  output = new Output({
    name: config.name,
    type: config.type,
    encoder: createEncoder(config.format, {
      recordId: config.recordId,
      gapRecords: config.gap === 'records',
      color: config.color,
      observedTime: () => new Date(system.clock.now()).toISOString(),
    }),
    sink,
    ledger,
    positions: known?.positions,
    inFlightBytes: options.config.limits.inFlightBytes,
    clock: system.clock,
    onProgress: bell.ring,
    onTrouble: (error, failures) => events.deliveryFailed(config.name, error, failures),
    onRecovered: (failures) => events.deliveryRecovered(config.name, failures),
  });
  return output;
};

const openSink = async (sink: Sink, state: unknown, config: OutputConfig, ledger: Ledger): Promise<void> => {
  try {
    const missing = await sink.open(state);
    if (missing > 0) ledger.lose(config.name, { reason: 'output_lost', bytes: missing, generation: 0, file: '', from: 0 });
  } catch (error) {
    const where = config.type === 'file' ? config.path : config.type;
    throw new BirlerError(
      'output_failed',
      `output ${config.name}: ${where} cannot be opened for writing (${messageOf(error)}); choose another place, or make this one writable`,
      { cause: error },
    );
  }
};

/** An agent that was started and can be stopped. */
export interface RunningAgent {
  /** Clean stop. */
  stop(): void;
  /** The exit code, when it has ended. */
  readonly done: Promise<number>;
}

/** Starts an agent in the given world. */
export const startAgent = (options: AgentOptions): RunningAgent => {
  let isStopped = false;
  const starting = Agent.start(options);
  return {
    stop: () => {
      isStopped = true;
      starting.then(
        (agent) => agent.stop('stopped'),
        () => undefined,
      );
    },
    done: starting.then((agent) => {
      if (isStopped) agent.stop('stopped');
      return agent.run();
    }),
  };
};

/** `birler run`: an agent in the real world, with signals. Returns the exit code. */
export const runAgent = async (config: Config, once: boolean, system: System): Promise<number> => {
  const logger = createLogger(config.log.level, config.log.format);
  const agent = await Agent.start({ config, system, logger, once });
  let isStopping = false;
  const release = system.process.onSignal((signal) => {
    if (signal === 'SIGHUP') {
      void agent.reopenOutputs();
      return;
    }
    // Whoever asks twice does not want to wait.
    if (isStopping) system.process.exit(130);
    isStopping = true;
    agent.stop(signal);
  });
  try {
    return await agent.run();
  } finally {
    release();
  }
};
