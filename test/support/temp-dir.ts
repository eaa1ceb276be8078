import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own, removed with everything in it at the end of the `using` block. */
export class TempDir implements Disposable {
  readonly path: string;

  constructor(name = 'birler') {
    this.path = mkdtempSync(join(tmpdir(), `${name}-`));
  }

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
