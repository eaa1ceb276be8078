import { MARKER_BYTES, markerHash } from '../core/identity.ts';
import type { Source } from './source.ts';

/**
 * What a look read along. To prove that a file was not cut takes a read just before what is new; the same read brings what is
 * new, if that is not much, and the turn that follows needs neither a look nor a read of its own.
 *
 * The memory is shared by all generations. What lies in it is good for one round of looks and the turns that follow it.
 */
const POOL_BYTES = 256 * 1024;
/** What is more is read by the turn itself: to copy it would cost more than a system call. */
const MOST_BYTES = 16 * 1024;

const pool = Buffer.from(new ArrayBuffer(POOL_BYTES));
const poolView = new DataView(pool.buffer);
let used = 0;
let round = 1;

/** A round of looks begins: what was read along before is forgotten. */
export const beginLooks = (): void => {
  used = 0;
  round++;
};

/** Of one generation: bytes of its file, up to the size that the look saw. */
export class LookAlong {
  #from = 0;
  #end = 0;
  #at = 0;
  #round = 0;

  /**
   * Reads from the marker before `known` to the end of the file.
   *
   * @param known where the file ended before
   * @param size where it ends now
   * @returns false if that is too much, or the file has become shorter since
   */
  read(source: Source, known: number, size: number): boolean {
    const from = Math.max(0, known - MARKER_BYTES);
    const length = size - from;
    this.#round = 0;
    if (length > MOST_BYTES || used + length > POOL_BYTES) return false;
    if (source.read(pool, used, length, from) !== length) return false;
    this.#from = from;
    this.#end = size;
    this.#at = used;
    this.#round = round;
    used += length;
    return true;
  }

  /** Hash of the ≤256 bytes before an offset, of what was just read. */
  markerBefore(offset: number): number {
    const end = this.#at + offset - this.#from;
    return markerHash(poolView, end - Math.min(MARKER_BYTES, offset), end);
  }

  /** Whether it holds all from here to the end. */
  holdsFrom(position: number): boolean {
    return this.#round === round && position >= this.#from && position <= this.#end;
  }

  /** Copies what it holds from here on; returns the number of bytes. */
  copy(target: Uint8Array, at: number, length: number, position: number): number {
    const start = this.#at + position - this.#from;
    const end = Math.min(start + length, this.#at + this.#end - this.#from);
    return pool.copy(target, at, start, end);
  }

  /** The file is another one, or not what it was. */
  forget(): void {
    this.#round = 0;
  }
}
