import { alignedBytes } from '../core/allocate.ts';
import type { DecodeContext, Decoding, Joiner, Piece } from '../core/decoder.ts';
import type { Channel } from '../core/position.ts';
import { RecordTable, tableBytes } from '../core/record-table.ts';
import { Region, regionBytes } from '../core/region.ts';
import type { ShapeCounts } from '../core/treatment.ts';
import type { Clock } from '../system/system.ts';

/** `DecodeContext`, as its owner sees it. One object for all lanes: turns are synchronous and never overlap. */
export type MutableContext = {
  -readonly [Field in keyof DecodeContext]: DecodeContext[Field];
} & ShapeCounts & {
    inputEnd: number;
    readonly piece: Piece;
  };

export interface LaneLimits {
  /** Bytes one turn may read. */
  readonly readShareBytes: number;
  /** The longest message; see DecodeContext. */
  readonly lineBytes: number;
  readonly recordsPerBatch: number;
  readonly partialAgeMs: number;
  /** What line joiners and shapers need of the arena; see Treatments. */
  readonly treatmentBytes: number;
}

/** Called after each batch with what was noticed in it. */
export type CountLines = (context: DecodeContext & ShapeCounts, streamKey: string) => void;

/** A line carries a header (CRI: ≤64 bytes with its tags) and Docker's keys and escapes beside its message. */
const LINE_OVERHEAD_BYTES = 4096;
/** `2026-11-20T22:24:00.000Z` */
const OBSERVED_TIME_BYTES = 24;

/** The longest read. */
export const inputBytes = (limits: Pick<LaneLimits, 'readShareBytes' | 'lineBytes'>): number =>
  Math.max(limits.readShareBytes, limits.lineBytes + LINE_OVERHEAD_BYTES);

/** It must take the longest joined record and, unescaped, a whole line; or a decoder could never go on. */
const arenaBytes = (limits: LaneLimits): number =>
  OBSERVED_TIME_BYTES + 2 * inputBytes(limits) + limits.treatmentBytes;

/** How much memory the lanes' region and table take. */
export const lanesBytes = (limits: LaneLimits): number =>
  alignedBytes(regionBytes(inputBytes(limits), arenaBytes(limits))) +
  alignedBytes(tableBytes(limits.recordsPerBatch));

/** What all lanes work with: the memory, the decoders, the time. Allocated once. */
export class LaneTools {
  readonly region: Region;
  readonly table: RecordTable;
  readonly context: MutableContext;
  readonly decoding: Decoding;
  readonly limits: LaneLimits;
  /** The end that is there is the end: nothing is waited for. */
  readonly isOnce: boolean;
  readonly count: CountLines;
  readonly #clock: Clock;
  #observedSeconds = Number.NaN;
  #observedText = Buffer.alloc(0);

  constructor(decoding: Decoding, limits: LaneLimits, clock: Clock, isOnce: boolean, count: CountLines) {
    this.region = new Region(inputBytes(limits), arenaBytes(limits), decoding.allocate);
    this.table = new RecordTable(limits.recordsPerBatch, decoding.allocate);
    this.decoding = decoding;
    this.limits = limits;
    this.isOnce = isOnce;
    this.count = count;
    this.#clock = clock;
    this.context = newContext(this.table, limits.lineBytes);
  }

  /** Clears the memory for the next batch. */
  begin(): void {
    const { context, region, table } = this;
    table.clear();
    region.clearArena();
    context.oversizeBytes = 0;
    context.unparsedLines = 0;
    context.nulBytes = 0;
    context.droppedRecords = 0;
    context.droppedBytes = 0;
    context.inputEnd = region.inputStart;
    this.#layObservedTime();
  }

  /** The time for lines that carry none, where the decoders can point at it. */
  #layObservedTime(): void {
    const { context, region } = this;
    const now = this.#clock.now();
    const seconds = Math.floor(now / 1000);
    const milliseconds = Math.floor(now - 1000 * seconds);
    if (seconds !== this.#observedSeconds) {
      this.#observedSeconds = seconds;
      const text = new Date(now).toISOString();
      this.#observedText = Buffer.from(text, 'latin1').subarray(0, OBSERVED_TIME_BYTES);
    }
    layMilliseconds(this.#observedText, milliseconds);
    this.#observedText.copy(region.bytes, region.arenaUsed);
    context.observedTimeStart = region.arenaUsed;
    context.observedTimeEnd = region.arenaUsed + this.#observedText.length;
    context.observedSeconds = seconds;
    context.observedNanoseconds = milliseconds * 1_000_000;
    region.arenaUsed = context.observedTimeEnd;
  }
}

/** Where the three digits of the milliseconds stand. */
const MILLISECONDS_AT = OBSERVED_TIME_BYTES - 4;
const DIGIT_0 = 0x30;

const layMilliseconds = (text: Uint8Array, milliseconds: number): void => {
  text[MILLISECONDS_AT] = DIGIT_0 + Math.floor(milliseconds / 100);
  text[MILLISECONDS_AT + 1] = DIGIT_0 + (Math.floor(milliseconds / 10) % 10);
  text[MILLISECONDS_AT + 2] = DIGIT_0 + (milliseconds % 10);
};

const newContext = (table: RecordTable, maxMessageBytes: number): MutableContext => ({
  table,
  joiner: NO_JOINER,
  base: 0,
  skipStdoutBefore: 0,
  skipStderrBefore: 0,
  maxMessageBytes,
  lineFlags: 0,
  observedTimeStart: 0,
  observedTimeEnd: 0,
  observedSeconds: 0,
  observedNanoseconds: 0,
  oversizeBytes: 0,
  unparsedLines: 0,
  nulBytes: 0,
  droppedRecords: 0,
  droppedBytes: 0,
  inputEnd: 0,
  piece: {
    timeStart: 0,
    timeEnd: 0,
    messageStart: 0,
    messageEnd: 0,
    flags: 0,
    nanoseconds: 0,
    sourceOffset: 0,
    seconds: 0,
    oversizeBytes: 0,
  },
});

/** Stands in until the first lane takes its turn. */
const NO_JOINER: Joiner = {
  isOpen: (_channel: Channel) => false,
  openBytes: () => 0,
  sureBytes: 0,
  append: () => false,
  complete: () => false,
};
