/**
 * birler as a library: the agent in a process of yours. The command line (`birler run`) is made of the same pieces.
 *
 * ```ts
 * const config = loadConfig(undefined, { logs: './logs', state: './state', output: ['stdout'] }, surroundings);
 * const agent = startAgent({ config, system: realSystem(), logger: createLogger('info', 'json'), once: false });
 * await agent.done;
 * ```
 */
export { type AgentOptions, type RunningAgent, startAgent } from './agent.ts';
export type { Config } from './config/config.ts';
export type { Flags } from './config/flags.ts';
export { loadConfig } from './config/load.ts';
export type { Surroundings } from './config/surroundings.ts';
export { BirlerError, type ErrorCode } from './core/errors.ts';
export { realSystem } from './system/real-system.ts';
export { createLogger, type Logger } from './telemetry/logger.ts';
