import { unescapeJson } from '../core/json-string.ts';

/** What JSON strings mean, one at a time. */
export class JsonText {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly #view: DataView;
  readonly #maxBytes: number;

  /** @param maxBytes the longest string, as it is written */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    // The upper half is where a string is unescaped from: unescapeJson cannot do that in place.
    this.bytes = Buffer.from(new ArrayBuffer(2 * maxBytes));
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  /** Unescapes [start, end), a valid string without its quotes, to the beginning of `bytes`. @returns how long it is */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.bytes.set(bytes.subarray(start, end), this.#maxBytes);
    return unescapeJson(this.#view, this.#maxBytes, this.#maxBytes + end - start, 0, this.#maxBytes);
  }
}
