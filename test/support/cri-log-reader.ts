import { closeSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 1 << 20;

/** Reads a container's log as it grows, plainly: `TIME STREAM P|F TEXT` a line, pieces joined per stream. */
export class CriLogReader {
  readonly #descriptor: number;
  readonly #chunk = Buffer.alloc(READ_BYTES);
  readonly #pieces = new Map<string, string>();
  #unfinished = Buffer.alloc(0);

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  /** What was written since the last call, each message once it is complete. */
  take(): { readonly stream: string; readonly message: string }[] {
    const messages: { stream: string; message: string }[] = [];
    for (;;) {
      const length = readSync(this.#descriptor, this.#chunk);
      if (length === 0) return messages;
      const bytes = Buffer.concat([this.#unfinished, this.#chunk.subarray(0, length)]);
      const end = bytes.lastIndexOf('\n') + 1;
      this.#unfinished = bytes.subarray(end);
      for (const line of bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1)) {
        const [, stream = '', mark, text = ''] = /^\S+ (\S+) ([PF]) (.*)$/s.exec(line) ?? [];
        const message = (this.#pieces.get(stream) ?? '') + text;
        this.#pieces.set(stream, mark === 'P' ? message : '');
        if (mark === 'F') messages.push({ stream, message });
      }
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
