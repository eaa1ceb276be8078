import { crc32 } from 'node:zlib';

/**
 * What was written to one container stream: for each message, by its number, a checksum, the bytes that it took in the
 * log file, and its std stream. Nine bytes a message, so that a soak of hours fits into memory.
 */
export class Account {
  readonly stream: string;
  readonly #keepText: boolean;
  #count = 0;
  #checksums = new Uint32Array(1_024);
  #lineBytes = new Uint32Array(1_024);
  #stderr = new Uint8Array(1_024);
  readonly #texts: string[] = [];
  readonly #unclosed = new Set<number>();

  /** @param keepText keeps the messages too, so that a difference can be shown */
  constructor(stream: string, keepText = false) {
    this.stream = stream;
    this.#keepText = keepText;
  }

  /** Messages written so far; also the number of the next one. */
  get count(): number {
    return this.#count;
  }

  /** @param lineBytes bytes in the log file, headers and newlines of all pieces included */
  add(message: string, lineBytes: number, std: 'stdout' | 'stderr' = 'stdout'): void {
    if (this.#count === this.#checksums.length) this.#grow();
    this.#checksums[this.#count] = crc32(message);
    this.#lineBytes[this.#count] = lineBytes;
    this.#stderr[this.#count] = std === 'stderr' ? 1 : 0;
    if (this.#keepText) this.#texts.push(message);
    this.#count++;
  }

  matches(number: number, message: string, std: string): boolean {
    return this.#checksums[number] === crc32(message) && this.stdOf(number) === std;
  }

  /** The last message was never closed by a newline: it may arrive marked partial. */
  leaveLastOpen(): void {
    this.#unclosed.add(this.#count - 1);
  }

  isOpen(number: number): boolean {
    return this.#unclosed.has(number);
  }

  stdOf(number: number): 'stdout' | 'stderr' {
    return this.#stderr[number] === 1 ? 'stderr' : 'stdout';
  }

  bytesOf(number: number): number {
    return this.#lineBytes[number] ?? 0;
  }

  textOf(number: number): string | undefined {
    return this.#texts[number];
  }

  #grow(): void {
    const size = this.#count * 2;
    const checksums = new Uint32Array(size);
    const lineBytes = new Uint32Array(size);
    const stderr = new Uint8Array(size);
    checksums.set(this.#checksums);
    lineBytes.set(this.#lineBytes);
    stderr.set(this.#stderr);
    this.#checksums = checksums;
    this.#lineBytes = lineBytes;
    this.#stderr = stderr;
  }
}
