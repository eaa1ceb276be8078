/**
 * Takes one JSON object (RFC 8259) apart without making anything of it: where its members stand, and that all of it is
 * right, within bounds. What is not right, or beyond a bound, stays text:
 *
 *   nested deeper than `depth`, more than `members` at all levels together, a number that no double holds or of more than
 *   64 characters, a key that is written with escapes, a key twice in one nested object
 *
 * A key twice at the top counts with its last value, as with JSON.parse; pino and zerolog write such objects.
 */
export interface JsonBounds {
  /** The object itself is 1. */
  readonly depth: number;
  /** 0: nobody wants to know its members. Then only the grammar and the depth count. */
  readonly members: number;
}

const MOST_NUMBER_BYTES = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Bytes that a string goes on over: all but quote, backslash and control characters. */
const PLAIN = new Uint8Array(256).fill(1, 0x20);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

const WRONG = -1;

export class JsonObject {
  /** How many members the object has; one that a later one replaces is not among them. */
  count = 0;
  /** A line break stands between its tokens: copied as it is, it would break the line that it is copied to. */
  hasLineBreaks = false;
  /** Spans of keys, without their quotes, and of values. */
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly #bounds: JsonBounds;
  readonly #notes: boolean;
  /** Keys of the nested objects that are being read, outermost first. */
  readonly #nestedStarts: Int32Array;
  readonly #nestedEnds: Int32Array;
  #nested = 0;
  #members = 0;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds;
    this.#notes = bounds.members > 0;
    this.keyStarts = new Int32Array(bounds.members);
    this.keyEnds = new Int32Array(bounds.members);
    this.valueStarts = new Int32Array(bounds.members);
    this.valueEnds = new Int32Array(bounds.members);
    this.#nestedStarts = new Int32Array(bounds.members);
    this.#nestedEnds = new Int32Array(bounds.members);
  }

  /** @returns whether [start, end) is an object, with white space around it, that keeps the bounds */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.count = 0;
    this.hasLineBreaks = false;
    this.#nested = 0;
    this.#members = 0;
    const open = this.#skipSpace(start);
    if (open >= end || bytes[open] !== OPEN_BRACE) return false;
    const after = this.#object(open + 1, 1);
    return after !== WRONG && this.#skipSpace(after) === end;
  }

  /** The member of this name, or -1. */
  find(name: Uint8Array): number {
    for (let member = 0; member < this.count; member++) {
      const start = this.keyStarts[member] ?? 0;
      if (
        (this.keyEnds[member] ?? 0) - start === name.length &&
        isSame(this.#bytes, start, name, 0, name.length)
      ) {
        return member;
      }
    }
    return -1;
  }

  #byte(at: number): number {
    return at < this.#end ? (this.#bytes[at] ?? 0) : 0;
  }

  #skipSpace(from: number): number {
    let at = from;
    for (; at < this.#end; at++) {
      const byte = this.#bytes[at] ?? 0;
      if (byte === 0x0a || byte === 0x0d) this.hasLineBreaks = true;
      else if (byte !== 0x20 && byte !== 0x09) return at;
    }
    return at;
  }

  #value(at: number, depth: number): number {
    switch (this.#byte(at)) {
      case QUOTE:
        return this.#string(at + 1);
      case OPEN_BRACE:
        return this.#object(at + 1, depth + 1);
      case OPEN_BRACKET:
        return this.#array(at + 1, depth + 1);
      case 0x74:
        return this.#word(at, 'true');
      case 0x66:
        return this.#word(at, 'false');
      case 0x6e:
        return this.#word(at, 'null');
      default:
        return this.#number(at);
    }
  }

  #object(from: number, depth: number): number {
    if (depth > this.#bounds.depth) return WRONG;
    let at = this.#skipSpace(from);
    if (this.#byte(at) === CLOSE_BRACE) return at + 1;
    const nested = this.#nested;
    for (;;) {
      if (this.#byte(at) !== QUOTE || (this.#notes && ++this.#members > this.#bounds.members)) return WRONG;
      const keyStart = at + 1;
      const keyEnd = this.#notes ? this.#plainString(keyStart) : this.#string(keyStart) - 1;
      if (keyEnd < keyStart) return WRONG;
      at = this.#skipSpace(keyEnd + 1);
      if (this.#byte(at) !== COLON) return WRONG;
      const valueStart = this.#skipSpace(at + 1);
      if (this.#notes && depth > 1 && !this.#noteNested(keyStart, keyEnd, nested)) return WRONG;
      const valueEnd = this.#value(valueStart, depth);
      if (valueEnd === WRONG) return WRONG;
      if (this.#notes && depth === 1) this.#noteMember(keyStart, keyEnd, valueStart, valueEnd);
      at = this.#skipSpace(valueEnd);
      if (this.#byte(at) === CLOSE_BRACE) break;
      if (this.#byte(at) !== COMMA) return WRONG;
      at = this.#skipSpace(at + 1);
    }
    this.#nested = nested;
    return at + 1;
  }

  #array(from: number, depth: number): number {
    if (depth > this.#bounds.depth) return WRONG;
    let at = this.#skipSpace(from);
    if (this.#byte(at) === CLOSE_BRACKET) return at + 1;
    for (;;) {
      const end = this.#value(at, depth);
      if (end === WRONG) return WRONG;
      at = this.#skipSpace(end);
      if (this.#byte(at) === CLOSE_BRACKET) return at + 1;
      if (this.#byte(at) !== COMMA) return WRONG;
      at = this.#skipSpace(at + 1);
    }
  }

  /** @returns the index of the closing quote of a string without escapes */
  #plainString(from: number): number {
    let at = from;
    while (at < this.#end && PLAIN[this.#bytes[at] ?? 0] === 1) at++;
    return this.#byte(at) === QUOTE ? at : WRONG;
  }

  /** @returns the index after the closing quote */
  #string(from: number): number {
    let at = from;
    for (;;) {
      while (at < this.#end && PLAIN[this.#bytes[at] ?? 0] === 1) at++;
      const byte = this.#byte(at);
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) return WRONG;
      at = this.#escape(at + 1);
      if (at === WRONG) return WRONG;
    }
  }

  #escape(at: number): number {
    const letter = this.#byte(at);
    if (letter !== 0x75) return ESCAPES[letter] === 1 ? at + 1 : WRONG;
    for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(this.#byte(digit))) return WRONG;
    return at + 5;
  }

  #word(at: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.#byte(at + index) !== word.charCodeAt(index)) return WRONG;
    }
    return at + word.length;
  }

  /** -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
  #number(start: number): number {
    const integer = this.#byte(start) === MINUS ? start + 1 : start;
    let at = this.#digits(integer);
    if (at === integer || (this.#byte(integer) === DIGIT_0 && at > integer + 1)) return WRONG;
    if (this.#byte(at) === 0x2e) {
      const fraction = at + 1;
      at = this.#digits(fraction);
      if (at === fraction) return WRONG;
    }
    let hasExponent = false;
    if ((this.#byte(at) | 0x20) === 0x65) {
      const sign = this.#byte(at + 1);
      const exponent = sign === 0x2b || sign === MINUS ? at + 2 : at + 1;
      at = this.#digits(exponent);
      if (at === exponent) return WRONG;
      hasExponent = true;
    }
    if (!this.#notes) return at;
    if (at - start > MOST_NUMBER_BYTES) return WRONG;
    return hasExponent && !this.#isFinite(start, at) ? WRONG : at;
  }

  #isFinite(start: number, end: number): boolean {
    return Number.isFinite(Number(Buffer.from(this.#bytes.subarray(start, end)).toString('latin1')));
  }

  #digits(from: number): number {
    let at = from;
    while (this.#byte(at) >= DIGIT_0 && this.#byte(at) <= 0x39) at++;
    return at;
  }

  #noteMember(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    const length = keyEnd - keyStart;
    for (let member = 0; member < this.count; member++) {
      const other = this.keyStarts[member] ?? 0;
      if ((this.keyEnds[member] ?? 0) - other !== length) continue;
      if (!isSame(this.#bytes, keyStart, this.#bytes, other, length)) continue;
      this.#takeOut(member);
      break;
    }
    const member = this.count++;
    this.keyStarts[member] = keyStart;
    this.keyEnds[member] = keyEnd;
    this.valueStarts[member] = valueStart;
    this.valueEnds[member] = valueEnd;
  }

  #takeOut(member: number): void {
    for (const spans of [this.keyStarts, this.keyEnds, this.valueStarts, this.valueEnds]) {
      spans.copyWithin(member, member + 1, this.count);
    }
    this.count--;
  }

  /** @param first where the keys of this object begin among those of all that are being read */
  #noteNested(start: number, end: number, first: number): boolean {
    const length = end - start;
    for (let key = first; key < this.#nested; key++) {
      const other = this.#nestedStarts[key] ?? 0;
      if ((this.#nestedEnds[key] ?? 0) - other !== length) continue;
      if (isSame(this.#bytes, start, this.#bytes, other, length)) return false;
    }
    this.#nestedStarts[this.#nested] = start;
    this.#nestedEnds[this.#nested] = end;
    this.#nested++;
    return true;
  }
}

/** The letters of one-byte escapes. */
const ESCAPES = new Uint8Array(256);
for (const letter of '"\\/bfnrt') ESCAPES[letter.charCodeAt(0)] = 1;

const isHexDigit = (byte: number): boolean => {
  const lower = byte | 0x20;
  return (byte >= DIGIT_0 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
};

const isSame = (a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean => {
  for (let index = 0; index < length; index++) if (a[aStart + index] !== b[bStart + index]) return false;
  return true;
};
