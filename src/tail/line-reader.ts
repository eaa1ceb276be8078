import { generationSeed } from '../core/hash.ts';
import { HEAD_BYTES } from '../core/identity.ts';
import { streamKeyOf } from '../core/origin.ts';
import { PARTIAL, TRUNCATED } from '../core/record-table.ts';
import { NOT_READY } from '../system/system.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import type { LaneTools } from './lane-tools.ts';

/**
 * Framing: from bytes of a generation to whole lines in the region's input.
 *
 * A chunk is read from the start of the first unfinished line; no bytes are kept between turns. A line that does not fit
 * the input is looked through for its end first; then its head is read and the rest is counted as cut off.
 */
export type Chunk =
  /** Nothing can be said yet: an inflater works, or the file cannot be read just now. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'none'; readonly isAtEnd: boolean }
  | {
      readonly kind: 'lines';
      readonly isAtEnd: boolean;
      /** Index just after the last newline. */
      readonly end: number;
      /** Flags for the one line that the reader itself had to end. */
      readonly lineFlags: number;
      /** How many bytes of the file these lines are. */
      readonly sourceBytes: number;
      /** Bytes of the line that were not read into the input. */
      readonly oversizeBytes: number;
    };

const PENDING: Chunk = { kind: 'pending' };
const LINE_FEED = 0x0a;
/** How many inputs full of an endless line one turn looks through before the others have their turn. */
const LONG_LINE_READS = 4;

export class LineReader {
  readonly #tools: LaneTools;
  /** Where the next undecoded line begins. */
  #offset = 0;
  /** No newline lies between the offset and here. */
  #scanned = 0;

  constructor(tools: LaneTools) {
    this.#tools = tools;
  }

  get offset(): number {
    return this.#offset;
  }

  enter(offset: number): void {
    this.#offset = offset;
    this.#scanned = offset;
  }

  /** Reads the next whole lines into the input. `finished`: what stands at the end without a newline is a line too. */
  next(generation: Generation, stream: ContainerStream, finished: boolean): Chunk {
    const { region, limits } = this.#tools;
    const unprepared = this.#prepare(generation, stream, finished);
    if (unprepared !== undefined) return unprepared;
    const unfinished = this.#scanned - this.#offset;
    let want =
      unfinished < limits.readShareBytes
        ? Math.min(limits.readShareBytes, region.inputCapacity)
        : region.inputCapacity;
    for (;;) {
      const fresh = generation.read(region.bytes, region.inputStart, want, this.#offset);
      if (fresh === NOT_READY) return PENDING;
      const newline = region.bytes.lastIndexOf(LINE_FEED, region.inputStart + fresh - 1);
      if (fresh > 0 && newline >= region.inputStart) return this.#lines(newline + 1, fresh < want);
      if (fresh < want) return this.#unfinishedLine(fresh, finished);
      if (want === region.inputCapacity) return this.#longLine(generation, finished);
      want = region.inputCapacity;
    }
  }

  /** Moves past lines that were decoded. */
  take(sourceBytes: number): void {
    this.#offset += sourceBytes;
    this.#scanned = Math.max(this.#scanned, this.#offset);
  }

  #lines(end: number, isAtEnd: boolean): Chunk {
    const sourceBytes = end - this.#tools.region.inputStart;
    return { kind: 'lines', isAtEnd, end, lineFlags: 0, sourceBytes, oversizeBytes: 0 };
  }

  #unfinishedLine(length: number, finished: boolean): Chunk {
    this.#scanned = this.#offset + length;
    return finished && length > 0
      ? this.#endLine(length, length, PARTIAL, true)
      : { kind: 'none', isAtEnd: true };
  }

  /** Ends a line that has no newline in the input: its first `kept` bytes stand there already. */
  #endLine(kept: number, sourceBytes: number, lineFlags: number, isAtEnd: boolean): Chunk {
    const { region } = this.#tools;
    const end = region.inputStart + kept + 1;
    region.bytes[end - 1] = LINE_FEED;
    const newline = (lineFlags & PARTIAL) === 0 ? 1 : 0;
    return {
      kind: 'lines',
      isAtEnd,
      end,
      lineFlags,
      sourceBytes,
      oversizeBytes: sourceBytes - newline - kept,
    };
  }

  /** A line that does not fit: looks for its end, a few reads a turn. */
  #longLine(generation: Generation, finished: boolean): Chunk {
    const { region } = this.#tools;
    this.#scanned = Math.max(this.#scanned, this.#offset + region.inputCapacity);
    for (let reads = 0; reads < LONG_LINE_READS; reads++) {
      const count = generation.read(region.bytes, region.inputStart, region.inputCapacity, this.#scanned);
      if (count === NOT_READY) return PENDING;
      const newline = region.bytes.subarray(region.inputStart, region.inputStart + count).indexOf(LINE_FEED);
      if (newline !== -1) {
        return this.#longLineFound(generation, this.#scanned + newline + 1 - this.#offset, TRUNCATED, false);
      }
      this.#scanned += count;
      if (count < region.inputCapacity) {
        if (!finished) return { kind: 'none', isAtEnd: true };
        return this.#longLineFound(generation, this.#scanned - this.#offset, TRUNCATED | PARTIAL, true);
      }
    }
    return { kind: 'none', isAtEnd: false };
  }

  #longLineFound(generation: Generation, sourceBytes: number, flags: number, isAtEnd: boolean): Chunk {
    const { region } = this.#tools;
    const kept = region.inputCapacity - 1;
    const count = generation.read(region.bytes, region.inputStart, kept, this.#offset);
    if (count === NOT_READY) return PENDING;
    return this.#endLine(count, sourceBytes, flags, isAtEnd);
  }

  /** Finds out the generation's format and the seed of its ids. Says why not while its first line is not whole. */
  #prepare(generation: Generation, stream: ContainerStream, finished: boolean): Chunk | undefined {
    if (generation.format !== undefined && !generation.isFormatGuessed) return undefined;
    const { region, decoding } = this.#tools;
    const start = region.inputStart;
    const count = generation.read(region.bytes, start, HEAD_BYTES, generation.holeBytes);
    if (count === NOT_READY) return PENDING;
    if (count > 0 && region.bytes[start] === 0) return this.#measureHole(generation, stream, finished);
    if (count === 0 && generation.holeBytes === 0) return finished ? undefined : PENDING;
    const newline = region.bytes.subarray(start, start + count).indexOf(LINE_FEED);
    if (newline === -1 && count < HEAD_BYTES && !finished) return PENDING;
    generation.isFormatGuessed = newline === -1 && count < HEAD_BYTES;
    const lineEnd = newline === -1 ? start + count : start + newline;
    const fallback = stream.kubeletNamed ? 'cri' : 'raw';
    generation.format =
      stream.treatment.format ??
      decoding.detectFormat(region.bytes, start, start + count, stream.kubeletNamed) ??
      fallback;
    generation.seed ??= generationSeed(streamKeyOf(stream.origin), region.bytes.subarray(start, lineEnd));
    // A short hole is part of the first line, and the decoder's business.
    if (generation.holeBytes >= HEAD_BYTES && generation.holeBytes > this.#offset) this.#stepOver(generation);
    return undefined;
  }

  /**
   * A file that was cut while its writer does not append begins with NULs up to where the writer was. The first line stands
   * behind them.
   */
  #measureHole(generation: Generation, stream: ContainerStream, finished: boolean): Chunk | undefined {
    const { bytes, inputStart, inputCapacity } = this.#tools.region;
    for (let reads = 0; reads < LONG_LINE_READS; reads++) {
      const count = generation.read(bytes, inputStart, inputCapacity, generation.holeBytes);
      if (count === NOT_READY) return PENDING;
      const nuls = leadingNuls(bytes, inputStart, inputStart + count);
      generation.holeBytes += nuls;
      if (nuls < count || (nuls < inputCapacity && finished))
        return this.#prepare(generation, stream, finished);
      if (nuls < inputCapacity) return PENDING;
    }
    return { kind: 'none', isAtEnd: false };
  }

  #stepOver({ holeBytes }: Generation): void {
    this.#tools.context.nulBytes += holeBytes - this.#offset;
    this.enter(holeBytes);
  }
}

const leadingNuls = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && bytes[at] === 0) at++;
  return at - start;
};
