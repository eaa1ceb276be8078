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

export const plainSource = (files: Files, descriptor: Descriptor): Source => ({
  look: () => files.look(descriptor),
  read: (target, at, length, position) => files.read(descriptor, target, at, length, position),
  isCorrupt: false,
  close: () => files.close(descriptor),
  detach: () => descriptor,
});
