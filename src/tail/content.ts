import { HEAD_BYTES, MARKER_BYTES, markerHash } from '../core/identity.ts';
import type { Source } from './source.ts';

/** What a plain file held when it was looked at. */
export interface Content {
  readonly size: number;
  /** The first ≤1,024 bytes. */
  readonly head: Uint8Array;
  /** `markerHash` of the ≤256 bytes before `size`. */
  readonly tail: number;
  readonly mtimeMs: number;
}

/** Looks that a file which is cut again and again is given to stand still between two of them. */
const MOST_LOOKS = 4;

/** Throws what the system throws. */
export const contentOf = (source: Source): Content => {
  for (let looks = 1; ; looks++) {
    const { size, mtimeMs } = source.look();
    const head = readBytes(source, Math.min(HEAD_BYTES, size), 0);
    const content = { size, head, tail: tailAt(source, size), mtimeMs };
    // Cut between the look and the reads, the file shows bytes that never stood there together.
    if (looks === MOST_LOOKS || beginsWithContent(source, content)) return content;
  }
};

/**
 * Whether the file begins with these bytes now, as far as head and tail prove it. A file that is only appended to and began
 * with them once does so until it is cut; and a copy of it begins with nothing else.
 */
export const beginsWithContent = (source: Source, { size, head, tail }: Content): boolean => {
  if (source.look().size < size) return false;
  return Buffer.compare(readBytes(source, head.length, 0), head) === 0 && tailAt(source, size) === tail;
};

/** Hash of the ≤256 bytes before an offset. */
export const tailAt = (source: Source, offset: number): number => {
  const length = Math.min(MARKER_BYTES, offset);
  const bytes = readBytes(source, length, offset - length);
  return markerHash(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
};

const readBytes = (source: Source, length: number, position: number): Buffer => {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, source.read(bytes, 0, length, position));
};
