import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';

/** A pipe with a name: Node's own `stdio: 'pipe'` is a socket, and users have pipes. */
export class Fifo implements Disposable {
  readonly path: string;
  readonly writeEnd: number;
  readonly readEnd: number;

  constructor(path: string) {
    this.path = path;
    execFileSync('mkfifo', [path]);
    // Without waiting for the other end: first the reader, then the writer.
    this.readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    this.writeEnd = openSync(path, constants.O_WRONLY);
  }

  /** After the writer was started: the reader sees the end when the writer's own descriptor is the last. */
  closeWriteEnd(): void {
    closeSync(this.writeEnd);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { force: true });
  }
}
