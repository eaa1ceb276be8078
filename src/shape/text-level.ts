import { type Level, levelOf, NO_LEVEL, numericLevel, syslogLevel, wordLevel } from './level.ts';

/**
 * The level that a line of text tells, from how loggers begin their lines:
 *
 *   <13>…                                      syslog
 *   I0102 15:04:05.000000  1 file.go:1] …      klog, glog
 *   1:M 20 Nov 2026 20:19:53.123 # …           redis
 *   … level=warn …, … lvl=warn …               logfmt
 *   … [warn] …, … <error> …                    in brackets, whatever the case
 *   … WARN …, WARNING:root:…, [INFO ], | ERROR |   in capitals: log4j, logback, Python, zap, loguru, env_logger, zerolog
 *   warn: …, Error: …                          at the very start, before a colon: .NET, winston, Node
 *
 * Colours are looked through. Words count only near the start, and no longer once the line has begun to tell a story: what
 * stands there is no level but a word.
 */
const HEAD_BYTES = 128;
const LOGFMT_BYTES = 512;
/** `Nov 20 20:19:53 host app` has two. */
const MOST_PLAIN_WORDS = 3;

const ESCAPE = 0x1b;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const COLON = 0x3a;
const EQUALS = 0x3d;
const OPEN_ANGLE = 0x3c;
const CLOSE_ANGLE = 0x3e;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** What may stand before and after a level in capitals. */
const BEFORE = new Uint8Array(256);
const AFTER = new Uint8Array(256);
for (const byte of Buffer.from(' \t[(<|"\':\n')) BEFORE[byte] = 1;
for (const byte of Buffer.from(' \t])>|"\':,\n')) AFTER[byte] = 1;
BEFORE[0] = 1;
AFTER[0] = 1;

export const textLevel = (bytes: Uint8Array, start: number, end: number): Level => {
  const level = prefixLevel(bytes, start, end);
  return level === NO_LEVEL ? wordsLevel(bytes, start, end) : level;
};

const prefixLevel = (bytes: Uint8Array, start: number, end: number): Level => {
  const first = bytes[start] ?? 0;
  if (first === OPEN_ANGLE) return syslogPrefix(bytes, start, end);
  if (first === 0x49 || first === 0x57 || first === 0x45 || first === 0x46)
    return klogPrefix(bytes, start, end);
  return isDigit(first) ? redisPrefix(bytes, start, end) : NO_LEVEL;
};

/** `<13>`: facility * 8 + severity, at most 191. */
const syslogPrefix = (bytes: Uint8Array, start: number, end: number): Level => {
  let priority = 0;
  for (let at = start + 1; at < end && at < start + 5; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === CLOSE_ANGLE) return at > start + 1 && priority < 192 ? syslogLevel(priority & 7) : NO_LEVEL;
    if (!isDigit(byte)) return NO_LEVEL;
    priority = priority * 10 + byte - 0x30;
  }
  return NO_LEVEL;
};

const KLOG = 'd0000 00:00:00';

const klogPrefix = (bytes: Uint8Array, start: number, end: number): Level => {
  if (end - start < KLOG.length || !hasShape(bytes, start + 1, KLOG, 1)) return NO_LEVEL;
  const letter = bytes[start];
  if (letter === 0x49) return levelOf('info');
  if (letter === 0x57) return levelOf('warn');
  return letter === 0x45 ? levelOf('error') : levelOf('fatal');
};

/** `<pid>:<role> 20 Nov 2026 20:19:53.123 <mark> `: . debug, - verbose, * notice, # warning. */
const REDIS = 'X 00 Xxx 0000 00:00:00.000 ';

const redisPrefix = (bytes: Uint8Array, start: number, end: number): Level => {
  let at = start;
  while (at < end && at < start + 8 && isDigit(bytes[at] ?? 0)) at++;
  if (bytes[at] !== COLON || end - at < REDIS.length + 3 || !hasShape(bytes, at + 1, REDIS, 0))
    return NO_LEVEL;
  switch (bytes[at + 1 + REDIS.length]) {
    case 0x2e:
    case 0x2d:
      return levelOf('debug');
    case 0x2a:
      return levelOf('info');
    case 0x23:
      return levelOf('warn');
    default:
      return NO_LEVEL;
  }
};

/** Whether the bytes look like the shape: 0 is a digit, X and x letters, all else itself. The caller knows that they are there. */
const hasShape = (bytes: Uint8Array, start: number, shape: string, from: number): boolean => {
  for (let index = from; index < shape.length; index++) {
    const byte = bytes[start + index - from] ?? 0;
    const wanted = shape.charCodeAt(index);
    const fits =
      wanted === 0x30 ? isDigit(byte) : (wanted | 0x20) === 0x78 ? isLetter(byte) : byte === wanted;
    if (!fits) return false;
  }
  return true;
};

/** Word by word. */
const wordsLevel = (bytes: Uint8Array, start: number, end: number): Level => {
  const headEnd = Math.min(end, start + HEAD_BYTES);
  const limit = Math.min(end, start + LOGFMT_BYTES);
  let plainWords = 0;
  /** The byte before a word; 0 at the start and behind a colour. */
  let before = 0;
  for (let at = start; at < limit; ) {
    const byte = bytes[at] ?? 0;
    if (byte === ESCAPE) {
      at = skipColour(bytes, at, limit);
      before = 0;
      continue;
    }
    if (!isWord(byte)) {
      before = byte;
      at++;
      continue;
    }
    const wordStart = at;
    let isLetters = true;
    for (; at < limit && isWord(bytes[at] ?? 0); at++) if (!isLetter(bytes[at] ?? 0)) isLetters = false;
    const after = at < end ? (bytes[at] ?? 0) : 0;
    if (after === EQUALS) {
      const level = isLevelKey(bytes, wordStart, at) ? valueLevel(bytes, at + 1, end) : NO_LEVEL;
      if (level !== NO_LEVEL) return level;
    } else if (isLetters && at <= headEnd && plainWords < MOST_PLAIN_WORDS) {
      const isStart = wordStart === start;
      const level = standsOut(bytes, wordStart, at, before, after, isStart)
        ? wordLevel(bytes, wordStart, at)
        : NO_LEVEL;
      if (level !== NO_LEVEL) return level;
      if ((before === SPACE || before === 0) && after === SPACE) plainWords++;
    }
    before = bytes[at - 1] ?? 0;
  }
  return NO_LEVEL;
};

/** Whether a word would be a level if it is a word for one. */
const standsOut = (
  bytes: Uint8Array,
  start: number,
  end: number,
  before: number,
  after: number,
  isStart: boolean,
): boolean => {
  if (before === OPEN_BRACKET && after === CLOSE_BRACKET) return true;
  if (before === OPEN_ANGLE && after === CLOSE_ANGLE) return true;
  if ((before === TAB && after === TAB) || (before === 0 && after === ESCAPE)) return true;
  if (isStart && after === COLON) return true;
  if (BEFORE[before] !== 1 || (AFTER[after] !== 1 && after !== ESCAPE)) return false;
  for (let at = start; at < end; at++) if (((bytes[at] ?? 0) & 0x20) !== 0) return false;
  return true;
};

const KEYS = ['level', 'lvl', 'severity', 'loglevel', 'log_level'].map((key) => Buffer.from(key));

const isLevelKey = (bytes: Uint8Array, start: number, end: number): boolean =>
  KEYS.some((key) => {
    if (key.length !== end - start) return false;
    for (let index = 0; index < key.length; index++) {
      if (((bytes[start + index] ?? 0) | 0x20) !== ((key[index] ?? 0) | 0x20)) return false;
    }
    return true;
  });

/** What stands behind `level=`, in quotes or not: a word or a number. */
const valueLevel = (bytes: Uint8Array, from: number, end: number): Level => {
  const start = bytes[from] === QUOTE ? from + 1 : from;
  let at = start;
  let number = 0;
  while (at < end && at < start + 4 && isDigit(bytes[at] ?? 0))
    number = number * 10 + (bytes[at++] ?? 0) - 0x30;
  if (at > start) return at < end && isWord(bytes[at] ?? 0) ? NO_LEVEL : numericLevel(number);
  while (at < end && isLetter(bytes[at] ?? 0)) at++;
  return at < end && isWord(bytes[at] ?? 0) ? NO_LEVEL : wordLevel(bytes, start, at);
};

/** `ESC [ … letter`; anything else is one byte. */
const skipColour = (bytes: Uint8Array, from: number, limit: number): number => {
  if (bytes[from + 1] !== OPEN_BRACKET) return from + 1;
  let at = from + 2;
  while (at < limit && (isDigit(bytes[at] ?? 0) || bytes[at] === 0x3b)) at++;
  return Math.min(limit, at + 1);
};

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isWord = (byte: number): boolean => isLetter(byte) || isDigit(byte) || byte === 0x5f;
