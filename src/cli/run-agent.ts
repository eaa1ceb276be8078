import type { Config } from '../config/config.ts';
import { Service } from '../service.ts';
import type { System } from '../system/system.ts';
import { createLogger } from '../telemetry/logger.ts';
import { Answering } from './answering.ts';
import { ConfigWatch } from './config-watch.ts';
import { Reloads } from './reloads.ts';
import type { RunOptions } from './world.ts';

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130;

/**
 * An agent in the real world, with its signals: SIGTERM and SIGINT stop it cleanly, a second one at once; SIGHUP makes it
 * read its configuration again and open its output files anew. Returns the exit code.
 */
export const runAgent = async (config: Config, options: RunOptions, system: System): Promise<number> => {
  const told: { service?: Service; reloads?: Reloads; answering?: Answering; stopBy?: string } = {};
  // First of all: a signal that nobody listens to is lost on the first process of a container, and its pod would be killed
  // after its whole grace.
  const release = system.process.onSignal((signal) => {
    if (signal === 'SIGHUP') {
      // With --once there is nothing to reload.
      if (told.reloads === undefined) told.service?.reopenOutputs();
      else told.reloads.onSignal();
      return;
    }
    if (told.stopBy !== undefined) system.process.exit(INTERRUPTED);
    told.stopBy = signal;
    told.service?.stop(signal);
  });
  const service = await Service.start({
    config,
    system,
    logger: await createLogger(config.log.level, config.log.format),
    newLogger: ({ level, format }) => createLogger(level, format),
    onConfig: ({ http }) => told.answering?.follow(http),
    once: options.once,
  });
  told.service = service;
  if (told.stopBy !== undefined) service.stop(told.stopBy);
  const close = options.once ? undefined : await attend(service, options, system, told);
  const code = await service.run();
  close?.();
  release();
  // Watchers and inflaters may still be closing: nothing of that is worth waiting for.
  return system.process.exit(code);
};

/** What an agent has that goes on: it answers on HTTP, and its configuration may change. Returns what ends that. */
const attend = async (
  service: Service,
  { configPath, reread }: RunOptions,
  system: System,
  told: { reloads?: Reloads; answering?: Answering },
): Promise<() => void> => {
  const { files, clock } = system;
  const reloads = new Reloads(service, reread);
  const answering = new Answering(service, clock);
  told.reloads = reloads;
  told.answering = answering;
  const watch =
    configPath === undefined
      ? undefined
      : new ConfigWatch({
          path: configPath,
          files,
          clock,
          isWanted: () => service.config.reload === 'auto',
          onChanged: () => reloads.onChanged(),
        });
  await answering.listen(service.config.http);
  return () => {
    watch?.close();
    answering.close();
  };
};
