import { Agent } from '../agent.ts';
import type { Config } from '../config/config.ts';
import type { HttpServer } from '../serve/http-server.ts';
import type { System } from '../system/system.ts';
import { Events } from '../telemetry/events.ts';
import { createLogger, type Logger } from '../telemetry/logger.ts';
import { VERSION } from './version.ts';

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130;

/**
 * An agent in the real world, with its signals: SIGTERM and SIGINT stop it cleanly, a second one at once; SIGHUP makes it
 * open its output files anew. Returns the exit code.
 */
export const runAgent = async (config: Config, once: boolean, system: System): Promise<number> => {
  const told: { agent?: Agent; stopBy?: string } = {};
  // First of all: a signal that nobody listens to is lost on the first process of a container, and its pod would be killed
  // after its whole grace.
  const release = system.process.onSignal((signal) => {
    if (signal === 'SIGHUP') {
      told.agent?.reopenOutputs();
      return;
    }
    if (told.stopBy !== undefined) system.process.exit(INTERRUPTED);
    told.stopBy = signal;
    told.agent?.stop(signal);
  });
  const logger = await createLogger(config.log.level, config.log.format);
  const agent = await Agent.start({ config, system, logger, once });
  told.agent = agent;
  if (told.stopBy !== undefined) agent.stop(told.stopBy);
  const server = once ? undefined : await startServer(config, agent, system, logger);
  const code = await agent.run();
  server?.close();
  release();
  // Watchers and inflaters may still be closing: nothing of that is worth waiting for.
  return system.process.exit(code);
};

/** What it needs is loaded only where it is used. */
const startServer = async (
  { http }: Config,
  { overview }: Agent,
  { clock }: System,
  logger: Logger,
): Promise<HttpServer | undefined> => {
  if (http === undefined) return undefined;
  const [{ HttpServer }, { realMachine }] = await Promise.all([
    import('../serve/http-server.ts'),
    import('../system/real-machine.ts'),
  ]);
  const events = new Events(logger, () => clock.monotonic());
  const server = new HttpServer(http, {
    overview,
    machine: realMachine(true),
    clock,
    events,
    version: VERSION,
  });
  server.start();
  return server;
};
