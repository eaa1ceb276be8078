import { STDERR } from '../core/record-table.ts';
import { Fields } from './fields.ts';
import { objectLevel } from './json-level.ts';
import { JsonObject } from './json-object.ts';
import { JsonText } from './json-text.ts';
import { type Level, NO_LEVEL } from './level.ts';
import type { Pattern } from './pattern.ts';
import { textLevel } from './text-level.ts';

/** Longer messages are text to everything here, whatever is in them. */
export const MOST_JSON_BYTES = 256 << 10;
const BOUNDS = { depth: 32, members: 1024 };
/** What a condition on a field looks at; a longer value is compared by its beginning. */
const MOST_VALUE_BYTES = 64 << 10;

const OPEN_BRACE = 0x7b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The record that is being shaped: its message, its fields, its level. One for all records; the steps of a stream change it
 * one after the other, and then it is written into the record table.
 */
export class Draft {
  readonly fields = new Fields();
  flags = 0;
  sourceOffset = 0;
  /** The message as it came. */
  bytes: Uint8Array = new Uint8Array();
  start = 0;
  end = 0;
  /** The message as it is now. */
  textBytes: Uint8Array = this.bytes;
  textStart = 0;
  textEnd = 0;
  /** Whether the level is written, and whether it is the value of a lifted `level`. */
  addsLevel = false;
  /** The object that lifted fields go into; empty: none. */
  under: Uint8Array = NO_KEY;
  liftedBreaks = false;
  #level: Level = NO_LEVEL;
  #knowsLevel = false;
  /** The message as JSON: read when somebody asks. */
  readonly #object = new JsonObject(BOUNDS);
  readonly #value = new JsonText(MOST_VALUE_BYTES);

  begin(bytes: Uint8Array, start: number, end: number, flags: number, sourceOffset: number): void {
    this.fields.clear();
    this.flags = flags;
    this.sourceOffset = sourceOffset;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.setText(bytes, start, end);
    this.addsLevel = false;
    this.under = NO_KEY;
    this.liftedBreaks = false;
    this.#knowsLevel = false;
  }

  setText(bytes: Uint8Array, start: number, end: number): void {
    this.textBytes = bytes;
    this.textStart = start;
    this.textEnd = end;
  }

  get hasChangedText(): boolean {
    return this.textBytes !== this.bytes || this.textStart !== this.start || this.textEnd !== this.end;
  }

  get isStderr(): boolean {
    return (this.flags & STDERR) !== 0;
  }

  /** Nothing was lifted after all: the message is the text that it was. */
  unlift(): void {
    while (this.fields.lifted > 0) this.fields.remove(this.fields.lifted - 1);
    this.under = NO_KEY;
    this.setText(this.bytes, this.start, this.end);
  }

  /** How important the record says that it is: the fields of a JSON message, else the text. Found once. */
  level(): Level {
    if (!this.#knowsLevel) {
      this.#knowsLevel = true;
      this.#level = this.#findLevel();
    }
    return this.#level;
  }

  /** Whether the value of the field of this name (as JSON text) matches; strings as what they mean. */
  fieldMatches(name: Uint8Array, value: Pattern): boolean {
    const index = this.fields.find(name);
    if (index < 0) return false;
    const bytes = this.fields.values[index] ?? this.bytes;
    let [start, end] = [this.fields.valueStarts[index] ?? 0, this.fields.valueEnds[index] ?? 0];
    if (bytes[start] !== QUOTE) return value.test(bytes, start, end);
    start++;
    end--;
    if (end - start > MOST_VALUE_BYTES || !bytes.subarray(start, end).includes(BACKSLASH)) {
      return value.test(bytes, start, end);
    }
    return value.test(this.#value.bytes, 0, this.#value.read(bytes, start, end));
  }

  #findLevel(): Level {
    const { bytes, start, end } = this;
    if (
      bytes[start] === OPEN_BRACE &&
      end - start <= MOST_JSON_BYTES &&
      this.#object.read(bytes, start, end)
    ) {
      const level = objectLevel(this.#object, bytes);
      if (level !== NO_LEVEL || !this.hasChangedText) return level;
    }
    return textLevel(this.textBytes, this.textStart, this.textEnd);
  }
}

const NO_KEY = new Uint8Array();
