import { expect } from 'vitest';
import type { GenerationSeed } from '../../src/core/batch.ts';
import { parseMultilineMode } from '../../src/core/multiline-mode.ts';
import {
  CARRIED,
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  RecordTable,
  SLOTS,
  SOURCE_OFFSET,
  STDERR,
  STREAM_KNOWN,
  TIME_END,
  TIME_START,
} from '../../src/core/record-table.ts';
import { Region } from '../../src/core/region.ts';
import type { LineJoiner } from '../../src/core/treatment.ts';
import { lineJoinerBytes, type MultilineLimits, newMultiline } from '../../src/decode/multiline.ts';
import { PartialBudget } from '../../src/decode/partial-budget.ts';
import { newPiece } from '../../src/decode/rows.ts';
import { type TestKernel, TYPESCRIPT, WASM } from './test-kernels.ts';

/** A record as a decoder gives it. Its number in the input is its source offset, and its time. */
export interface GivenRow {
  readonly text: string;
  readonly isStderr?: boolean;
  /** Beside STDERR and STREAM_KNOWN. JOINED: its message lies in the arena. */
  readonly flags?: number;
}

/** A record as it came out, everything by value. */
export interface TakenRow {
  readonly text: string;
  readonly isStderr: boolean;
  /** Without STDERR, STREAM_KNOWN and JOINED: where a message lies is no part of what it is, and is checked here. */
  readonly flags: number;
  readonly offset: number;
  readonly time: string;
  /** Of the generation that its record id is made with; undefined: only who decoded it knows. */
  readonly seed: GenerationSeed | undefined;
}

export const seedOf = (generation: number): GenerationSeed => ({ high: generation, low: 7 });
const timeOf = (offset: number): string => `T${String(offset).padStart(9, '0')}`;

export interface JoiningOptions extends Partial<MultilineLimits> {
  readonly mode?: string;
  readonly budgetBytes?: number;
  /** Default: true. */
  readonly withWasm?: boolean;
}

/**
 * Feeds rows to a line joiner as a lane does, batch after batch, with an arena that is no larger than the joiner says. Checks
 * after each batch what the record table promises.
 */
export class Joining {
  readonly taken: TakenRow[] = [];
  readonly joiner: LineJoiner;
  readonly budget: PartialBudget;
  readonly #limits: MultilineLimits;
  readonly #kernel: TestKernel;
  #offset = 0;
  #generation = 1;

  constructor({ mode = 'auto', budgetBytes = 1_000_000, withWasm = true, ...limits }: JoiningOptions = {}) {
    this.budget = new PartialBudget(budgetBytes);
    this.#limits = { lines: 2000, bytes: 65_536, waitMs: 500, ...limits };
    this.#kernel = withWasm ? WASM : TYPESCRIPT;
    const multiline = newMultiline(this.#kernel.kernel, this.#limits, this.budget);
    const parsed = parseMultilineMode(mode);
    const joiner = parsed.kind === 'value' ? multiline.newLineJoiner(parsed.value) : undefined;
    if (joiner === undefined) throw new Error(`no joiner for ${mode}`);
    this.joiner = joiner;
    joiner.enter(1, seedOf(1));
  }

  rotate(): void {
    this.#generation++;
    this.joiner.enter(this.#generation, seedOf(this.#generation));
  }

  /** One batch. */
  give(rows: readonly GivenRow[]): void {
    const size = (row: GivenRow): number => Buffer.byteLength(row.text);
    const inputBytes = rows.reduce((sum, row) => sum + size(row) + 11, 0);
    const arenaBytes = rows.reduce((sum, row) => sum + (isJoined(row) ? size(row) : 0), 0);
    const longest = Math.max(0, ...rows.map(size));
    const { allocate, check, reset } = this.#kernel;
    reset();
    const arena = arenaBytes + lineJoinerBytes(this.#limits, inputBytes, longest);
    const region = new Region(inputBytes, arena, allocate);
    const table = new RecordTable(Math.max(1, rows.length), allocate);
    this.#lay(rows, region, table);
    this.joiner.join(region, table, { oversizeBytes: 0 });
    check();
    checkTable(region, table);
    this.#take(region, table);
  }

  /** Closes what is open, as a lane does at the end; or only what was waited for long enough. */
  flush(onlyOverdue = false): void {
    for (const channel of [0, 1] as const) {
      const isDue = (): boolean =>
        (this.joiner.dueMs(channel) ?? Number.POSITIVE_INFINITY) <= this.joiner.now;
      while (onlyOverdue ? isDue() : this.joiner.isOpen(channel)) {
        const region = new Region(1, 1_000_000);
        const table = new RecordTable(1);
        const record = newPiece();
        if (!this.joiner.flush(channel, region, record)) throw new Error('an empty arena has no room');
        table.add(record);
        checkTable(region, table);
        this.#take(region, table);
      }
    }
  }

  get texts(): readonly string[] {
    return this.taken.map(({ text }) => text);
  }

  #lay(rows: readonly GivenRow[], region: Region, table: RecordTable): void {
    let at = region.inputStart;
    const row = newPiece();
    for (const given of rows) {
      row.timeStart = at;
      at += region.bytes.write(timeOf(this.#offset), at);
      row.timeEnd = at;
      row.sourceOffset = this.#offset++;
      row.flags = (given.flags ?? 0) | STREAM_KNOWN | (given.isStderr === true ? STDERR : 0);
      row.messageStart = isJoined(given) ? region.arenaUsed : at;
      row.messageEnd = row.messageStart + region.bytes.write(given.text, row.messageStart);
      if (isJoined(given)) region.arenaUsed = row.messageEnd;
      else at = row.messageEnd;
      at += region.bytes.write('\n', at);
      table.add(row);
    }
  }

  #take(region: Region, { ints, floats, rows }: RecordTable): void {
    const text = (from: number, to: number): string => region.bytes.toString('utf8', from, to);
    for (let row = 0; row < rows; row++) {
      const slot = row * SLOTS;
      const flags = ints[slot + FLAGS] ?? 0;
      const isStderr = (flags & STDERR) !== 0;
      const isCarried = (flags & CARRIED) !== 0;
      this.taken.push({
        text: text(ints[slot + MESSAGE_START] ?? 0, ints[slot + MESSAGE_END] ?? 0),
        isStderr,
        flags: flags & ~(STDERR | STREAM_KNOWN | JOINED),
        offset: floats[row * FLOATS + SOURCE_OFFSET] ?? 0,
        time: text(ints[slot + TIME_START] ?? 0, ints[slot + TIME_END] ?? 0),
        seed: isCarried ? this.joiner.carriedSeed(isStderr ? 1 : 0) : seedOf(this.#generation),
      });
    }
  }
}

const isJoined = ({ flags = 0 }: GivenRow): boolean => (flags & JOINED) !== 0;

/** Messages follow each other, in the input and in the arena, and the sums are right. */
const checkTable = (region: Region, { ints, rows, messageBytes, joinedRows }: RecordTable): void => {
  let input = region.inputStart;
  let arena = region.arenaStart;
  let bytes = 0;
  let joined = 0;
  for (let row = 0; row < rows; row++) {
    const start = ints[row * SLOTS + MESSAGE_START] ?? 0;
    const end = ints[row * SLOTS + MESSAGE_END] ?? 0;
    bytes += end - start;
    if (((ints[row * SLOTS + FLAGS] ?? 0) & JOINED) === 0) {
      expect(start).toBeGreaterThanOrEqual(input);
      input = end;
    } else {
      expect(start).toBeGreaterThanOrEqual(arena);
      arena = end;
      joined++;
    }
  }
  expect({ bytes, joined }).toEqual({ bytes: messageBytes, joined: joinedRows });
  expect(arena).toBeLessThanOrEqual(region.arenaUsed);
  expect(region.arenaUsed).toBeLessThanOrEqual(region.arenaEnd);
};
