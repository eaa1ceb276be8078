import {
  CARRIED,
  FIELDS,
  FLAGS,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  type RecordTable,
  SLOTS,
  STDERR,
  TRUNCATED,
  UNPARSED,
} from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { isIndented, isSuspect } from './multiline-lines.ts';
import type { Openers } from './multiline-openers.ts';
import type { Suspects } from './multiline-suspects.ts';
import { END, follow, MAYBE, mayBePartOf, NOTHING } from './multiline-trace.ts';

/** Bounds of one joined record. */
export interface RecordBounds {
  readonly lines: number;
  /** Of its message. */
  readonly bytes: number;
}

/** Lines that may wait for one that shows that the trace goes on. */
export const MOST_WAITING = 4;
/** A longer line never waits. */
export const WAITING_BYTES = 4096;

/** What becomes of a row. */
export const KEPT = 0;
/** Goes on in the row that `next` names. */
export const HEAD = 1;
/** Is part of one before it. */
export const MEMBER = 2;
/** Is taken out of the batch, with what is joined with it. */
export const HELD = 3;

/** A line that is not whole, or of which nobody knows what it is. */
const NEVER_JOINED = PARTIAL | TRUNCATED | UNPARSED | FIELDS;

/** A record as far as it goes. */
export interface Trace {
  /** Its first row. */
  readonly head: number;
  /** Its last row. */
  readonly last: number;
  readonly lines: number;
  /** Behind its last row; see multiline-trace.ts. */
  readonly state: number;
  /** Surely one: more than what could also be an ordinary line. */
  readonly isSure: boolean;
}

const UNKNOWN = 0xff;

/** What was decided of the rows of one batch. The memory is used again for the next one, of any stream. */
export class Decisions {
  /** KEPT, HEAD, MEMBER or HELD, by row. */
  fate: Uint8Array = new Uint8Array(0);
  /** Of rows with HEAD, HELD or MEMBER: the row that is joined behind it, or 0. */
  next: Int32Array = new Int32Array(0);
  /** The state behind a row if it opens a trace, or UNKNOWN. */
  states: Uint8Array = new Uint8Array(0);
  /** The first row that does not stay as it is. */
  firstChange = 0;

  begin(rows: number): void {
    if (this.fate.length < rows) {
      this.fate = new Uint8Array(rows);
      this.next = new Int32Array(rows);
      this.states = new Uint8Array(rows);
    }
    this.fate.fill(KEPT, 0, rows);
    this.next.fill(0, 0, rows);
    this.states.fill(UNKNOWN, 0, rows);
    this.firstChange = rows;
  }
}

/** The rows of one batch, as a grouping looks at them. */
export interface Rows {
  readonly region: Region;
  readonly table: RecordTable;
  readonly decisions: Decisions;
  readonly suspects: Suspects;
}

/**
 * Finds in the rows of one channel which belong together; the rows of the other channel are passed over.
 *
 * A group begins with an opener; the machine of multiline-trace.ts says what follows. Openers are looked for only where it
 * matters: before a suspect line, and at the end. An opener that is not suspect itself takes only suspect lines as the first of
 * its group, so looking there finds the same groups as looking at each line.
 */
export class Grouping {
  readonly #region: Region;
  readonly #ints: Int32Array;
  readonly #count: number;
  readonly #decisions: Decisions;
  readonly #openers: Openers;
  readonly #bounds: RecordBounds;
  /** STDERR or 0. */
  readonly #channel: number;
  readonly #suspects: Suspects;
  /** How many suspect rows lie behind. */
  #seen = 0;
  #open: Trace | undefined;

  constructor(
    { region, table, decisions, suspects }: Rows,
    openers: Openers,
    bounds: RecordBounds,
    channel: number,
  ) {
    this.#region = region;
    this.#ints = table.ints;
    this.#count = table.rows;
    this.#decisions = decisions;
    this.#suspects = suspects;
    this.#openers = openers;
    this.#bounds = bounds;
    this.#channel = channel;
  }

  /**
   * @param begun a record of earlier batches, which is a row of this table now
   * @returns the record that is open where the rows end; what is left of its channel behind it waits
   */
  run(begun: Trace | undefined): Trace | undefined {
    let floor = begun === undefined ? 0 : this.#follow(begun);
    let row = this.#nextSuspect(floor);
    while (this.#open === undefined && row < this.#count) {
      floor = this.#followBefore(row, floor);
      // Behind this row nothing before it matters any more: it was asked for, or is too far away.
      if (floor <= row) floor = this.#followIfOpener(row, row + 1);
      row = this.#nextSuspect(Math.max(row + 1, floor));
    }
    if (this.#open === undefined) this.#followBefore(this.#count, floor);
    return this.#open;
  }

  /** @param from not before that of the last call */
  #nextSuspect(from: number): number {
    const { rows, count } = this.#suspects;
    for (; this.#seen < count; this.#seen++) {
      const row = rows[this.#seen] ?? 0;
      if (row >= from && this.#isMine(row)) return row;
    }
    return this.#count;
  }

  /** Follows the openers before a row that may reach it, the first one first. @returns the first row that no group has reached */
  #followBefore(row: number, floor: number): number {
    let first = row;
    for (let at = row - 1, left = MOST_WAITING + 1; at >= floor && left > 0; at--) {
      if (!this.#isMine(at)) continue;
      if (this.#stateOf(at) !== NOTHING) first = at;
      left--;
    }
    let reached = floor;
    for (let at = first; at < row; at = Math.max(at + 1, reached))
      if (this.#isMine(at)) reached = this.#followIfOpener(at, reached);
    return reached;
  }

  #followIfOpener(row: number, floor: number): number {
    const state = this.#stateOf(row);
    if (state === NOTHING) return floor;
    return this.#follow({ head: row, last: row, lines: 1, state, isSure: this.#isSuspect(row) });
  }

  /** @returns the first row that is not part of the group; the number of rows where it is still open */
  #follow(begun: Trace): number {
    let { head, last, lines, state, isSure } = begun;
    let size = this.#sizeOf(head);
    let waiting = 0;
    let waitingBytes = 0;
    let announces = false;
    for (let row = last + 1; row < this.#count; row++) {
      if (!this.#isMine(row)) continue;
      const verdict = this.#verdict(row, state, waiting, announces);
      const bytes = this.#sizeOf(row) + 1;
      if (verdict === MAYBE) {
        announces ||= this.#stateOf(row) !== NOTHING;
        waiting++;
        waitingBytes += bytes;
        continue;
      }
      if (verdict === END || !(isSure || this.#isSuspect(row))) return last + 1;
      if (lines + waiting + 1 > this.#bounds.lines || size + waitingBytes + bytes > this.#bounds.bytes) {
        // What is over begins another record, which goes on where this one ends.
        head = this.#nextMine(last);
        if (this.#isCarried(head)) return head;
        last = head;
        lines = 1;
        size = this.#sizeOf(head);
      }
      while (last !== row) {
        last = this.#join(head, last);
        lines++;
        size += this.#sizeOf(last) + 1;
      }
      isSure = true;
      state = verdict;
      waiting = 0;
      waitingBytes = 0;
      announces = false;
    }
    this.#open = { head, last, lines, state, isSure };
    return this.#count;
  }

  /** @param announces one of the lines that wait is an opener too: what is indented below belongs to that one */
  #verdict(row: number, state: number, waiting: number, announces: boolean): number {
    const start = this.#ints[row * SLOTS + MESSAGE_START] ?? 0;
    const end = this.#ints[row * SLOTS + MESSAGE_END] ?? 0;
    if ((this.#flags(row) & NEVER_JOINED) !== 0 || end - start > this.#bounds.bytes) return END;
    const verdict = follow(state, this.#region.bytes, start, end, waiting > 0);
    if (verdict !== MAYBE) return verdict;
    if (waiting === MOST_WAITING || end - start > WAITING_BYTES || this.#isCarried(row)) return END;
    if (announces && isIndented(this.#region.bytes, start, end)) return END;
    return mayBePartOf(state, this.#stateOf(row)) ? MAYBE : END;
  }

  /** Joins the channel's next row with the group. */
  #join(head: number, last: number): number {
    const decisions = this.#decisions;
    const row = this.#nextMine(last);
    decisions.next[last] = row;
    decisions.fate[head] = HEAD;
    decisions.fate[row] = MEMBER;
    decisions.firstChange = Math.min(decisions.firstChange, head);
    return row;
  }

  // ---- one row

  #stateOf(row: number): number {
    const known = this.#decisions.states[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const start = this.#ints[row * SLOTS + MESSAGE_START] ?? 0;
    const end = this.#ints[row * SLOTS + MESSAGE_END] ?? 0;
    const cannot = (this.#flags(row) & (NEVER_JOINED | CARRIED)) !== 0 || end - start > this.#bounds.bytes;
    const state = cannot ? NOTHING : this.#openers.stateOf(this.#region.bytes, start, end);
    this.#decisions.states[row] = state;
    return state;
  }

  #isSuspect(row: number): boolean {
    const slot = row * SLOTS;
    return isSuspect(
      this.#region,
      this.#ints[slot + MESSAGE_START] ?? 0,
      this.#ints[slot + MESSAGE_END] ?? 0,
    );
  }

  #isMine(row: number): boolean {
    return (this.#flags(row) & STDERR) === this.#channel;
  }

  #nextMine(row: number): number {
    let next = row + 1;
    while (!this.#isMine(next)) next++;
    return next;
  }

  /** Its first piece lies in an earlier generation, and only the decoder's joiner knows where: it cannot be a first line. */
  #isCarried(row: number): boolean {
    return (this.#flags(row) & CARRIED) !== 0;
  }

  #flags(row: number): number {
    return this.#ints[row * SLOTS + FLAGS] ?? 0;
  }

  #sizeOf(row: number): number {
    return (this.#ints[row * SLOTS + MESSAGE_END] ?? 0) - (this.#ints[row * SLOTS + MESSAGE_START] ?? 0);
  }
}
