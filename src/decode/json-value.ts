/**
 * Steps over one JSON value of any kind (RFC 8259), without keeping anything of it: for the keys of a docker line that
 * birler has no use for, such as `attrs`. Checks all of the grammar, because a line that is torn must not pass for a whole
 * one.
 */
import { JsonString } from '../core/json-string.ts';

/**
 * Docker's `attrs` is one level deep. What is nested deeper than this is no line of docker's, and must not overflow the
 * stack.
 */
const MAX_DEPTH = 32;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const DIGIT_0 = 0x30;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const text = new JsonString();

/** @returns the index after the value that begins at `at`, or -1 if there is none. A newline must follow in the view. */
export const skipValue = (view: DataView, at: number, depth = 0): number => {
  switch (view.getUint8(at)) {
    case QUOTE:
      return text.read(view, at + 1);
    case OPEN_BRACE:
      return depth < MAX_DEPTH ? skipMembers(view, at + 1, depth + 1, CLOSE_BRACE) : -1;
    case OPEN_BRACKET:
      return depth < MAX_DEPTH ? skipMembers(view, at + 1, depth + 1, CLOSE_BRACKET) : -1;
    case 0x74:
      return skipWord(view, at, 'true');
    case 0x66:
      return skipWord(view, at, 'false');
    case 0x6e:
      return skipWord(view, at, 'null');
    default:
      return skipNumber(view, at);
  }
};

/** Space, tab and CR; a newline ends the line. */
export const skipWhitespace = (view: DataView, at: number): number => {
  let index = at;
  for (;;) {
    const byte = view.getUint8(index);
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return index;
    index++;
  }
};

/** The members of an object or the elements of an array, to the closing bracket and over it. */
const skipMembers = (view: DataView, start: number, depth: number, close: number): number => {
  let at = skipWhitespace(view, start);
  if (view.getUint8(at) === close) return at + 1;
  for (;;) {
    if (close === CLOSE_BRACE) {
      at = skipKey(view, at);
      if (at < 0) return -1;
    }
    const end = skipValue(view, at, depth);
    if (end < 0) return -1;
    at = skipWhitespace(view, end);
    const next = view.getUint8(at);
    if (next === close) return at + 1;
    if (next !== COMMA) return -1;
    at = skipWhitespace(view, at + 1);
  }
};

/** @returns the index of the value that belongs to the key at `at`, or -1 */
const skipKey = (view: DataView, at: number): number => {
  if (view.getUint8(at) !== QUOTE) return -1;
  const end = text.read(view, at + 1);
  return end < 0 ? -1 : skipColon(view, end);
};

/** @returns the index of what follows the colon at `at`, white space skipped, or -1 if there is no colon */
export const skipColon = (view: DataView, at: number): number => {
  const colon = skipWhitespace(view, at);
  return view.getUint8(colon) === COLON ? skipWhitespace(view, colon + 1) : -1;
};

const skipWord = (view: DataView, at: number, word: string): number => {
  for (let index = 0; index < word.length; index++) {
    if (view.getUint8(at + index) !== word.charCodeAt(index)) return -1;
  }
  return at + word.length;
};

/** -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
const skipNumber = (view: DataView, start: number): number => {
  const integer = view.getUint8(start) === 0x2d ? start + 1 : start;
  let at = skipDigits(view, integer);
  if (at === integer || (view.getUint8(integer) === DIGIT_0 && at > integer + 1)) return -1;
  if (view.getUint8(at) === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(view, fraction);
    if (at === fraction) return -1;
  }
  if ((view.getUint8(at) | 0x20) === 0x65) {
    const sign = view.getUint8(at + 1);
    const exponent = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
    at = skipDigits(view, exponent);
    if (at === exponent) return -1;
  }
  return at;
};

const skipDigits = (view: DataView, at: number): number => {
  let index = at;
  while (view.getUint8(index) >= DIGIT_0 && view.getUint8(index) <= 0x39) index++;
  return index;
};
