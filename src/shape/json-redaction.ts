import { JsonText } from './json-text.ts';
import { redactedBytes, redactText } from './redaction.ts';
import type { SecretFinder } from './secret-finder.ts';
import { REPLACEMENT } from './transforms.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const ZERO = 0x30;
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

/**
 * Hides secrets in JSON text that is known to be right, so that it stays right. Each string is looked at as what it means,
 * escapes resolved; numbers as they are written; and what stands under the key of a secret is hidden whatever it is: strings
 * and numbers become `"[redacted]"`, or asterisks and 0 where that would take too much room.
 */
export class JsonRedaction {
  readonly #finder: SecretFinder;
  readonly #unescaped: JsonText;
  readonly #redacted: Buffer<ArrayBuffer>;
  #from: Uint8Array = new Uint8Array();
  #to: Uint8Array = new Uint8Array();
  #end = 0;
  #write = 0;
  #limit = 0;
  #changes = 0;
  #isSecretKeyFound = false;

  /** @param maxBytes the longest text that it will be given */
  constructor(finder: SecretFinder, maxBytes: number) {
    this.#finder = finder;
    this.#unescaped = new JsonText(maxBytes);
    this.#redacted = Buffer.from(new ArrayBuffer(redactedBytes(maxBytes)));
  }

  /** Some key itself has a secret in it; said of the text that was redacted last. */
  get hasSecretInKey(): boolean {
    return this.#isSecretKeyFound;
  }

  /**
   * Writes the text [start, end) to `target` without its secrets; at most `redactedBytes` of it.
   *
   * @param isSecret the text is a value whose key says that it is to be hidden
   * @returns the index after the last byte written, or -1 if nothing is to be hidden (then what was written means nothing)
   */
  redact(
    bytes: Uint8Array,
    start: number,
    end: number,
    isSecret: boolean,
    target: Uint8Array,
    at: number,
  ): number {
    this.#from = bytes;
    this.#to = target;
    this.#end = end;
    this.#write = at;
    this.#limit = at + redactedBytes(end - start);
    this.#changes = 0;
    this.#isSecretKeyFound = false;
    this.#tokens(start, isSecret);
    return this.#changes === 0 ? -1 : this.#write;
  }

  #tokens(start: number, isSecret: boolean): void {
    /** How deep the brackets are, and at which depth the value of a secret's key began; -1: at none. */
    let depth = 0;
    let secretDepth = isSecret ? 0 : -1;
    for (let at = start; at < this.#end; ) {
      const byte = this.#from[at] ?? 0;
      if (byte === QUOTE) {
        const close = this.#closingQuote(at + 1);
        if (this.#isKey(close + 1)) {
          this.#key(at + 1, close);
          if (secretDepth < 0 && this.#isSecretKey(at + 1, close)) secretDepth = depth;
        } else {
          this.#string(at + 1, close, secretDepth >= 0);
        }
        at = close + 1;
        continue;
      }
      if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
        at = this.#number(at, secretDepth >= 0);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === 0x7d || byte === 0x5d) depth--;
      // What belongs to the key ends with its comma, or with the object around it.
      if (secretDepth >= 0 && !(isSecret && secretDepth === 0)) {
        if (depth < secretDepth || (byte === 0x2c && depth === secretDepth)) secretDepth = -1;
      }
      this.#put(byte);
      at++;
    }
  }

  #closingQuote(from: number): number {
    let at = from;
    while (this.#from[at] !== QUOTE) at += this.#from[at] === BACKSLASH ? 2 : 1;
    return at;
  }

  #isKey(after: number): boolean {
    let at = after;
    while (at < this.#end && isSpace(this.#from[at] ?? 0)) at++;
    return at < this.#end && this.#from[at] === COLON;
  }

  #isSecretKey(start: number, end: number): boolean {
    if (!this.#from.subarray(start, end).includes(BACKSLASH))
      return this.#finder.isSecretKey(this.#from, start, end);
    const length = this.#unescaped.read(this.#from, start, end);
    return this.#finder.isSecretKey(this.#unescaped.bytes, 0, length);
  }

  /** Its text is [start, end), without the quotes. */
  #key(start: number, end: number): void {
    const before = this.#changes;
    this.#string(start, end, false);
    if (this.#changes > before) this.#isSecretKeyFound = true;
  }

  /** Its text is [start, end), without the quotes. */
  #string(start: number, end: number, isSecret: boolean): void {
    this.#put(QUOTE);
    if (isSecret) this.#hide(start, end);
    else this.#redactString(start, end);
    this.#put(QUOTE);
  }

  #hide(start: number, end: number): void {
    if (end === start) return;
    this.#changes++;
    if (this.#fits(REPLACEMENT_BYTES.length, end + 1)) {
      this.#to.set(REPLACEMENT_BYTES, this.#write);
      this.#write += REPLACEMENT_BYTES.length;
    } else {
      for (let at = start; at < end; at++) this.#put(0x2a);
    }
  }

  #redactString(start: number, end: number): void {
    const hasEscapes = this.#from.subarray(start, end).includes(BACKSLASH);
    let [bytes, from, to] = [this.#from, start, end];
    if (hasEscapes) {
      to = this.#unescaped.read(this.#from, start, end);
      [bytes, from] = [this.#unescaped.bytes, 0];
    }
    const length = redactText(this.#finder, bytes, from, to, false, this.#redacted, 0);
    if (length < 0) {
      this.#copy(start, end);
      return;
    }
    this.#changes++;
    if (this.#fits(length + escapesIn(this.#redacted, length), end)) this.#escape(this.#redacted, 0, length);
    else for (let at = start; at < end; at++) this.#put(0x2a);
  }

  /** Whether so many bytes, and then the rest of the text from `rest` on, leave what is allowed. */
  #fits(bytes: number, rest: number): boolean {
    return this.#write + bytes + (this.#end - rest) <= this.#limit;
  }

  #escape(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      const short = SHORT_ESCAPES.get(byte);
      if (short !== undefined) {
        this.#put(BACKSLASH);
        this.#put(short);
      } else if (byte < 0x20) {
        for (const digit of `\\u00${byte.toString(16).padStart(2, '0')}`) this.#put(digit.charCodeAt(0));
      } else this.#put(byte);
    }
  }

  #number(start: number, isSecret: boolean): number {
    let end = start + 1;
    while (end < this.#end && isNumberByte(this.#from[end] ?? 0)) end++;
    if (!isSecret && !this.#finder.find(this.#from, start, end, false)) {
      this.#copy(start, end);
      return end;
    }
    this.#changes++;
    if (this.#fits(REPLACEMENT_BYTES.length + 2, end)) {
      this.#put(QUOTE);
      this.#to.set(REPLACEMENT_BYTES, this.#write);
      this.#write += REPLACEMENT_BYTES.length;
      this.#put(QUOTE);
    } else this.#put(ZERO);
    return end;
  }

  #copy(start: number, end: number): void {
    this.#to.set(this.#from.subarray(start, end), this.#write);
    this.#write += end - start;
  }

  #put(byte: number): void {
    this.#to[this.#write++] = byte;
  }
}

const SHORT_ESCAPES = new Map<number, number>([
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [0x08, 0x62],
  [0x0c, 0x66],
  [0x0a, 0x6e],
  [0x0d, 0x72],
  [0x09, 0x74],
]);

/** How much longer the text becomes when it is escaped. */
const escapesIn = (bytes: Uint8Array, length: number): number => {
  let more = 0;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (SHORT_ESCAPES.has(byte)) more++;
    else if (byte < 0x20) more += 5;
  }
  return more;
};

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

const isNumberByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2b || byte === 0x2d || (byte | 0x20) === 0x65;
