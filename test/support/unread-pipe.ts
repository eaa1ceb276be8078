import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 16;

/**
 * A pipe whose reader holds it open and does not read. (Node throws away what is left in a child's own pipe when the child
 * ends; this one keeps it.)
 */
export class UnreadPipe implements Disposable {
  readonly #readEnd: number;
  /** For the child's standard output. */
  readonly writeEnd: number;
  #isWriteEndOpen = true;

  constructor(path: string) {
    execFileSync('mkfifo', [path]);
    this.#readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writeEnd = openSync(path, constants.O_WRONLY);
  }

  /** What the child left in the pipe; call it when the child has ended. */
  readRest(): string {
    this.#closeWriteEnd();
    const chunks: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(this.#readEnd, chunk);
      if (count === 0) return Buffer.concat(chunks).toString('utf8');
      chunks.push(chunk.subarray(0, count));
    }
  }

  #closeWriteEnd(): void {
    if (this.#isWriteEndOpen) closeSync(this.writeEnd);
    this.#isWriteEndOpen = false;
  }

  [Symbol.dispose](): void {
    this.#closeWriteEnd();
    closeSync(this.#readEnd);
  }
}
