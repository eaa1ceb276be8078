import { positionAt, type StreamPosition } from '../core/position.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';

const BLOCK_BYTES = 4096;
const LINE_FEED = 0x0a;

/** Behind everything that was written so far, but before a line that is not complete yet. */
export const endOfStream = (stream: ContainerStream): StreamPosition => {
  const { newest } = stream;
  if (newest === undefined) return positionAt(stream.nextSequence, 0);
  if (newest.isCompressedSource) return positionAt(newest.sequence + 1, 0);
  try {
    return positionAt(newest.sequence, lastLineStart(newest));
  } catch {
    // It cannot be read now: where its last line begins is not known, but where it ends is.
    return positionAt(newest.sequence, newest.size);
  }
};

const lastLineStart = (generation: Generation): number => {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = generation.size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const count = generation.read(block, 0, end - start, start);
    const newline = block.subarray(0, count).lastIndexOf(LINE_FEED);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
};
