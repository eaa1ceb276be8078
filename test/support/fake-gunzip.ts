import { constants, gunzipSync } from 'node:zlib';
import { type Compression, NOT_READY } from '../../src/system/system.ts';
import type { FakeProcess } from './fake-process.ts';

const INPUT_BYTES = 4096;
const WORK_MS = 3;

/**
 * Inflates the whole file at once.
 *
 * @param isSlow whether the next inflater says NOT_READY first, and calls back later
 */
export const fakeGunzip = (process: FakeProcess, isSlow: () => boolean): Compression => ({
  inflate: (readInput, onReady) => {
    let ready = !isSlow();
    let closed = false;
    let position = 0;
    let inflated: Inflated | undefined;
    if (!ready) {
      process.clock.after(WORK_MS, () => {
        ready = true;
        if (!closed && process.isAlive) onReady();
      });
    }
    return {
      read: (target, at, length) => {
        if (!ready) return NOT_READY;
        inflated ??= inflate(readAll(readInput));
        const count = inflated.bytes.copy(target, at, position, position + length);
        position += count;
        if (count === 0 && length > 0 && inflated.failure !== undefined) throw inflated.failure;
        return count;
      },
      close: () => {
        closed = true;
      },
    };
  },
  inflateHead: (compressed) => gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH }),
});

interface Inflated {
  readonly bytes: Buffer;
  /** Comes after the bytes, as it does from a stream. */
  readonly failure: Error | undefined;
}

const readAll = (readInput: (target: Uint8Array, position: number) => number): Buffer => {
  const chunks: Buffer[] = [];
  for (let position = 0; ; ) {
    const chunk = Buffer.alloc(INPUT_BYTES);
    const count = readInput(chunk, position);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    position += count;
  }
};

const inflate = (compressed: Buffer): Inflated => {
  try {
    return { bytes: gunzipSync(compressed), failure: undefined };
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    return { bytes: soundPart(compressed), failure };
  }
};

/** What can be inflated of a file that breaks off; nothing of one that is damaged in the middle. */
const soundPart = (compressed: Buffer): Buffer => {
  try {
    return gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Damaged, not only cut: zlib gives nothing back.
    return Buffer.alloc(0);
  }
};
