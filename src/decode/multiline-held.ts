import type { Piece, RecordPlace } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import type { Channel } from '../core/position.ts';
import {
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  NANOSECONDS,
  type RecordTable,
  SECONDS,
  SLOTS,
  TIME_END,
  TIME_START,
} from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import type { Rows, Trace } from './multiline-groups.ts';
import { DONE } from './multiline-trace.ts';
import type { PartialBudget } from './partial-budget.ts';
import { MAX_TIME_BYTES } from './timestamp.ts';

/** The smallest buffer; larger ones double, so that a buffer that is given back fits the next row. */
const FIRST_CAPACITY = 512;
const NEWLINE = 0x0a;
const NO_BYTES = Buffer.alloc(0);

/**
 * A row that was taken out of a batch because more of it may come: the lines of an open record, or one line that is part of
 * it only if the trace goes on behind it.
 *
 *   buffer = time, in MAX_TIME_BYTES bytes | message
 */
export class HeldRow {
  readonly channel: Channel;
  readonly place: RecordPlace;
  readonly flags: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** What it is the row of; undefined for a line that waits. */
  trace: Trace | undefined;
  #timeBytes = 0;
  #messageBytes = 0;
  #buffer: Buffer = NO_BYTES;

  private constructor(
    { table }: Rows,
    row: number,
    channel: Channel,
    place: RecordPlace,
    trace: Trace | undefined,
  ) {
    this.channel = channel;
    this.place = place;
    this.flags = (table.ints[row * SLOTS + FLAGS] ?? 0) | JOINED;
    this.nanoseconds = table.ints[row * SLOTS + NANOSECONDS] ?? 0;
    this.seconds = table.floats[row * FLOATS + SECONDS] ?? 0;
    this.trace = trace;
  }

  /** @returns the row with all that is joined with it; undefined when the budget has no room */
  static hold(
    rows: Rows,
    row: number,
    channel: Channel,
    place: RecordPlace,
    trace: Trace | undefined,
    budget: PartialBudget,
  ): HeldRow | undefined {
    const { region, table, decisions } = rows;
    const { next } = decisions;
    const held = new HeldRow(rows, row, channel, place, trace);
    const size = joinedBytes(table, row, next);
    let capacity = FIRST_CAPACITY;
    while (capacity < size + MAX_TIME_BYTES) capacity *= 2;
    const buffer = budget.take(capacity);
    if (buffer === undefined) return undefined;
    held.#buffer = buffer;
    const timeStart = table.ints[row * SLOTS + TIME_START] ?? 0;
    const timeEnd = table.ints[row * SLOTS + TIME_END] ?? 0;
    invariant(timeEnd - timeStart <= MAX_TIME_BYTES, 'a time is at most 35 bytes long');
    held.#timeBytes = timeEnd - timeStart;
    region.bytes.copy(buffer, 0, timeStart, timeEnd);
    held.#messageBytes = size;
    layJoined(region, table, row, next, buffer, MAX_TIME_BYTES);
    return held;
  }

  get sizeBytes(): number {
    return this.#timeBytes + this.#messageBytes;
  }

  /** Lays time and message into the arena, which has room, and says in `record` where. */
  lay(region: Region, record: Piece): void {
    record.timeStart = region.arenaUsed;
    record.timeEnd = record.timeStart + this.#timeBytes;
    this.#buffer.copy(region.bytes, record.timeStart, 0, this.#timeBytes);
    record.messageStart = record.timeEnd;
    record.messageEnd = record.messageStart + this.#messageBytes;
    this.#buffer.copy(region.bytes, record.messageStart, MAX_TIME_BYTES, MAX_TIME_BYTES + this.#messageBytes);
    record.flags = this.flags;
    record.seconds = this.seconds;
    record.nanoseconds = this.nanoseconds;
    record.sourceOffset = this.place.offset;
    record.oversizeBytes = 0;
    region.arenaUsed = record.messageEnd;
  }

  /** Nothing is joined with it any more. */
  close(): void {
    if (this.trace !== undefined) this.trace = { ...this.trace, state: DONE };
  }

  release(budget: PartialBudget): void {
    budget.give(this.#buffer);
    this.#buffer = NO_BYTES;
  }
}

/** How long the message of a row is together with those of the rows behind it, a newline between each two. */
export const joinedBytes = (table: RecordTable, row: number, next: Int32Array): number => {
  let size = 0;
  for (let at = row; ; ) {
    size += (table.ints[at * SLOTS + MESSAGE_END] ?? 0) - (table.ints[at * SLOTS + MESSAGE_START] ?? 0);
    at = next[at] ?? 0;
    if (at === 0) return size;
    size++;
  }
};

/** Copies that message to `target` at `at`; there is room. */
export const layJoined = (
  region: Region,
  table: RecordTable,
  row: number,
  next: Int32Array,
  target: Buffer,
  start: number,
): number => {
  let write = start;
  for (let at = row; ; ) {
    const from = table.ints[at * SLOTS + MESSAGE_START] ?? 0;
    const to = table.ints[at * SLOTS + MESSAGE_END] ?? 0;
    if (target === region.bytes && to - from <= SHORT_BYTES) copyWords(region.view, from, to, write);
    else region.bytes.copy(target, write, from, to);
    write += to - from;
    at = next[at] ?? 0;
    if (at === 0) return write;
    target[write++] = NEWLINE;
  }
};

/** Up to here a loop over words is quicker than a call. */
const SHORT_BYTES = 256;

/** Copies within the region, where up to three bytes more may be written: what comes next is written over them. */
const copyWords = (view: DataView, from: number, to: number, at: number): void => {
  for (let index = 0; index < to - from; index += 4)
    view.setInt32(at + index, view.getInt32(from + index, true), true);
};
