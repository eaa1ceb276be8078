import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A small file system in memory, to be full of. */
export class TinyDisk implements Disposable {
  readonly path: string;

  constructor(path: string, size: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  }

  /** Takes all the room that is left. */
  fill(): void {
    const descriptor = openSync(join(this.path, 'ballast'), 'w');
    try {
      for (const size of [4_096, 1]) {
        const block = Buffer.alloc(size, 'x');
        for (;;) writeSync(descriptor, block);
      }
    } catch {
      // No space left on the device: that is what we wanted.
    } finally {
      closeSync(descriptor);
    }
  }

  makeRoom(): void {
    rmSync(join(this.path, 'ballast'));
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}

/** Makes a directory read-only, for root too, by mounting it onto itself. */
export class ReadOnlyMount implements Disposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['--bind', path, path]);
    execFileSync('mount', ['-o', 'remount,bind,ro', path]);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.path]);
  }
}
