import type { JsonObject } from './json-object.ts';
import {
  type Level,
  NO_LEVEL,
  numericLevel,
  pythonLevel,
  syslogLevel,
  telemetryLevel,
  wordLevel,
} from './level.ts';

/** Keys that loggers have their level under, the surest first, and what their numbers mean. */
const KEYS: readonly (readonly [string, (number: number) => Level])[] = [
  ['level', numericLevel],
  ['severity', syslogLevel],
  ['lvl', numericLevel],
  ['log.level', numericLevel],
  ['@l', numericLevel],
  ['@level', numericLevel],
  ['loglevel', numericLevel],
  ['log_level', numericLevel],
  ['logLevel', numericLevel],
  ['LogLevel', numericLevel],
  ['Level', numericLevel],
  ['levelname', numericLevel],
  ['levelno', pythonLevel],
  ['level_name', numericLevel],
  ['severityText', numericLevel],
  ['severity_text', numericLevel],
  ['SeverityText', numericLevel],
  ['severityNumber', telemetryLevel],
  ['severity_number', telemetryLevel],
  ['SeverityNumber', telemetryLevel],
  ['PRIORITY', syslogLevel],
];
/** By the length of the key: most keys are told apart by that. */
const BY_LENGTH = Map.groupBy(
  KEYS.map(([name, meaning], rank) => ({ name: Buffer.from(name), meaning, rank })),
  ({ name }) => name.length,
);

const QUOTE = 0x22;
/** No number that means a level is longer. */
const MOST_DIGITS = 8;

/** What a JSON object that was read from `bytes` says of its level. */
export const objectLevel = (object: JsonObject, bytes: Uint8Array): Level => {
  let best: Level = NO_LEVEL;
  let bestRank = KEYS.length;
  for (let member = 0; member < object.count; member++) {
    const keyStart = object.keyStarts[member] ?? 0;
    const names = BY_LENGTH.get((object.keyEnds[member] ?? 0) - keyStart);
    if (names === undefined) continue;
    for (const { name, meaning, rank } of names) {
      if (rank >= bestRank || !isAt(bytes, keyStart, name)) continue;
      const level = memberLevel(
        bytes,
        object.valueStarts[member] ?? 0,
        object.valueEnds[member] ?? 0,
        meaning,
      );
      if (level !== NO_LEVEL) [best, bestRank] = [level, rank];
    }
  }
  return best;
};

const isAt = (bytes: Uint8Array, start: number, name: Uint8Array): boolean => {
  for (let index = 0; index < name.length; index++) if (bytes[start + index] !== name[index]) return false;
  return true;
};

/** What a value under the key `level` says, as JSON text. */
export const jsonLevel = (bytes: Uint8Array, start: number, end: number): Level =>
  memberLevel(bytes, start, end, numericLevel);

const memberLevel = (
  bytes: Uint8Array,
  start: number,
  end: number,
  meaning: (number: number) => Level,
): Level => {
  const isString = bytes[start] === QUOTE;
  const from = isString ? start + 1 : start;
  const to = isString ? end - 1 : end;
  const level = isString && isLetters(bytes, from, to) ? wordLevel(bytes, from, to) : NO_LEVEL;
  return level === NO_LEVEL ? meaning(wholeNumber(bytes, from, to)) : level;
};

const isLetters = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) {
    const lower = (bytes[at] ?? 0) | 0x20;
    if (lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
};

/** @returns -1 if it is none */
const wholeNumber = (bytes: Uint8Array, start: number, end: number): number => {
  if (end === start || end - start > MOST_DIGITS) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
};
