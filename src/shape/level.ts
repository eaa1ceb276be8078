/**
 * How important a record is, as one of six levels, and the many words that programs have for it. Levels are numbers here:
 * 0 is none, a higher one is more important.
 */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LevelName = (typeof LEVELS)[number];
export type Level = number;

export const NO_LEVEL = 0;
const [DEBUG, INFO, WARN, ERROR, FATAL] = [2, 3, 4, 5, 6] as const;

export const levelOf = (name: LevelName): Level => LEVELS.indexOf(name) + 1;
export const levelName = (level: Level): string => LEVELS[level - 1] ?? '';

/** The longest word, `information`. */
const MOST_LETTERS = 11;

const WORDS: Readonly<Record<LevelName, string>> = {
  trace: 'trace trc trce verbose vrb finest finer silly',
  debug: 'debug dbg dbug fine',
  info: 'info inf information informational notice note log config http',
  warn: 'warn wrn warning',
  error: 'error err eror severe fail',
  fatal: 'fatal ftl critical crit crt alert emerg emergency panic pnc dpanic',
};

/** A word as one number: five bits a letter, whatever its case. Eleven letters are 55 bits: no two words here share one. */
const wordNumber = (bytes: Uint8Array, start: number, end: number): number => {
  let number = 0;
  for (let at = start; at < end; at++) number = number * 32 + ((bytes[at] ?? 0) & 0x1f);
  return number;
};

const LEVEL_OF = new Map<number, Level>();
for (const name of LEVELS) {
  for (const word of WORDS[name].split(' ')) {
    LEVEL_OF.set(wordNumber(Buffer.from(word), 0, word.length), levelOf(name));
  }
}
/** The level that a word of letters only stands for. @returns NO_LEVEL if it is none */
export const wordLevel = (bytes: Uint8Array, start: number, end: number): Level =>
  end - start < 3 || end - start > MOST_LETTERS
    ? NO_LEVEL
    : (LEVEL_OF.get(wordNumber(bytes, start, end)) ?? NO_LEVEL);

/** RFC 5424: emergency 0, alert, critical, error 3, warning, notice, informational, debug 7. */
export const syslogLevel = (severity: number): Level => {
  if (!Number.isInteger(severity) || severity < 0 || severity > 7) return NO_LEVEL;
  if (severity < 3) return FATAL;
  if (severity === 3) return ERROR;
  if (severity === 4) return WARN;
  return severity === 7 ? DEBUG : INFO;
};

/** pino and bunyan: trace 10 to fatal 60. monolog: debug 100, info 200, notice 250, warning 300, error 400, critical 500 and up. */
export const numericLevel = (number: number): Level => {
  if (number >= 10 && number < 70) return Math.floor(number / 10);
  if (number < 100 || number > 600) return NO_LEVEL;
  if (number >= 500) return FATAL;
  return Math.floor(number / 100) + 1;
};

/** Python: DEBUG 10, INFO 20, WARNING 30, ERROR 40, CRITICAL 50. */
export const pythonLevel = (number: number): Level =>
  number >= 10 && number < 60 ? Math.floor(number / 10) + 1 : NO_LEVEL;

/** OpenTelemetry: TRACE 1 to 4, DEBUG to 8, INFO to 12, WARN to 16, ERROR to 20, FATAL to 24. */
export const telemetryLevel = (number: number): Level =>
  Number.isInteger(number) && number >= 1 && number <= 24 ? Math.ceil(number / 4) : NO_LEVEL;
