import type { Compression, Descriptor, Files, Inflater } from '../system/system.ts';
import { NOT_READY } from '../system/system.ts';
import type { Source } from './source.ts';

/**
 * A compressed generation read by the offsets of its decompressed bytes.
 *
 * An inflater only goes forward, while a lane comes back to the start of an unfinished line: so the last `windowBytes`
 * inflated bytes are kept. A read before the window starts over from the file's beginning.
 */
export const gzipSource = (
  files: Files,
  compression: Compression,
  descriptor: Descriptor,
  windowBytes: number,
  onReady: () => void,
): Source => {
  const window = Buffer.allocUnsafe(2 * windowBytes);
  let windowStart = 0;
  let windowLength = 0;
  let ended = false;
  let inflater: Inflater | undefined;

  const start = (): Inflater => {
    inflater?.close();
    windowStart = 0;
    windowLength = 0;
    ended = false;
    inflater = compression.inflate(
      (target, position) => files.read(descriptor, target, 0, target.length, position),
      onReady,
    );
    return inflater;
  };

  /** Inflates until the window reaches `end`; false while the inflater has nothing yet. */
  const fill = (from: Inflater, end: number, keepFrom: number): boolean => {
    while (!ended && windowStart + windowLength < end) {
      if (windowLength === window.length) slide(keepFrom);
      const count = from.read(window, windowLength, window.length - windowLength);
      if (count === NOT_READY) return false;
      if (count === 0) ended = true;
      windowLength += count;
    }
    return true;
  };

  /** Forgets the older half, or all that lies before what is asked for. */
  const slide = (keepFrom: number): void => {
    const surplus = Math.min(windowLength, Math.max(keepFrom - windowStart, windowLength - windowBytes));
    window.copyWithin(0, surplus, windowLength);
    windowStart += surplus;
    windowLength -= surplus;
  };

  return {
    look: () => files.look(descriptor),
    read: (target, at, length, position) => {
      const from = inflater === undefined || position < windowStart ? start() : inflater;
      if (!fill(from, position + length, position)) return NOT_READY;
      const offset = position - windowStart;
      const count = Math.max(0, Math.min(length, windowLength - offset));
      window.copy(target, at, offset, offset + count);
      return count;
    },
    close: () => {
      inflater?.close();
      files.close(descriptor);
    },
  };
};
