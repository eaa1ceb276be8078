/**
 * birler as a library: the agent in a process of yours. The command line (`birler run`) is made of the same pieces.
 *
 * ```ts
 * const config = loadConfig(undefined, { logs: './logs', state: './state', output: ['stdout'] }, surroundings);
 * const agent = startAgent({ config, system: realSystem(), logger: await createLogger('info', 'json'), once: false });
 * await agent.done;
 * ```
 */
import type { AgentOptions } from './agent.ts';
import type { Config } from './config/config.ts';
import type { Overview } from './serve/overview.ts';
import { type ReloadOutcome, Service } from './service.ts';

export type { AgentOptions } from './agent.ts';
export type { Config } from './config/config.ts';
export type { Flags } from './config/flags.ts';
export { loadConfig } from './config/load.ts';
export type { Surroundings } from './config/surroundings.ts';
export { BirlerError, type ErrorCode } from './core/errors.ts';
export type { Overview } from './serve/overview.ts';
export type { ReloadOutcome } from './service.ts';
export { realSystem } from './system/real-system.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';

/** An agent that was started and can be stopped. */
export interface RunningAgent {
  /** Clean stop. */
  stop(): void;
  /** Puts another configuration in force: without loss or repetition, or else the old one is kept. */
  reload(config: Config): Promise<ReloadOutcome>;
  /** How it does: what `/metrics` and `/debug/state` are made of. Rejects if it could not be started. */
  overview(): Promise<Overview>;
  /** The exit code, when it has ended. */
  readonly done: Promise<number>;
}

/** Starts an agent in the given world. */
export const startAgent = (options: Omit<AgentOptions, 'legacy'>): RunningAgent => {
  let isStopped = false;
  const starting = Service.start(options);
  return {
    stop: () => {
      isStopped = true;
      starting.then(
        (service) => service.stop('stopped'),
        () => undefined,
      );
    },
    reload: async (config) => (await starting).reload(config),
    overview: async () => (await starting).overview,
    done: starting.then((service) => {
      if (isStopped) service.stop('stopped');
      return service.run();
    }),
  };
};
