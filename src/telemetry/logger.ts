import { destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger } from 'pino';

const STDERR = 2;

/** birler's own log: always on stderr, because stdout belongs to the records. Synchronous: a crash loses none of it. */
export const createLogger = (level: string, format: 'json' | 'pretty'): Logger => {
  const options = { level, base: { name: 'birler' }, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json') return pino(options, destination({ fd: STDERR, sync: true }));
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
