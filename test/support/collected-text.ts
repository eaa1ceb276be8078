import type { Readable } from 'node:stream';

const NEWLINE = 10;

/** Keeps what a stream brings, and counts its lines as they come. */
export class CollectedText {
  readonly #chunks: Buffer[] = [];
  #lines = 0;
  #tail = '';

  collect(stream: Readable | null): void {
    stream?.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.#lines++;
      this.#tail = (this.#tail + chunk.toString('latin1')).slice(-4_096);
    });
  }

  get lines(): number {
    return this.#lines;
  }

  /** Whether the last 4 KiB hold this ASCII text: cheap to ask again and again. */
  endsAround(text: string): boolean {
    return this.#tail.includes(text);
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
