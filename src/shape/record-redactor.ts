import { PARTIAL, TRUNCATED } from '../core/record-table.ts';
import { type Draft, MOST_JSON_BYTES } from './draft.ts';
import { JsonObject } from './json-object.ts';
import { JsonRedaction } from './json-redaction.ts';
import { redactedBytes, redactText } from './redaction.ts';
import { SecretFinder } from './secret-finder.ts';
import type { RedactTransform } from './transforms.ts';

const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const BOUNDS = { depth: 32, members: 1024 };

/** Hides the secrets of a record: in its message and in the fields that were lifted from it. */
export class RecordRedactor {
  readonly #finder: SecretFinder;
  readonly #json: JsonRedaction;
  readonly #object = new JsonObject(BOUNDS);
  /** New values of fields. */
  readonly #values: Buffer;
  /** The message, where it is JSON with escapes. */
  readonly #text: Buffer;

  readonly #maxJsonBytes: number;

  /** @param maxBytes the longest message */
  constructor(transforms: readonly RedactTransform[], maxBytes: number) {
    this.#finder = new SecretFinder(transforms);
    const most = Math.min(maxBytes, MOST_JSON_BYTES);
    this.#maxJsonBytes = most;
    this.#json = new JsonRedaction(this.#finder, most);
    this.#values = Buffer.from(new ArrayBuffer(2 * redactedBytes(most)));
    this.#text = Buffer.from(new ArrayBuffer(redactedBytes(most)));
  }

  /** @returns false if the fields cannot be lifted: a key has a secret in it, or they have become too long */
  redactFields({ fields }: Draft): boolean {
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
    const isCut = (draft.flags & (PARTIAL | TRUNCATED)) !== 0;
    const { textBytes: bytes, textStart: start, textEnd: end } = draft;
    if (!isCut && this.#isObject(bytes, start, end) && this.#object.read(bytes, start, end)) {
      const length = this.#json.redact(bytes, start, end, false, this.#text, 0);
      if (length >= 0) {
        const to = redactText(
          this.#finder,
          this.#text,
          0,
          length,
          false,
          target,
          at,
          redactedBytes(end - start),
        );
        if (to >= 0) return to;
        target.set(this.#text.subarray(0, length), at);
        return at + length;
      }
    }
    return redactText(this.#finder, bytes, start, end, isCut, target, at);
  }

  /**
   * Whether it is worth while to look at the text as JSON: an escape can hide a secret from a look at the text, and whoever
   * reads the JSON would see it; and what is found in JSON is hidden so that it stays JSON.
   */
  #isObject(bytes: Uint8Array, start: number, end: number): boolean {
    return (
      bytes[start] === OPEN_BRACE &&
      end - start <= this.#maxJsonBytes &&
      (bytes.subarray(start, end).includes(BACKSLASH) ||
        this.#finder.mayHideByKey(bytes, start, end) ||
        this.#finder.find(bytes, start, end, false))
    );
  }
}
