import { PARTIAL, TRUNCATED } from '../core/record-table.ts';
import { type Draft, MOST_JSON_BYTES } from './draft.ts';
import { JsonObject } from './json-object.ts';
import { JsonRedaction } from './json-redaction.ts';
import { redactedBytes, redactText } from './redaction.ts';
import { SecretFinder } from './secret-finder.ts';
import type { RedactTransform } from './transforms.ts';

const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
/** All that can be JSON; each level takes some of the stack. */
const GRAMMAR = { depth: 512, members: 0 };

/** Hides the secrets of a record: in its message and in the fields that were lifted from it. */
export class RecordRedactor {
  readonly #finder: SecretFinder;
  readonly #json: JsonRedaction;
  readonly #object = new JsonObject(GRAMMAR);
  /** New values of fields. */
  readonly #values: Buffer;
  /** The message, where it is JSON with escapes. */
  readonly #text: Buffer;

  readonly #maxJsonBytes: number;
  #isCut = false;
  #isClean = false;

  /** @param maxBytes the longest message */
  constructor(transforms: readonly RedactTransform[], maxBytes: number) {
    this.#finder = new SecretFinder(transforms);
    const most = Math.min(maxBytes, MOST_JSON_BYTES);
    this.#maxJsonBytes = most;
    this.#json = new JsonRedaction(this.#finder, most);
    this.#values = Buffer.from(new ArrayBuffer(2 * redactedBytes(most)));
    this.#text = Buffer.from(new ArrayBuffer(redactedBytes(most)));
  }

  /** Looks at the message as it came: of a clean one neither text nor fields need another look. */
  begin({ bytes, start, end, flags }: Draft): void {
    this.#isCut = (flags & (PARTIAL | TRUNCATED)) !== 0;
    const finder = this.#finder;
    this.#isClean =
      !finder.find(bytes, start, end, this.#isCut) &&
      !finder.hasNestedKey &&
      (bytes[start] !== OPEN_BRACE ||
        (!finder.looksIntoJson && !bytes.subarray(start, end).includes(BACKSLASH)));
  }

  /** @returns false if the fields cannot be lifted: a key has a secret in it, or they have become too long */
  redactFields({ fields }: Draft): boolean {
    if (this.#isClean) return true;
    let used = 0;
    for (let index = 0; index < fields.lifted; index++) {
      const value = fields.values[index] ?? this.#text;
      const key = fields.keys[index] ?? this.#text;
      const [start, end] = [fields.valueStarts[index] ?? 0, fields.valueEnds[index] ?? 0];
      const [keyStart, keyEnd] = [fields.keyStarts[index] ?? 0, fields.keyEnds[index] ?? 0];
      if (this.#finder.find(key, keyStart, keyEnd, false)) return false;
      if (used + redactedBytes(end - start) > this.#values.length) return false;
      const isSecret = this.#finder.isSecretKey(key, keyStart, keyEnd);
      const to = this.#json.redact(value, start, end, isSecret, this.#values, used);
      if (this.#json.hasSecretInKey) return false;
      if (to < 0) continue;
      fields.setValue(index, this.#values, used, to);
      used = to;
    }
    return true;
  }

  /**
   * Writes the message without its secrets.
   *
   * @returns the index after the last byte written, or -1 if nothing is to be hidden
   */
  redactMessage(draft: Draft, target: Uint8Array, at: number): number {
    const { textBytes: bytes, textStart: start, textEnd: end } = draft;
    if (this.#isClean && !draft.hasChangedText) return -1;
    // As JSON, for an escape can hide a secret from a look at the text, and whoever reads the JSON would see it; and so that
    // JSON stays JSON.
    if (!this.#isCut && !this.#isClean && this.#isObject(bytes, start, end)) {
      const length = this.#json.redact(bytes, start, end, false, this.#text, 0);
      // Own patterns may mean more than one value: they see the whole text too.
      if (this.#finder.looksIntoJson) {
        if (length < 0) return redactText(this.#finder, bytes, start, end, false, target, at);
        const most = redactedBytes(end - start);
        const to = redactText(this.#finder, this.#text, 0, length, false, target, at, most);
        if (to >= 0) return to;
      }
      if (length < 0) return -1;
      target.set(this.#text.subarray(0, length), at);
      return at + length;
    }
    this.#finder.hidesNested = true;
    const to = redactText(this.#finder, bytes, start, end, this.#isCut, target, at);
    this.#finder.hidesNested = false;
    return to;
  }

  #isObject(bytes: Uint8Array, start: number, end: number): boolean {
    return (
      bytes[start] === OPEN_BRACE && end - start <= this.#maxJsonBytes && this.#object.read(bytes, start, end)
    );
  }
}
