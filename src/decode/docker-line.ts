import { escapedCodePoint, JsonString } from '../core/json-string.ts';
import { STDERR } from '../core/record-table.ts';
import { skipColon, skipValue, skipWhitespace } from './json-value.ts';
import { TimestampReader } from './timestamp.ts';

/**
 * One line of a docker json-file, taken apart. Docker writes
 *
 *   {"log":"…\n","stream":"stdout","time":"2026-11-20T21:01:41.818050574Z"}
 *   {"log":"…\n","stream":"stderr","attrs":{"tag":"x"},"time":"…"}          with log-opt labels, env or tag
 *
 * The first shape is read at once. Any other JSON object with a string `log`, a `stream` that is "stdout" or "stderr" and a
 * `time` (see timestamp.ts) is read key by key, whatever its order, other keys and white space; of equal keys the last one
 * counts. Keys and values of stream and time that are themselves written with escapes are not known (docker writes none).
 */
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NEWLINE = 0x0a;
const LETTER_U = 0x75;

/**
 * Little-endian words of the canonical line: `{"lo` `g":"`, `,"st` `ream` `":"s` `td`, `out"` `err"`, `,"ti` `me":` `"`.
 */
const BRACE_QUOTE_LO = 0x6f6c227b;
const G_QUOTE_COLON_QUOTE = 0x223a2267;
const COMMA_QUOTE_ST = 0x7473222c;
const REAM = 0x6d616572;
const QUOTE_COLON_QUOTE_S = 0x73223a22;
const TD = 0x6474;
const OUT_QUOTE = 0x2274756f;
const ERR_QUOTE = 0x22727265;
const COMMA_QUOTE_TI = 0x6974222c;
const ME_QUOTE_COLON = 0x3a22656d;

export class DockerLine {
  readonly log = new JsonString();
  readonly time = new TimestampReader();
  timeStart = 0;
  timeEnd = 0;
  /** STDERR or 0; 0 also where the line is not well-formed. */
  stderr = 0;
  /** The end of the message: of the log without its newline. */
  messageEnd = 0;
  /** The log ends with a newline: without it, the record goes on in a later line. */
  isLast = false;

  private readonly key = new JsonString();
  private readonly value = new JsonString();

  get messageHasEscapes(): boolean {
    return this.log.firstEscape < this.messageEnd;
  }

  /** @returns whether the line from `at` to its newline is well-formed */
  read(view: DataView, at: number, newline: number): boolean {
    if (!this.readCanonical(view, at, newline) && !this.readAny(view, at, newline)) {
      this.stderr = 0;
      return false;
    }
    this.findMessageEnd(view);
    return true;
  }

  private readCanonical(view: DataView, at: number, newline: number): boolean {
    if (view.getInt32(at, true) !== BRACE_QUOTE_LO || view.getInt32(at + 4, true) !== G_QUOTE_COLON_QUOTE) {
      return false;
    }
    const stream = this.log.read(view, at + 8);
    if (
      stream < 0 ||
      view.getInt32(stream, true) !== COMMA_QUOTE_ST ||
      view.getInt32(stream + 4, true) !== REAM ||
      view.getInt32(stream + 8, true) !== QUOTE_COLON_QUOTE_S ||
      view.getUint16(stream + 12, true) !== TD
    ) {
      return false;
    }
    const name = view.getInt32(stream + 14, true);
    if (name !== OUT_QUOTE && name !== ERR_QUOTE) return false;
    const time = stream + 18;
    if (
      view.getInt32(time, true) !== COMMA_QUOTE_TI ||
      view.getInt32(time + 4, true) !== ME_QUOTE_COLON ||
      view.getUint8(time + 8) !== QUOTE
    ) {
      return false;
    }
    this.stderr = name === ERR_QUOTE ? STDERR : 0;
    this.timeStart = time + 9;
    this.timeEnd = this.time.read(view, this.timeStart);
    return (
      this.timeEnd > 0 &&
      view.getUint8(this.timeEnd) === QUOTE &&
      view.getUint8(this.timeEnd + 1) === CLOSE_BRACE &&
      this.timeEnd + 2 === newline
    );
  }

  /** Key by key. */
  private readAny(view: DataView, start: number, newline: number): boolean {
    let at = skipWhitespace(view, start);
    if (view.getUint8(at) !== OPEN_BRACE) return false;
    this.log.start = -1;
    this.timeStart = -1;
    this.stderr = -1;
    do {
      at = this.readMember(view, skipWhitespace(view, at + 1));
      if (at < 0) return false;
      at = skipWhitespace(view, at);
    } while (view.getUint8(at) === COMMA);
    if (view.getUint8(at) !== CLOSE_BRACE || skipWhitespace(view, at + 1) !== newline) return false;
    return this.log.start >= 0 && this.timeStart >= 0 && this.stderr >= 0;
  }

  /** @returns the index after the member at `at`, or -1 */
  private readMember(view: DataView, at: number): number {
    const afterKey = view.getUint8(at) === QUOTE ? this.key.read(view, at + 1) : -1;
    const value = afterKey < 0 ? -1 : skipColon(view, afterKey);
    if (value < 0) return -1;
    if (isText(view, this.key, 'log')) return readText(view, this.log, value);
    if (isText(view, this.key, 'stream')) return this.readStream(view, value);
    if (isText(view, this.key, 'time')) return this.readTime(view, value);
    return skipValue(view, value);
  }

  private readStream(view: DataView, at: number): number {
    const end = readText(view, this.value, at);
    if (end < 0) return -1;
    if (isText(view, this.value, 'stdout')) this.stderr = 0;
    else if (isText(view, this.value, 'stderr')) this.stderr = STDERR;
    else return -1;
    return end;
  }

  private readTime(view: DataView, at: number): number {
    if (view.getUint8(at) !== QUOTE) return -1;
    this.timeStart = at + 1;
    this.timeEnd = this.time.read(view, at + 1);
    return this.timeEnd > 0 && view.getUint8(this.timeEnd) === QUOTE ? this.timeEnd + 1 : -1;
  }

  /** The newline that ends a record is the log's last escape: `\n`, or `\u000a` from a writer other than docker. */
  private findMessageEnd(view: DataView): void {
    const { lastEscape, end } = this.log;
    const escapeBytes = lastEscape < end && view.getUint8(lastEscape + 1) === LETTER_U ? 6 : 2;
    this.isLast = lastEscape + escapeBytes === end && escapedCodePoint(view, lastEscape) === NEWLINE;
    this.messageEnd = this.isLast ? lastEscape : end;
  }
}

const readText = (view: DataView, text: JsonString, at: number): number =>
  view.getUint8(at) === QUOTE ? text.read(view, at + 1) : -1;

const isText = (view: DataView, text: JsonString, expected: string): boolean => {
  if (text.end - text.start !== expected.length) return false;
  for (let index = 0; index < expected.length; index++) {
    if (view.getUint8(text.start + index) !== expected.charCodeAt(index)) return false;
  }
  return true;
};
