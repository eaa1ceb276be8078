import { jsonLevel } from './json-level.ts';
import { type Level, levelName, NO_LEVEL } from './level.ts';
import { LIFTED_SUFFIX, RESERVED_KEYS } from './transforms.ts';

const SUFFIX = Buffer.from(LIFTED_SUFFIX);
/** Our own keys by their length: most others are told apart by that. */
const RESERVED = Array.from({ length: 16 }, (_, length) => {
  const keys = RESERVED_KEYS.filter((key) => key.length === length);
  return keys.length === 0 ? undefined : keys.map((key) => Buffer.from(key));
});
const LEVEL_KEY = Buffer.from('level');
const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BACKSLASH = 0x5c;

/** The most that `level` takes: `"level":"error",`. */
export const LEVEL_BYTES = 16;
/** Beyond what they take, fields are given room for the names that `write` may have to lengthen. */
export const FIELD_SLACK_BYTES = 64;

/** What a field takes. @param value as JSON */
export const fieldBytes = (key: Uint8Array, value: string): number =>
  key.length + Buffer.byteLength(value) + 4;

/** What a name in the configuration becomes in JSON, and back: JSON text without the quotes. */
export const jsonBytes = (text: string): Buffer => Buffer.from(JSON.stringify(text).slice(1, -1));

/** The fields of the record that is being shaped: where the JSON text of their keys and values lies. Used again and again. */
export class Fields {
  count = 0;
  /** Of the fields, how many at the beginning were lifted from the message. */
  lifted = 0;
  readonly keys: Uint8Array[] = [];
  readonly keyStarts: number[] = [];
  readonly keyEnds: number[] = [];
  readonly values: Uint8Array[] = [];
  readonly valueStarts: number[] = [];
  readonly valueEnds: number[] = [];

  clear(): void {
    this.count = 0;
    this.lifted = 0;
  }

  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const index = this.count++;
    this.keys[index] = key;
    this.keyStarts[index] = keyStart;
    this.keyEnds[index] = keyEnd;
    this.setValue(index, value, valueStart, valueEnd);
  }

  /** A member of the JSON message. Lifted fields come first. */
  addLifted(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    this.add(bytes, keyStart, keyEnd, bytes, valueStart, valueEnd);
    // Those that were set before it move up.
    for (const list of [this.keys, this.values]) moveLast(list, this.count, this.lifted);
    for (const list of [this.keyStarts, this.keyEnds, this.valueStarts, this.valueEnds]) {
      moveLast(list, this.count, this.lifted);
    }
    this.lifted++;
  }

  setValue(index: number, value: Uint8Array, start: number, end: number): void {
    this.values[index] = value;
    this.valueStarts[index] = start;
    this.valueEnds[index] = end;
  }

  remove(index: number): void {
    for (const list of [this.keys, this.values]) list.splice(index, 1);
    for (const list of [this.keyStarts, this.keyEnds, this.valueStarts, this.valueEnds])
      list.splice(index, 1);
    this.count--;
    if (index < this.lifted) this.lifted--;
  }

  /** The field of this name (as JSON text), or -1. @param from where to begin to look */
  find(name: Uint8Array, from = 0): number {
    for (let index = from; index < this.count; index++) {
      if (isKey(this.keys[index] ?? name, this.keyStarts[index] ?? 0, this.keyEnds[index] ?? 0, name))
        return index;
    }
    return -1;
  }

  /**
   * A field that the configuration sets: one of this name is replaced.
   *
   * @param isNested lifted fields go into an object of their own, where their names are no trouble
   */
  set(name: Uint8Array, value: Uint8Array, isNested: boolean): void {
    const known = this.find(name, isNested ? this.lifted : 0);
    if (known >= 0) this.remove(known);
    this.add(name, 0, name.length, value, 0, value.length);
  }

  /** Whether the configuration has set a field of the name [start, end). */
  isSet(bytes: Uint8Array, start: number, end: number): boolean {
    for (let index = this.lifted; index < this.count; index++) {
      if (isKey(bytes, start, end, this.keys[index] ?? bytes)) return true;
    }
    return false;
  }

  /**
   * Writes the fields as members of an object, each with a comma behind it: `level` first.
   *
   * @returns the index after the last byte, or -1 if that would be more than `limit`, or one name would be there twice
   */
  write(
    target: Uint8Array,
    limit: number,
    level: Level,
    { under, addsLevel, liftedBreaks }: FieldsForm,
  ): number {
    let write = level === NO_LEVEL ? 0 : putLevel(target, level);
    const isNested = under.length > 0 && this.lifted > 0;
    if (isNested) {
      if (write + under.length + 5 > limit) return -1;
      write = putKey(target, write, under, 0, under.length, false);
      target[write++] = OPEN_BRACE;
    }
    for (let index = 0; index < this.count; index++) {
      const [key, value] = [this.keys[index] ?? under, this.values[index] ?? under];
      const [start, end] = [this.valueStarts[index] ?? 0, this.valueEnds[index] ?? 0];
      const [keyStart, keyEnd] = [this.keyStarts[index] ?? 0, this.keyEnds[index] ?? 0];
      if (write + (keyEnd - keyStart) + SUFFIX.length + (end - start) + 6 > limit) return -1;
      const isLifted = index < this.lifted;
      const isBeside = isLifted && !isNested;
      const isLevel = isBeside && addsLevel && isKey(key, keyStart, keyEnd, LEVEL_KEY);
      // The level that is written already, in its own words.
      if (isLevel && level !== NO_LEVEL && jsonLevel(value, start, end) !== NO_LEVEL) continue;
      const isTaken = isLevel || (isBeside && isReserved(key, keyStart, keyEnd));
      if (isTaken && this.#hasSuffixed(key, keyStart, keyEnd)) return -1;
      if (key === value && !isTaken && !liftedBreaks && start - keyEnd <= AS_IT_STANDS) {
        write = put(key, keyStart - 1, end, target, write);
      } else {
        write = putKey(target, write, key, keyStart, keyEnd, isTaken);
        write =
          isLifted && liftedBreaks
            ? putCompact(value, start, end, target, write)
            : put(value, start, end, target, write);
      }
      target[write++] = COMMA;
      if (isNested && index === this.lifted - 1) {
        target[write - 1] = CLOSE_BRACE;
        target[write++] = COMMA;
      }
    }
    return write;
  }

  /** Whether the name that a field would get is another's already. */
  #hasSuffixed(key: Uint8Array, start: number, end: number): boolean {
    return this.find(Buffer.concat([key.subarray(start, end), SUFFIX])) >= 0;
  }
}

const moveLast = <T>(list: T[], count: number, to: number): void => {
  if (count - 1 > to) list.splice(to, 0, ...list.splice(count - 1, 1));
};

/** `": "`: a member with no more than that between key and value is copied in one go. */
const AS_IT_STANDS = 3;

/** How fields are written, beside what they are. */
interface FieldsForm {
  /** The key of the object that lifted fields go into, as JSON text; empty: they stand beside `log`. */
  readonly under: Uint8Array;
  /** `level` is ours. */
  readonly addsLevel: boolean;
  /** Lifted values may have line breaks between their tokens, which are left out. */
  readonly liftedBreaks: boolean;
}

const isKey = (key: Uint8Array, start: number, end: number, name: Uint8Array): boolean => {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) if (key[start + index] !== name[index]) return false;
  return true;
};

const isReserved = (key: Uint8Array, start: number, end: number): boolean =>
  RESERVED[end - start]?.some((name) => isKey(key, start, end, name)) ?? false;

const putLevel = (target: Uint8Array, level: Level): number => {
  const text = LEVEL_TEXTS[level] ?? LEVEL_KEY;
  return put(text, 0, text.length, target, 0);
};

const LEVEL_TEXTS = [0, 1, 2, 3, 4, 5, 6].map((level) => Buffer.from(`"level":"${levelName(level)}",`));

const putKey = (
  target: Uint8Array,
  at: number,
  key: Uint8Array,
  start: number,
  end: number,
  isTaken: boolean,
): number => {
  target[at] = QUOTE;
  let write = put(key, start, end, target, at + 1);
  if (isTaken) write = put(SUFFIX, 0, SUFFIX.length, target, write);
  target[write] = QUOTE;
  target[write + 1] = COLON;
  return write + 2;
};

const put = (source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number => {
  if (end - start > 48) {
    target.set(source.subarray(start, end), at);
  } else {
    for (let index = start; index < end; index++) target[at + index - start] = source[index] ?? 0;
  }
  return at + end - start;
};

/** Without white space between the tokens. */
const putCompact = (
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number => {
  let write = at;
  let isString = false;
  for (let index = start; index < end; index++) {
    const byte = source[index] ?? 0;
    if (byte === QUOTE) isString = !isString;
    if (!isString && byte <= 0x20) continue;
    target[write++] = byte;
    if (isString && byte === BACKSLASH) target[write++] = source[++index] ?? 0;
  }
  return write;
};
