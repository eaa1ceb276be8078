import type { Config } from '../../src/config/config.ts';
import type { System } from '../../src/system/system.ts';
import type { FakeWorld, RunningProcess } from '../support/fake-system.ts';
import type { UnfinishedWrites } from './actions.ts';
import type { ModelDestination } from './model-destination.ts';
import { OUTPUT_DIRECTORY } from './settings.ts';
import { Violation } from './violation.ts';

/** The agent, as the simulation starts it. */
export type AgentUnderTest = (setUp: AgentSetUp) => RunningAgent;

export interface AgentSetUp {
  readonly config: Config;
  readonly system: System;
  /** Sinks for the outputs of these names. */
  readonly destinations: ReadonlyMap<string, ModelDestination>;
}

export interface RunningAgent {
  /** Clean stop. */
  stop(): void;
  /** Puts another configuration in force. */
  reload(config: Config): Promise<unknown>;
  /** The exit code. */
  readonly done: Promise<number>;
}

/** What a stop may take beyond its grace period. */
const STOP_SLACK_MS = 5000;
const STOP_STEP_MS = 100;

/** Starts, stops and kills the one agent of a run. */
export class AgentHost {
  readonly #world: FakeWorld;
  readonly #config: Config;
  readonly #agent: AgentUnderTest;
  readonly #destinations: ReadonlyMap<string, ModelDestination>;
  #running: RunningProcess | undefined;
  #stop: (() => void) | undefined;
  #reload: ((config: Config) => Promise<unknown>) | undefined;
  #reloads = 0;
  /** Reloads that were asked for and are not over. */
  #pendingReloads = 0;
  #hasReloaded = false;
  #isStopping = false;
  #exit: { code: number | undefined; error: unknown } = { code: undefined, error: undefined };

  constructor(
    world: FakeWorld,
    config: Config,
    agent: AgentUnderTest,
    destinations: ReadonlyMap<string, ModelDestination>,
  ) {
    this.#world = world;
    this.#config = config;
    this.#agent = agent;
    this.#destinations = destinations;
  }

  get process(): RunningProcess['process'] | undefined {
    return this.#running?.process;
  }

  get isAlive(): boolean {
    return this.#running?.process.isAlive === true;
  }

  /** Between two agents nobody looks at files, as between a stop and a start. */
  get isReloading(): boolean {
    return this.#pendingReloads > 0;
  }

  /** Whether one agent may have followed another since the last call. */
  takeReloaded(): boolean {
    const hasReloaded = this.#hasReloaded || this.isReloading;
    this.#hasReloaded = false;
    return hasReloaded;
  }

  start(): void {
    const running = this.#world.start();
    this.#running = running;
    this.#isStopping = false;
    this.#pendingReloads = 0;
    const exit: { code: number | undefined; error: unknown } = { code: undefined, error: undefined };
    this.#exit = exit;
    for (const destination of this.#destinations.values()) destination.connect(running.process);
    const agent = this.#agent({
      config: this.#config,
      system: running.system,
      destinations: this.#destinations,
    });
    this.#stop = () => agent.stop();
    this.#reload = (next) => agent.reload(next);
    agent.done.then(
      (code) => {
        exit.code = code;
      },
      (error: unknown) => {
        exit.error = error;
      },
    );
  }

  /** The agent ends only when it is told to, or killed. */
  checkRuns(): void {
    if (!this.isAlive || this.#isStopping) return;
    const { code, error } = this.#exit;
    if (error !== undefined) throw new Violation(`the agent failed: ${describe(error)}`);
    if (code !== undefined) throw new Violation(`the agent ended by itself, with exit code ${code}`);
  }

  /** A configuration that differs in what makes no difference here, but takes a new agent. */
  reload(): void {
    if (!this.isAlive || this.#isStopping) return;
    this.#reloads++;
    const config = { ...this.#config, graceMs: this.#config.graceMs + (this.#reloads % 2) };
    const exit = this.#exit;
    const running = this.#running;
    this.#pendingReloads++;
    this.#reload?.(config)
      .catch((error: unknown) => {
        exit.error ??= error;
      })
      .finally(() => {
        if (this.#running !== running) return;
        this.#pendingReloads--;
        this.#hasReloaded = true;
      });
  }

  crash(unfinished: UnfinishedWrites): void {
    this.#running?.crash(unfinished);
  }

  /** @returns whether it came to its end; false if it was killed on the way */
  async stop(whileStopping: () => void): Promise<boolean> {
    const running = this.#running;
    if (running?.process.isAlive !== true) return false;
    this.#isStopping = true;
    this.#stop?.();
    const patience = this.#config.graceMs + STOP_SLACK_MS;
    for (
      let waited = 0;
      this.#exit.code === undefined && this.#exit.error === undefined;
      waited += STOP_STEP_MS
    ) {
      if (waited > patience) throw new Violation(`the agent does not stop within ${patience} ms`);
      await this.#world.clock.advance(STOP_STEP_MS);
      if (!this.isAlive) return false;
      whileStopping();
    }
    this.#checkExit(running);
    return true;
  }

  #checkExit(running: RunningProcess): void {
    const { code, error } = this.#exit;
    if (error !== undefined) throw new Violation(`the agent failed while it stopped: ${describe(error)}`);
    if (code !== 0) throw new Violation(`the agent stopped with exit code ${code}`);
    const left = running.process.openFiles
      .map((file) => file.path)
      .filter((path) => !path.startsWith(OUTPUT_DIRECTORY));
    if (left.length > 0) throw new Violation(`the agent stopped and left files open: ${left.join(', ')}`);
    running.crash();
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
