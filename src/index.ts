/**
 * birler as a library: the agent in a process of yours. The command line (`birler run`) is made of the same pieces.
 *
 * ```ts
 * const config = loadConfig(undefined, { logs: './logs', state: './state', output: ['stdout'] }, surroundings);
 * const agent = startAgent({ config, system: realSystem(), logger: await createLogger('info', 'json'), once: false });
 * await agent.done;
 * ```
 */
import { Agent, type AgentOptions } from './agent.ts';
import type { Overview } from './serve/overview.ts';

export type { AgentOptions } from './agent.ts';
export type { Config } from './config/config.ts';
export type { Flags } from './config/flags.ts';
export { loadConfig } from './config/load.ts';
export type { Surroundings } from './config/surroundings.ts';
export { BirlerError, type ErrorCode } from './core/errors.ts';
export type { Overview } from './serve/overview.ts';
export { realSystem } from './system/real-system.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';

/** An agent that was started and can be stopped. */
export interface RunningAgent {
  /** Clean stop. */
  stop(): void;
  /** How it does: what `/metrics` and `/debug/state` are made of. Rejects if it could not be started. */
  overview(): Promise<Overview>;
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
    overview: async () => (await starting).overview,
    done: starting.then((agent) => {
      if (isStopped) agent.stop('stopped');
      return agent.run();
    }),
  };
};
