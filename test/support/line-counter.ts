import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 10;

/** Counts the lines of a growing file, reading only what is new. Starts over when the file became shorter. */
export class LineCounter {
  readonly #path: string;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #offset = 0;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Complete lines now; 0 while there is no file. */
  count(): number {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, 'r');
    } catch {
      return 0; // Nobody has made the file yet.
    }
    try {
      if (fstatSync(descriptor).size < this.#offset) this.#offset = this.#lines = 0;
      for (;;) {
        const count = readSync(descriptor, this.#chunk, 0, CHUNK_BYTES, this.#offset);
        if (count === 0) return this.#lines;
        this.#offset += count;
        for (
          let at = this.#chunk.indexOf(NEWLINE);
          at !== -1 && at < count;
          at = this.#chunk.indexOf(NEWLINE, at + 1)
        ) {
          this.#lines++;
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }
}
