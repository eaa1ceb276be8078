import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const STDERR = 2;

/**
 * birler's own log: always on stderr, because stdout belongs to the records. It writes at once: a crash loses none of it. What
 * makes it pretty is loaded only for a terminal.
 */
export const createLogger = async (level: string, format: 'json' | 'pretty'): Promise<Logger> => {
  const options = { level, base: { name: 'birler' }, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json') return pino(options, destination({ fd: STDERR, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    destination: STDERR,
    sync: true,
    ignore: 'pid,hostname,name',
    translateTime: 'HH:MM:ss.l',
  });
  return pino(options, stream);
};

/** For tests and for code that has nobody to talk to. */
export const silentLogger = (): Logger => pino({ level: 'silent' });
