import type { Origin } from './origin.ts';

/**
 * How a file is known again.
 *
 * - Identity: dev + ino + birth time of the opened descriptor. ext4 gives a freed inode number to the next file nearly
 *   always (998 of 1000 rotations), but never its birth time; a held descriptor keeps the number from being reused.
 * - Head: length and hash of the first ≤1,024 bytes. It grows with a short file and compares by prefix. It finds a
 *   generation again after it was compressed or copied, when its inode is another one.
 * - Marker: hash of the ≤256 bytes just before an offset. The tail is the marker at the size that was seen last: it notices
 *   a file that was cut and has grown past that size before the next look.
 */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
}

/** dev is left out where a restart may lie between: a reboot numbers devices anew. */
export const sameFile = (a: Identity, b: Identity): boolean =>
  a.ino === b.ino && a.birthtimeNs === b.birthtimeNs;

export const sameIdentity = (a: Identity, b: Identity): boolean => a.dev === b.dev && sameFile(a, b);

export const HEAD_BYTES = 1024;
export const MARKER_BYTES = 256;

export interface Head {
  readonly length: number;
  /** `shortHash` of the first `length` bytes. */
  readonly hash: string;
}

/** What is known of a file, also across restarts. */
export interface FileRecord extends Identity {
  /** Where it was last seen. */
  readonly path: string;
  readonly compressed: boolean;
  /** Of the decompressed bytes. */
  readonly head: Head;
  /** When last seen, of the decompressed bytes; of a .gz what its footer says. */
  readonly size: number;
  /** `markerHash` of the ≤256 bytes before `size`; 0 for a .gz. */
  readonly tail: number;
}

/** What is known of a generation. */
export interface GenerationRecord extends FileRecord {
  readonly sequence: number;
  /** How long its file was before it was cut, where it goes on in a copy that is shorter: the rest is lost. */
  readonly cutSize?: number | undefined;
}

/** A file that was proven to be a copy of a generation, as its file stood then. */
export interface CopyRecord extends Pick<Identity, 'ino' | 'birthtimeNs'> {
  /** Of the generation. */
  readonly sequence: number;
}

/** What is known of a stream, also across restarts. */
export interface StreamRecord {
  readonly origin: Origin;
  readonly generations: readonly GenerationRecord[];
  /** Files that were seen, of which nobody can say yet what they are: none in checkpoints of older versions. */
  readonly unjudged?: readonly FileRecord[] | undefined;
  /** Files that are copies of generations: none in checkpoints of older versions. */
  readonly copies?: readonly CopyRecord[] | undefined;
}

/**
 * A 53-bit hash of the bytes before an offset, in plain integers: it is computed for every growth, so it must not allocate
 * (256 bytes take about 0.1 µs on Node 26). Two multiplicative lanes over 4-byte words, then mixed.
 */
export const markerHash = (view: DataView, start: number, end: number): number => {
  let a = 0x2545f491 ^ (end - start);
  let b = 0x6c078965;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true);
    a = Math.imul(a ^ word, 0x9e3779b1);
    b = Math.imul((b << 13) | (b >>> 19), 5) + (word ^ a);
  }
  for (; at < end; at++) {
    a = Math.imul(a ^ view.getUint8(at), 0x85ebca6b);
    b = Math.imul(b ^ a, 0xc2b2ae35);
  }
  a ^= a >>> 15;
  b = Math.imul(b ^ (b >>> 13) ^ a, 0x27d4eb2f);
  return ((a ^ (b >>> 16)) >>> 0) * 0x20_0000 + ((b >>> 0) & 0x1f_ffff);
};

export const EMPTY_MARKER = markerHash(new DataView(new ArrayBuffer(0)), 0, 0);
