import { Agent } from '../agent.ts';
import type { Config } from '../config/config.ts';
import type { System } from '../system/system.ts';
import { createLogger } from '../telemetry/logger.ts';

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130;

/**
 * An agent in the real world, with its signals: SIGTERM and SIGINT stop it cleanly, a second one at once; SIGHUP makes it
 * open its output files anew. Returns the exit code.
 */
export const runAgent = async (config: Config, once: boolean, system: System): Promise<number> => {
  const logger = createLogger(config.log.level, config.log.format);
  const agent = await Agent.start({ config, system, logger, once });
  let isStopping = false;
  const release = system.process.onSignal((signal) => {
    if (signal === 'SIGHUP') {
      agent.reopenOutputs();
      return;
    }
    if (isStopping) system.process.exit(INTERRUPTED);
    isStopping = true;
    agent.stop(signal);
  });
  const code = await agent.run();
  release();
  // Watchers and inflaters may still be closing: nothing of that is worth waiting for.
  return system.process.exit(code);
};
