import type { Region } from '../core/region.ts';

/**
 * What the first bytes of a line say. The lines that can be the second or a later one of a trace begin with one of few bytes;
 * nearly all others are told apart by one look into a table.
 */
const SPACE = 0x20;
const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const CARET = 0x5e;
const HASH = 0x23;
const SLASH = 0x2f;

/**
 * What goes on a trace, or surely begins one, at the start of a line: as much of it as all expressions for such lines have in
 * common, because lines that only begin alike (`node 7 is up`, `panic=true`) would cost a close look each.
 */
const FIRST_WORDS = [
  // Java; Rust's reports have the first and the last too
  'Caused by:',
  'Suppressed:',
  'Wrapped by:',
  'Location:',
  // Python
  'Traceback (',
  'Fatal ',
  // Go
  'goroutine ',
  'panic: ',
  'panic(',
  'panic serving ',
  'fatal error: ',
  'runtime',
  'SIGQ',
  'SIGA',
  'SIGS',
  '[signal ',
  // Rust; with a capital letter: PHP's too
  "thread '",
  'note: ',
  'stack backtrace:',
  'Stack backtrace:',
  'Stack trace:',
  // PHP and its frameworks
  'PHP ',
  '[stacktrace]',
  // Node: where it happened, as paths do it too; where to see more of a warning
  'file:',
  'node:',
  '(Use `node ',
].map((word) => Buffer.from(word));

const MARK_BYTES = 4;
/** By their first four bytes. */
const WORDS: ReadonlyMap<number, readonly Buffer[]> = Map.groupBy(FIRST_WORDS, (word) => word.readInt32LE(0));

/** How suspect lines begin. For each first byte, which second ones: bit n for those whose lowest five bits are n. */
export const beginnings: Int32Array = new Int32Array(256);
for (const byte of [SPACE, TAB, CARET, SLASH]) beginnings[byte] = -1;
const DIGITS = Array.from({ length: 10 }, (_, digit) => Buffer.from(`#${digit}`));
for (const [first = 0, second = 0] of [...DIGITS, ...FIRST_WORDS])
  beginnings[first] = (beginnings[first] ?? 0) | (1 << (second & 31));

/** Whether a line could go on a trace that the lines before it have only announced, or surely begins one. */
export const isSuspect = ({ bytes, view }: Region, start: number, end: number): boolean => {
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  if ((((beginnings[first] ?? 0) >>> (second & 31)) & 1) === 0 || start >= end) return false;
  if (first === SPACE || first === TAB) return true;
  if (first === CARET) return bytes[end - 1] === CARET;
  if (first === SLASH) return isDigit(bytes[end - 1] ?? 0);
  if (first === HASH) return end > start + 2 && isDigit(second);
  if (end - start <= MARK_BYTES) return false;
  const words = WORDS.get(view.getInt32(start, true));
  return words?.some((word) => begins(bytes, start, end, word)) ?? false;
};

/** Whether the span begins with this word. */
export const begins = (bytes: Buffer, start: number, end: number, word: Buffer): boolean => {
  if (end - start < word.length) return false;
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
  return true;
};

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

export const isIndented = (bytes: Uint8Array, start: number, end: number): boolean =>
  start < end && (bytes[start] === SPACE || bytes[start] === TAB);

export const isBlank = (bytes: Uint8Array, start: number, end: number): boolean =>
  afterBlanks(bytes, start, end) === end;

/** The index of the first byte that is neither space nor tab nor CR. */
export const afterBlanks = (bytes: Uint8Array, start: number, end: number): number => {
  for (let index = start; index < end; index++) {
    const byte = bytes[index];
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return index;
  }
  return end;
};

/** The index behind the last byte that is neither space nor tab nor CR. */
export const beforeBlanks = (bytes: Uint8Array, start: number, end: number): number => {
  for (let index = end; index > start; index--) {
    const byte = bytes[index - 1];
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return index;
  }
  return start;
};

/** No more of a line is looked at: what makes it part of a trace stands in its first words. */
const LOOK_BYTES = 1024;

/** The line's beginning, a character a byte, without blanks behind it. */
export const lineText = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('latin1', start, Math.min(beforeBlanks(bytes, start, end), start + LOOK_BYTES));
