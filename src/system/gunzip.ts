import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { type Compression, NOT_READY } from './system.ts';

/** Compressed bytes given to the inflater at a time. The stream inflates no further than its own small buffer ahead. */
const INPUT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 64 * 1024;

/** Inflates in the thread pool, pulled by the reader: what is not asked for is not inflated. */
export const gunzip: Compression = {
  // Z_SYNC_FLUSH: the input ends in the middle, and that is no error here.
  inflateHead: (compressed) => gunzipSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH }),
  inflate: (readInput, onReady) => {
    const stream = createGunzip({ chunkSize: OUTPUT_BYTES });
    let failure: Error | undefined;
    let ended = false;
    let inputPosition = 0;
    let rest: Buffer | undefined;

    const feed = (): void => {
      const input = Buffer.allocUnsafe(INPUT_BYTES);
      const count = readInput(input, inputPosition);
      inputPosition += count;
      if (count === 0) stream.end();
      else stream.write(input.subarray(0, count), afterWrite);
    };
    const afterWrite = (error?: Error | null): void => {
      if (error || failure || stream.destroyed) return;
      try {
        feed();
      } catch (readError) {
        stream.destroy(readError instanceof Error ? readError : new Error(String(readError)));
      }
    };
    stream.on('readable', onReady);
    stream.on('end', () => {
      ended = true;
      onReady();
    });
    stream.on('error', (error: Error) => {
      failure = error;
      onReady();
    });
    afterWrite();

    return {
      read: (target, at, length) => {
        const chunk: unknown = rest ?? stream.read();
        if (Buffer.isBuffer(chunk)) {
          const count = chunk.copy(target, at, 0, length);
          rest = count < chunk.length ? chunk.subarray(count) : undefined;
          return count;
        }
        if (failure) throw failure;
        return ended ? 0 : NOT_READY;
      },
      close: () => stream.destroy(),
    };
  },
};
