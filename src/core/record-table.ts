import { type Allocate, allocateApart } from './allocate.ts';

/**
 * The record table: what the pipeline says about the records of one batch, as integers.
 *
 * One row a record. `ints` holds SLOTS 32-bit integers a row, `floats` holds FLOATS doubles a row. Spans are
 * [start, end) indexes into the batch's `bytes`. Nothing is allocated per record; the arrays live as long as the agent.
 * Rows are in the order in which they were decoded: messages without JOINED follow each other in the input, and those with
 * it in the arena.
 *
 *   ints:   time start | time end | message start | message end | flags | nanoseconds | fields start | fields end
 *   floats: source offset of the record's first byte in its generation | seconds since 1970 (may be negative)
 *
 * Seconds are a double because an Int32 ends in 2038 and a Uint32 begins in 1970.
 */
export const SLOTS = 8;
export const TIME_START = 0;
export const TIME_END = 1;
export const MESSAGE_START = 2;
export const MESSAGE_END = 3;
export const FLAGS = 4;
export const NANOSECONDS = 5;
/** Only with FIELDS: ready JSON members in the arena, each with a comma behind it: `"level":"warn","status":200,`. */
export const FIELDS_START = 6;
export const FIELDS_END = 7;

export const FLOATS = 2;
export const SOURCE_OFFSET = 0;
export const SECONDS = 1;

/** The record was written to stderr; without it: stdout, or a file that does not tell. */
export const STDERR = 1;
/** The writer never closed this record, or birler had to hand it out before its last piece came. */
export const PARTIAL = 2;
/** The record was longer than the limit; its end was cut off and is in the ledger. */
export const TRUNCATED = 4;
/** The message was put together from pieces (or unescaped), so it lies in the arena and not in the input. */
export const JOINED = 8;
/** The record's first piece lies in an earlier generation than the batch: its id uses `carriedSeed` of its channel. */
export const CARRIED = 16;
/** The line did not follow the format of its file; the whole line is the message. */
export const UNPARSED = 32;
/** The file says which std stream this was (CRI and Docker do, a raw file does not). */
export const STREAM_KNOWN = 64;
/** The record has fields beside its message: valid UTF-8, valid JSON. */
export const FIELDS = 128;

/** One row by its names, for those who make rows. One object, used again and again. */
export interface Row {
  timeStart: number;
  timeEnd: number;
  messageStart: number;
  messageEnd: number;
  flags: number;
  nanoseconds: number;
  sourceOffset: number;
  seconds: number;
}

/** Rows that a line joiner may put into a table that decoders have filled: what it held back of earlier batches. */
export const SPARE_ROWS = 16;

/** How much memory a table for so many records takes. */
export const tableBytes = (capacity: number): number =>
  (capacity + SPARE_ROWS) * (FLOATS * Float64Array.BYTES_PER_ELEMENT + SLOTS * Int32Array.BYTES_PER_ELEMENT);

export class RecordTable {
  readonly capacity: number;
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  rows = 0;
  /** The length of all messages together. */
  messageBytes = 0;
  /** How many rows have JOINED. */
  joinedRows = 0;
  /** The length of all fields together; whoever gives a row FIELDS adds to it. */
  fieldsBytes = 0;

  /** @param capacity how many records decoders may put into one batch; SPARE_ROWS more fit */
  constructor(capacity: number, allocate: Allocate = allocateApart) {
    this.capacity = capacity;
    const { buffer, byteOffset } = allocate(tableBytes(capacity));
    this.floats = new Float64Array(buffer, byteOffset, (capacity + SPARE_ROWS) * FLOATS);
    this.ints = new Int32Array(buffer, byteOffset + this.floats.byteLength, (capacity + SPARE_ROWS) * SLOTS);
  }

  get isFull(): boolean {
    return this.rows >= this.capacity;
  }

  /** Adds a row. The caller has made sure that the table is not full. */
  add(row: Row): void {
    const at = this.rows * SLOTS;
    this.ints[at + TIME_START] = row.timeStart;
    this.ints[at + TIME_END] = row.timeEnd;
    this.ints[at + MESSAGE_START] = row.messageStart;
    this.ints[at + MESSAGE_END] = row.messageEnd;
    this.ints[at + FLAGS] = row.flags;
    this.ints[at + NANOSECONDS] = row.nanoseconds;
    this.floats[this.rows * FLOATS + SOURCE_OFFSET] = row.sourceOffset;
    this.floats[this.rows * FLOATS + SECONDS] = row.seconds;
    this.messageBytes += row.messageEnd - row.messageStart;
    if ((row.flags & JOINED) !== 0) this.joinedRows++;
    this.rows++;
  }

  /** Becomes a copy of the first rows of another table, as many as both have. */
  copyFirst(from: RecordTable, most: number): void {
    this.clear();
    this.rows = Math.min(most, from.rows, this.capacity);
    this.ints.set(from.ints.subarray(0, this.rows * SLOTS));
    this.floats.set(from.floats.subarray(0, this.rows * FLOATS));
    for (let at = 0; at < this.rows * SLOTS; at += SLOTS) {
      const flags = this.ints[at + FLAGS] ?? 0;
      this.messageBytes += (this.ints[at + MESSAGE_END] ?? 0) - (this.ints[at + MESSAGE_START] ?? 0);
      if ((flags & JOINED) !== 0) this.joinedRows++;
      if ((flags & FIELDS) !== 0)
        this.fieldsBytes += (this.ints[at + FIELDS_END] ?? 0) - (this.ints[at + FIELDS_START] ?? 0);
    }
  }

  clear(): void {
    this.rows = 0;
    this.messageBytes = 0;
    this.joinedRows = 0;
    this.fieldsBytes = 0;
  }
}
