import { expect } from 'vitest';
import type { DecodeContext, Decoder, LogFormat, StreamJoiner } from '../../../src/core/decoder.ts';
import type { Kernel } from '../../../src/core/kernel.ts';
import {
  CARRIED,
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  NANOSECONDS,
  RecordTable,
  SECONDS,
  SLOTS,
  SOURCE_OFFSET,
  STDERR,
  TIME_END,
  TIME_START,
} from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { criDecoder } from '../../../src/decode/cri.ts';
import { dockerDecoder } from '../../../src/decode/docker.ts';
import { PartialJoiner } from '../../../src/decode/joiner.ts';
import { PartialBudget } from '../../../src/decode/partial-budget.ts';
import { rawDecoder } from '../../../src/decode/raw.ts';
import { newPiece } from '../../../src/decode/rows.ts';
import { type TestKernel, TYPESCRIPT } from '../../support/test-kernels.ts';

/** Complete lines of one generation, as one read would give them. */
export interface Chunk {
  readonly generation: number;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A row taken out of its table, everything by value; `generation` is where the record begins. */
export interface DecodedRecord {
  readonly message: string;
  readonly time: string;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Without JOINED: where a message lies is no part of what it is (and is checked here). */
  readonly flags: number;
  readonly sourceOffset: number;
  readonly generation: number;
}

export interface DecodeOptions {
  readonly format: LogFormat;
  readonly maxMessageBytes: number;
  readonly tableRows: number;
  readonly budgetBytes?: number;
  /** Offset in its generation, for every chunk. */
  readonly skipStdoutBefore?: number;
  readonly skipStderrBefore?: number;
  readonly lineFlags?: number;
  /** What the arena has beyond what the decoders say they need. */
  readonly moreArenaBytes?: number;
  /** Default: plain TypeScript. */
  readonly kernel?: TestKernel;
}

export const OBSERVED_TIME = '2026-11-20T22:00:00.5Z';
export const OBSERVED_SECONDS = 1_795_212_000;
export const OBSERVED_NANOSECONDS = 500_000_000;

/** What a reader that looks beyond the end of its input would take for more of it. */
const STALE = Buffer.from('9Z stdout F stale","stream":"stdout","time":"2026-11-20T22:00:00Z"}');

const makeDecoder: Record<LogFormat, (kernel: Kernel) => Decoder> = {
  cri: criDecoder,
  docker: dockerDecoder,
  raw: rawDecoder,
};

/** Feeds chunks to a decoder as the tail room does, with as little memory as the decoders say they need. */
export class Harness {
  readonly records: DecodedRecord[] = [];
  readonly budget: PartialBudget;
  readonly joiner: StreamJoiner;
  readonly table: RecordTable;
  readonly region: Region;
  /** How often a decoder stopped before the end of its chunk. */
  earlyStops = 0;
  oversizeBytes = 0;
  unparsedLines = 0;
  nulBytes = 0;
  private readonly decoder: Decoder;
  private readonly options: DecodeOptions;
  private generation = 0;

  constructor(options: DecodeOptions, inputCapacity: number) {
    this.options = options;
    const { kernel, allocate, reset } = options.kernel ?? TYPESCRIPT;
    reset();
    this.decoder = makeDecoder[options.format](kernel);
    this.budget = new PartialBudget(options.budgetBytes ?? Number.MAX_SAFE_INTEGER);
    this.joiner = new PartialJoiner(options.maxMessageBytes, this.budget);
    this.table = new RecordTable(options.tableRows, allocate);
    this.region = new Region(
      inputCapacity + OBSERVED_TIME.length,
      options.maxMessageBytes + (options.moreArenaBytes ?? 0),
      allocate,
    );
  }

  feed(chunk: Chunk): void {
    const { region, decoder, joiner } = this;
    this.generation = chunk.generation;
    joiner.enter(chunk.generation, { high: chunk.generation, low: 0 });
    region.bytes.fill(STALE, region.inputStart, region.arenaStart);
    chunk.bytes.copy(region.bytes, region.inputStart);
    const end = region.inputStart + chunk.bytes.length;
    region.bytes.write(OBSERVED_TIME, end, 'latin1');
    const context = this.context(chunk.offset - region.inputStart, end);
    let at = region.inputStart;
    while (at < end) {
      const next = decoder.decode(region, at, end, context);
      if (next < end) this.earlyStops++;
      if (next === at && this.table.rows === 0) throw new Error(`no progress at ${at}`);
      this.takeRows();
      at = next;
    }
    this.oversizeBytes += context.oversizeBytes;
    this.unparsedLines += context.unparsedLines;
    this.nulBytes += context.nulBytes;
  }

  /** Hands out what is still open, as the tail room does when the container is gone. */
  closeAll(): void {
    const record = newPiece();
    for (const channel of [0, 1] as const) {
      if (!this.joiner.isOpen(channel)) continue;
      if (!this.joiner.flush(channel, this.region, record)) throw new Error('an empty arena has no room');
      this.table.add(record);
      this.takeRows();
    }
  }

  private takeRows(): void {
    for (let row = 0; row < this.table.rows; row++) this.records.push(this.record(row));
    this.table.clear();
    this.region.clearArena();
  }

  private context(base: number, observedTimeStart: number): DecodeContext {
    const { options, table, joiner } = this;
    return {
      table,
      joiner,
      base,
      skipStdoutBefore: (options.skipStdoutBefore ?? 0) - base,
      skipStderrBefore: (options.skipStderrBefore ?? 0) - base,
      maxMessageBytes: options.maxMessageBytes,
      lineFlags: options.lineFlags ?? 0,
      observedTimeStart,
      observedTimeEnd: observedTimeStart + OBSERVED_TIME.length,
      observedSeconds: OBSERVED_SECONDS,
      observedNanoseconds: OBSERVED_NANOSECONDS,
      oversizeBytes: 0,
      unparsedLines: 0,
      nulBytes: 0,
    };
  }

  private record(row: number): DecodedRecord {
    const { region, table } = this;
    const int = (slot: number): number => table.ints[row * SLOTS + slot] ?? Number.NaN;
    const float = (slot: number): number => table.floats[row * FLOATS + slot] ?? Number.NaN;
    const text = (from: number, to: number): string => region.bytes.toString('latin1', int(from), int(to));
    const flags = int(FLAGS);
    const isInArena = int(MESSAGE_START) >= region.arenaStart;
    if (isInArena !== ((flags & JOINED) !== 0)) throw new Error(`JOINED is wrong for row ${row}`);
    if (int(MESSAGE_END) > (isInArena ? region.arenaUsed : region.arenaStart))
      throw new Error('span outside');
    const carried = this.joiner.carriedSeed((flags & STDERR) === 0 ? 0 : 1).high;
    return {
      message: text(MESSAGE_START, MESSAGE_END),
      time: text(TIME_START, TIME_END),
      seconds: float(SECONDS),
      nanoseconds: int(NANOSECONDS),
      flags: flags & ~JOINED,
      sourceOffset: float(SOURCE_OFFSET),
      generation: (flags & CARRIED) === 0 ? this.generation : carried,
    };
  }
}

/** Decodes all chunks, and gives what came out. */
export const decodeChunks = (chunks: readonly Chunk[], options: DecodeOptions): Harness => {
  const harness = new Harness(options, Math.max(1, ...chunks.map((chunk) => chunk.bytes.length)));
  for (const chunk of chunks) harness.feed(chunk);
  return harness;
};

/** Compares as text first: a deep comparison of ten thousand rows takes a second. */
export const expectEqual = (actual: readonly DecodedRecord[], expected: readonly DecodedRecord[]): void => {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual).toEqual(expected);
};
