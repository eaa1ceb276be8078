import type { Batch, GenerationSeed } from '../core/batch.ts';
import type { Gap } from '../core/gap.ts';
import { type Position, STDERR_CHANNEL, STDOUT, type StreamPosition } from '../core/position.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import type { LaneTools } from './lane-tools.ts';
import type { Chunk } from './line-reader.ts';
import { OpenRecords } from './open-records.ts';

/**
 * What a lane makes of the lines that it reads: decoded, joined, treated as the stream is to be, and put into one batch a turn.
 */
export class Records {
  readonly open: OpenRecords;
  readonly #stream: ContainerStream;
  readonly #tools: LaneTools;
  /** Where the lane began: lines before its marks were delivered earlier. */
  readonly #start: StreamPosition;
  /** Of the generation whose lines were decoded last. */
  #seed: GenerationSeed = NO_SEED;

  constructor(stream: ContainerStream, start: StreamPosition, tools: LaneTools) {
    this.#stream = stream;
    this.#start = start;
    this.#tools = tools;
    this.open = new OpenRecords(tools);
  }

  begin(nowMs: number): void {
    this.#tools.begin();
    this.open.begin(nowMs, this.#stream.treatment);
  }

  /**
   * Decodes lines into the table.
   *
   * @param offset where in the generation the first of them begins
   * @returns how many bytes of the input that were; less than there are when the table or the arena is full
   */
  decode(generation: Generation, chunk: Chunk & { readonly kind: 'lines' }, offset: number): number {
    const { context, region, decoding } = this.#tools;
    const { format, seed } = generation;
    if (format === undefined || seed === undefined) return 0;
    const base = offset - region.inputStart;
    this.open.enter(generation.sequence, seed);
    this.#seed = seed;
    context.joiner = this.open.joiner;
    context.base = base;
    context.lineFlags = chunk.lineFlags;
    context.skipStdoutBefore = skipIndex(this.#start.stdout, generation, base);
    context.skipStderrBefore = skipIndex(this.#start.stderr, generation, base);
    context.inputEnd = decoding.decoderFor(format).decode(region, region.inputStart, chunk.end, context);
    return context.inputEnd - region.inputStart;
  }

  /** All rows of this turn are in the table: does with them what the stream's treatment says. */
  treat(): void {
    const { context, region, table } = this.#tools;
    const { treatment } = this.#stream;
    this.open.joinLines(treatment);
    if (table.rows > 0) treatment.shaper?.shape(region, table, context);
  }

  /** Takes the rows out: their pod wrote more than it may. Returns the bytes of their messages. */
  drop(): number {
    const { table } = this.#tools;
    const { messageBytes } = table;
    table.clear();
    return messageBytes;
  }

  /** Nothing was found that an output should be told. */
  get isEmpty(): boolean {
    return this.#tools.table.rows === 0 && this.#tools.context.oversizeBytes === 0;
  }

  batch(gaps: readonly Gap[], end: StreamPosition): Batch {
    const { context, region, table } = this.#tools;
    return {
      streamKey: this.#stream.key,
      origin: this.#stream.origin,
      bytes: region.bytes,
      table,
      inputStart: region.inputStart,
      inputEnd: context.inputEnd,
      seed: this.#seed,
      carriedSeed: [this.open.carriedSeed(STDOUT), this.open.carriedSeed(STDERR_CHANNEL)],
      gaps,
      oversizeBytes: context.oversizeBytes,
      end,
    };
  }
}

const NO_SEED = { high: 0, low: 0 };

/** Where a mark lies as an index of the region, for lines of this generation. */
const skipIndex = (mark: Position, generation: Generation, base: number): number => {
  if (mark.generation < generation.sequence) return 0;
  if (mark.generation > generation.sequence) return Number.MAX_SAFE_INTEGER;
  return mark.offset - base;
};
