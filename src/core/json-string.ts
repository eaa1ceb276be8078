/**
 * JSON strings as bytes. A string is any bytes from 0x20 up but `"` and `\`, and the escapes
 *
 *   \" \\ \/ \b \f \n \r \t            one byte each
 *   \uXXXX                              1 to 3 bytes of UTF-8; a pair of surrogates 4 bytes; a lone surrogate U+FFFD (3 bytes)
 *
 * Unescaped text is never longer than escaped text. Bytes that are no UTF-8 pass as they are: a log is not always text.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const UNICODE_ESCAPE_BYTES = 6;
const REPLACEMENT = 0xfffd;

/** A byte of each kind in every place, for tests of four bytes at a time. */
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACES = 0x20202020;
const ONES = 0x01010101;
const TOP_BITS = 0x80808080;

/** What the letter of a one-byte escape means; 0 for what is no escape. */
const UNESCAPED = new Uint8Array(256);
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  UNESCAPED[letter?.charCodeAt(0) ?? 0] = meaning?.charCodeAt(0) ?? 0;
}

/** What `read` found out about a string. */
export class JsonString {
  /** The first byte after the opening quote. */
  start = 0;
  /** The closing quote. */
  end = 0;
  /** The backslashes of the first and the last escape; `end` if there is none. */
  firstEscape = 0;
  lastEscape = 0;

  /**
   * Reads the string whose opening quote stands just before `start`. Some control character must follow in the view (a
   * newline).
   *
   * @returns the index after the closing quote, or -1 if it is no string
   */
  read(view: DataView, start: number): number {
    let firstEscape = -1;
    let lastEscape = -1;
    let at = findSpecial(view, start);
    while (view.getUint8(at) === BACKSLASH) {
      const next = afterEscape(view, at);
      if (next < 0) return -1;
      if (firstEscape < 0) firstEscape = at;
      lastEscape = at;
      at = findSpecial(view, next);
    }
    if (view.getUint8(at) !== QUOTE) return -1;
    this.start = start;
    this.end = at;
    this.firstEscape = firstEscape < 0 ? at : firstEscape;
    this.lastEscape = lastEscape < 0 ? at : lastEscape;
    return at + 1;
  }
}

/** The index of the first `"`, `\` or control character at or after `at`. */
const findSpecial = (view: DataView, at: number): number => {
  let index = at;
  while (!hasSpecial(view.getInt32(index, true))) index += 4;
  while (!isSpecial(view.getUint8(index))) index++;
  return index;
};

/**
 * Whether one of four bytes is a `"`, a `\` or a control character. (The borrow of a subtraction can make a byte look
 * special that is not, but only above one that is.)
 */
const hasSpecial = (word: number): boolean => {
  const quote = word ^ QUOTES;
  const backslash = word ^ BACKSLASHES;
  const special = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - SPACES) & ~word);
  return (special & TOP_BITS) !== 0;
};

const isSpecial = (byte: number): boolean => byte < 0x20 || byte === QUOTE || byte === BACKSLASH;

/** @returns the index after the escape whose backslash is at `at`, or -1 if it is none */
const afterEscape = (view: DataView, at: number): number => {
  const letter = view.getUint8(at + 1);
  if (letter === LETTER_U) return codeUnit(view, at) < 0 ? -1 : at + UNICODE_ESCAPE_BYTES;
  return UNESCAPED[letter] === 0 ? -1 : at + 2;
};

/** @returns the 16 bits of the `\uXXXX` at `at`, or -1 if there is none. Never looks beyond a byte that does not fit. */
const codeUnit = (view: DataView, at: number): number => {
  if (view.getUint8(at) !== BACKSLASH || view.getUint8(at + 1) !== LETTER_U) return -1;
  let unit = 0;
  for (let index = at + 2; index < at + UNICODE_ESCAPE_BYTES; index++) {
    const digit = hexDigit(view.getUint8(index));
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
};

const hexDigit = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
};

/** The byte that a valid one-byte escape stands for, or the code point of a `\uXXXX` that is none of a pair. */
export const escapedCodePoint = (view: DataView, at: number): number => {
  const letter = view.getUint8(at + 1);
  return letter === LETTER_U ? codeUnit(view, at) : (UNESCAPED[letter] ?? 0);
};

/**
 * Unescapes [from, to), which `JsonString.read` found valid, to `target`, but writes no byte at or after `targetEnd`.
 *
 * @returns how many bytes the whole text has
 */
export const unescapeJson = (
  view: DataView,
  from: number,
  to: number,
  target: number,
  targetEnd: number,
): number => {
  let at = from;
  let out = target;
  while (at < to) {
    const spanEnd = copySpan(view, at, to, out, targetEnd);
    out += spanEnd - at;
    at = spanEnd;
    if (at === to) break;
    let codePoint = escapedCodePoint(view, at);
    at += view.getUint8(at + 1) === LETTER_U ? UNICODE_ESCAPE_BYTES : 2;
    if (codePoint >= 0xd800 && codePoint < 0xe000) {
      const low = codePoint < 0xdc00 && at < to ? codeUnit(view, at) : -1;
      const isPair = low >= 0xdc00 && low < 0xe000;
      codePoint = isPair ? 0x10000 + ((codePoint - 0xd800) << 10) + (low - 0xdc00) : REPLACEMENT;
      if (isPair) at += UNICODE_ESCAPE_BYTES;
    }
    out = putCodePoint(view, codePoint, out, targetEnd);
  }
  return out - target;
};

/**
 * Copies plain text up to the next escape or to `to`. Words are stored before it is known that they are plain, and while
 * they fit: faster than a search and a copyWithin for each span (a line of 200 bytes with two escapes: 265 ns against 340).
 *
 * @returns the index where the plain text ends
 */
const copySpan = (view: DataView, from: number, to: number, target: number, targetEnd: number): number => {
  const wordsEnd = Math.min(to, from + targetEnd - target) - 3;
  const shift = target - from;
  let at = from;
  for (; at < wordsEnd; at += 4) {
    const word = view.getInt32(at, true);
    view.setInt32(at + shift, word, true);
    if (hasSpecial(word)) break;
  }
  for (; at < to; at++) {
    const byte = view.getUint8(at);
    if (byte === BACKSLASH) return at;
    putByte(view, byte, at + shift, targetEnd);
  }
  return to;
};

/** Writes as much of the code point's UTF-8 as there is room for. @returns the index after all of it */
const putCodePoint = (view: DataView, codePoint: number, at: number, end: number): number => {
  if (codePoint < 0x80) return putByte(view, codePoint, at, end);
  if (codePoint < 0x800)
    return putTail(view, codePoint, putByte(view, 0xc0 | (codePoint >> 6), at, end), end, 1);
  if (codePoint < 0x10000)
    return putTail(view, codePoint, putByte(view, 0xe0 | (codePoint >> 12), at, end), end, 2);
  return putTail(view, codePoint, putByte(view, 0xf0 | (codePoint >> 18), at, end), end, 3);
};

const putTail = (view: DataView, codePoint: number, at: number, end: number, count: number): number => {
  let index = at;
  for (let left = count - 1; left >= 0; left--) {
    index = putByte(view, 0x80 | ((codePoint >> (left * 6)) & 0x3f), index, end);
  }
  return index;
};

const putByte = (view: DataView, byte: number, at: number, end: number): number => {
  if (at < end) view.setUint8(at, byte);
  return at + 1;
};
