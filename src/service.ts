import { isDeepStrictEqual } from 'node:util';
import { Agent, type AgentOptions } from './agent.ts';
import type { Legacy } from './assemble.ts';
import type { Config, LogConfig } from './config/config.ts';
import { changeBetween } from './config/config-change.ts';
import type { Overview } from './serve/overview.ts';
import { Events } from './telemetry/events.ts';
import type { Logger } from './telemetry/logger.ts';

/**
 * One agent after the other, while configurations change.
 *
 *   what changed                     what is done
 *   nothing                          nothing
 *   how streams are treated          the agent that runs is told (Agent.configure)
 *   anything else                    it ends as at a clean stop, and leaves its state and its open files (Legacy) to the next
 *   anything else, and that fails    the same, with the old configuration
 *
 * The next one begins where the positions are, so nothing is lost and nothing comes twice; see docs/decisions/0015-reload.md.
 */
export interface ServiceOptions extends Omit<AgentOptions, 'legacy'> {
  /** For a configuration with another log; without it the log stays as it is. */
  readonly newLogger?: (log: LogConfig) => Promise<Logger>;
  /** Another configuration is in force. */
  readonly onConfig?: (config: Config) => void;
}

/**
 * live, anew: it is in force, with the agent that ran or with a new one. failed: it cannot be put in force, the old one is.
 * ended: the agent has come to its end meanwhile.
 */
export type ReloadOutcome = 'unchanged' | 'live' | 'anew' | 'failed' | 'ended';

interface Replacement {
  readonly config: Config;
  tell(outcome: ReloadOutcome): void;
}

export class Service {
  readonly events: Events;
  readonly #options: ServiceOptions;
  #config: Config;
  #agent: Agent;
  #stopBy: string | undefined;
  #isOver = false;
  #replacement: Replacement | undefined;
  #reloading: Promise<unknown> = Promise.resolve();

  private constructor(options: ServiceOptions, events: Events, agent: Agent) {
    this.events = events;
    this.#options = options;
    this.#config = options.config;
    this.#agent = agent;
  }

  /** Starts the first agent. Throws a BirlerError that says what is wrong. */
  static async start(options: ServiceOptions): Promise<Service> {
    const { system, logger } = options;
    const events = options.events ?? new Events(logger, () => system.clock.monotonic());
    return new Service(options, events, await Agent.start({ ...options, events }));
  }

  /** Of the agent that runs now: ask anew each time. */
  get overview(): Overview {
    return this.#agent.overview;
  }

  /** What is in force. */
  get config(): Config {
    return this.#config;
  }

  /** Runs until it is stopped, or until an agent ends by itself. Returns the exit code. */
  async run(): Promise<number> {
    try {
      for (;;) {
        const code = await this.#agent.run();
        const { legacy } = this.#agent;
        const replacement = this.#replacement;
        if (legacy === undefined || replacement === undefined) return code;
        await this.#replace(replacement, legacy);
      }
    } finally {
      this.#isOver = true;
      this.#settle('ended');
    }
  }

  stop(why: string): void {
    this.#stopBy ??= why;
    this.#agent.stop(why);
  }

  reopenOutputs(): void {
    this.#agent.reopenOutputs();
  }

  /** Puts another configuration in force. Two at a time follow each other. */
  reload(config: Config): Promise<ReloadOutcome> {
    const outcome = this.#reloading.then(() => this.#reload(config));
    this.#reloading = outcome.catch(() => undefined);
    return outcome;
  }

  async #reload(config: Config): Promise<ReloadOutcome> {
    if (this.#isOver || this.#stopBy !== undefined) return 'ended';
    const change = changeBetween(this.#config, config);
    if (change === 'none') return 'unchanged';
    if (change === 'live' && this.#agent.configure(config)) {
      await this.#takeEffect(config, 'live');
      return 'live';
    }
    return new Promise((tell) => {
      this.#replacement = { config, tell };
      this.#agent.replace();
    });
  }

  async #replace({ config }: Replacement, legacy: Legacy): Promise<void> {
    let outcome: ReloadOutcome = 'anew';
    try {
      this.#agent = await Agent.start({ ...this.#options, events: this.events, config, legacy });
    } catch (error) {
      outcome = 'failed';
      this.events.configFailed(error);
      this.#agent = await this.#goBack(legacy);
    }
    if (outcome === 'anew') await this.#takeEffect(config, outcome);
    this.#settle(outcome);
    // It was told to the agent before this one, which had ended.
    if (this.#stopBy !== undefined) this.#agent.stop(this.#stopBy);
  }

  async #goBack(legacy: Legacy): Promise<Agent> {
    try {
      return await Agent.start({ ...this.#options, events: this.events, config: this.#config, legacy });
    } catch (error) {
      legacy.files.close(this.#options.system.files);
      await legacy.store.close();
      throw error;
    }
  }

  async #takeEffect(config: Config, how: 'live' | 'anew'): Promise<void> {
    const { newLogger, onConfig } = this.#options;
    if (newLogger !== undefined && !isDeepStrictEqual(this.#config.log, config.log))
      this.events.logTo(await newLogger(config.log));
    this.#config = config;
    this.events.configReloaded(how);
    onConfig?.(config);
  }

  #settle(outcome: ReloadOutcome): void {
    this.#replacement?.tell(outcome);
    this.#replacement = undefined;
  }
}
