import type { Descriptor, FileLook, Files } from '../system/system.ts';

/** Where a generation's bytes come from: a plain file's descriptor, or an inflater over a compressed one. */
export interface Source {
  look(): FileLook;
  /**
   * Positional read of (decompressed) bytes. Returns less than asked only at the end, NOT_READY while an inflater works.
   * Throws what the system throws.
   */
  read(target: Uint8Array, at: number, length: number, position: number): number;
  /** Where reading ends now the file does not: what follows cannot be decompressed. */
  readonly isCorrupt: boolean;
  close(): void;
  /** Ends, and gives its descriptor away open. */
  detach(): Descriptor;
}

export const plainSource = (files: Files, descriptor: Descriptor): Source =>
  new PlainSource(files, descriptor);

/** A class, because there are thousands: functions of its own would take 300 bytes each. */
class PlainSource implements Source {
  readonly isCorrupt = false;
  readonly #files: Files;
  readonly #descriptor: Descriptor;

  constructor(files: Files, descriptor: Descriptor) {
    this.#files = files;
    this.#descriptor = descriptor;
  }

  look(): FileLook {
    return this.#files.look(this.#descriptor);
  }

  read(target: Uint8Array, at: number, length: number, position: number): number {
    return this.#files.read(this.#descriptor, target, at, length, position);
  }

  close(): void {
    this.#files.close(this.#descriptor);
  }

  detach(): Descriptor {
    return this.#descriptor;
  }
}
