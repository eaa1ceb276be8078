import { errnoOf } from '../core/errors.ts';
import type { Compression, Descriptor, Files, Inflater } from '../system/system.ts';
import { NOT_READY } from '../system/system.ts';
import type { InflateSlots, SlotHolder } from './inflate-slots.ts';
import type { Source } from './source.ts';

/**
 * A compressed generation read by the offsets of its decompressed bytes.
 *
 * An inflater only goes forward, while a lane comes back to the start of an unfinished line: so the inflated bytes from the
 * last read's position on are kept, in a window that holds the longest possible read. A read before the window starts over
 * from the file's beginning. Inflater and window are held only while the file is read (InflateSlots).
 */
export interface GzipSettings {
  readonly files: Files;
  readonly compression: Compression;
  readonly slots: InflateSlots;
  /** The longest read that will be asked for. */
  readonly longestRead: number;
}

/** Z_DATA_ERROR, Z_BUF_ERROR and the like. */
const ZLIB = 'Z_';
/** Inflated ahead of what is asked for. */
const AHEAD_BYTES = 64 * 1024;

export const gzipSource = (settings: GzipSettings, descriptor: Descriptor, onReady: () => void): Source =>
  new GzipSource(settings, descriptor, onReady);

class GzipSource implements Source, SlotHolder {
  readonly #settings: GzipSettings;
  readonly #descriptor: Descriptor;
  readonly #onReady: () => void;
  isCorrupt = false;
  #inflater: Inflater | undefined;
  #window = Buffer.alloc(0);
  /** Offset of the window's first byte, and how many bytes it holds. */
  #start = 0;
  #length = 0;
  #isEnded = false;

  constructor(settings: GzipSettings, descriptor: Descriptor, onReady: () => void) {
    this.#settings = settings;
    this.#descriptor = descriptor;
    this.#onReady = onReady;
  }

  look(): ReturnType<Source['look']> {
    return this.#settings.files.look(this.#descriptor);
  }

  read(target: Uint8Array, at: number, length: number, position: number): number {
    if (!this.#settings.slots.take(this)) return NOT_READY;
    if (this.#inflater === undefined || position < this.#start) this.#restart();
    if (!this.#fill(position, position + length)) return NOT_READY;
    const from = position - this.#start;
    const count = Math.max(0, Math.min(length, this.#length - from));
    this.#window.copy(target, at, from, from + count);
    // At the end nothing more will be asked for, as a rule: let others have the slot.
    if (count === 0) this.#release();
    return count;
  }

  close(): void {
    this.#release();
    this.#settings.files.close(this.#descriptor);
  }

  detach(): Descriptor {
    this.#release();
    return this.#descriptor;
  }

  evict(): void {
    this.#inflater?.close();
    this.#inflater = undefined;
    this.#window = Buffer.alloc(0);
  }

  retry(): void {
    this.#onReady();
  }

  #release(): void {
    this.evict();
    this.#settings.slots.free(this);
  }

  #restart(): void {
    const { files, compression, longestRead } = this.#settings;
    this.#inflater?.close();
    this.#start = 0;
    this.#length = 0;
    this.#isEnded = false;
    this.isCorrupt = false;
    if (this.#window.length === 0) this.#window = Buffer.allocUnsafeSlow(longestRead + AHEAD_BYTES);
    this.#inflater = compression.inflate(
      (input, position) => files.read(this.#descriptor, input, 0, input.length, position),
      this.#onReady,
    );
  }

  /** Inflates until the window reaches from `position` to `end`; false while the inflater has nothing yet. */
  #fill(position: number, end: number): boolean {
    while (!this.#isEnded && this.#start + this.#length < end) {
      if (this.#length === this.#window.length) this.#forgetBefore(position);
      const room = this.#window.length - this.#length;
      const count = this.#inflate(room);
      if (count === NOT_READY) return false;
      if (count === 0) this.#isEnded = true;
      this.#length += count;
    }
    return true;
  }

  /**
   * What was inflated before the damage is read like any other; there the file ends, as far as we can read. Trouble of the
   * disk is no damage: it passes, and the next read starts over.
   */
  #inflate(room: number): number {
    try {
      return this.#inflater?.read(this.#window, this.#length, room) ?? 0;
    } catch (error) {
      if (!errnoOf(error).startsWith(ZLIB)) {
        this.#release();
        throw error;
      }
      this.isCorrupt = true;
      return 0;
    }
  }

  /** The window is full and does not reach far enough, so it begins before the position: a read fits into it. */
  #forgetBefore(position: number): void {
    const surplus = Math.min(this.#length, position - this.#start);
    this.#window.copyWithin(0, surplus, this.#length);
    this.#start += surplus;
    this.#length -= surplus;
  }
}
