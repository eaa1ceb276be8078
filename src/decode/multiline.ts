import type { GenerationSeed } from '../core/batch.ts';
import type { Piece, RecordPlace } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { traceKindsOf } from '../core/multiline-mode.ts';
import { type Channel, comparePositions, STDERR_CHANNEL, STDOUT } from '../core/position.ts';
import {
  CARRIED,
  FLAGS,
  FLOATS,
  MESSAGE_END,
  MESSAGE_START,
  type RecordTable,
  SLOTS,
  SOURCE_OFFSET,
  STDERR,
} from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import type { LineJoiner } from '../core/treatment.ts';
import {
  Decisions,
  Grouping,
  HELD,
  MOST_WAITING,
  type RecordBounds,
  type Rows,
  type Trace,
  WAITING_BYTES,
} from './multiline-groups.ts';
import { HeldRow } from './multiline-held.ts';
import { Openers } from './multiline-openers.ts';
import { type CarriedSeeds, rebuild } from './multiline-rebuild.ts';
import { Suspects } from './multiline-suspects.ts';
import { NOTHING } from './multiline-trace.ts';
import type { PartialBudget } from './partial-budget.ts';
import { newPiece } from './rows.ts';
import { MAX_TIME_BYTES } from './timestamp.ts';

/** Bounds of what is joined. */
export interface MultilineLimits extends RecordBounds {
  /** How long an open record waits for its next line, in milliseconds. */
  readonly waitMs: number;
}

/** A record that goes on and on is given out after so many times `waitMs`. */
const LONGEST_WAITS = 10;

/**
 * Joins the lines of stack traces, and what is indented below a line that announces it, per channel.
 *
 *   row ──(may open a trace)──> held back at the end of a batch ──(the next row goes on)──> joined
 *                                        └──(it does not, or nothing comes)──> a row as it was
 *
 * Which rows are joined depends on their bytes alone, not on where batches end: what could still change at the end of a batch
 * is held back (HeldRow), and put before the rows of the next one. All other rows pass untouched. Exceptions: nothing comes
 * within the wait, and no memory in the budget.
 *
 * Cost, Node 26: 3 ns for an ordinary row and 6 µs a batch, 90 ns for a line of a trace; more in docs/multiline.md.
 */
class MultilineJoiner implements LineJoiner {
  now = 0;
  readonly #openers: Openers;
  readonly #limits: MultilineLimits;
  readonly #budget: PartialBudget;
  readonly #decisions: Decisions;
  readonly #suspects: Suspects;
  /** By channel: the open record, then the lines that wait whether it goes on behind them. */
  readonly #held: [HeldRow[], HeldRow[]] = [[], []];
  /** When the open record began, and when its last line came. */
  readonly #since: [number, number] = [0, 0];
  readonly #grownAt: [number, number] = [0, 0];
  readonly #carried: CarriedSeeds = [undefined, undefined];
  #generation = 0;
  #seed: GenerationSeed = NO_SEED;

  constructor(openers: Openers, { limits, budget, decisions, suspects }: Shared) {
    this.#openers = openers;
    this.#limits = limits;
    this.#budget = budget;
    this.#decisions = decisions;
    this.#suspects = suspects;
  }

  enter(generation: number, seed: GenerationSeed): void {
    if (generation === this.#generation) return;
    for (const channel of CHANNELS) {
      const [first] = this.#held[channel];
      // Over one rotation, not over two.
      if (first !== undefined && first.place.generation !== this.#generation) first.close();
      this.#carried[channel] = undefined;
    }
    this.#generation = generation;
    this.#seed = seed;
  }

  isOpen(channel: Channel): boolean {
    return this.#held[channel].length > 0;
  }

  dueMs(channel: Channel): number | undefined {
    const { waitMs } = this.#limits;
    if (!this.isOpen(channel)) return undefined;
    return Math.min(this.#grownAt[channel] + waitMs, this.#since[channel] + LONGEST_WAITS * waitMs);
  }

  first(channel: Channel): RecordPlace | undefined {
    return this.#held[channel][0]?.place;
  }

  carriedSeed(channel: Channel): GenerationSeed | undefined {
    return this.#carried[channel];
  }

  flush(channel: Channel, region: Region, record: Piece): boolean {
    const [first] = this.#held[channel];
    invariant(first !== undefined, 'a record is open when it is flushed');
    if (region.arenaFree < first.sizeBytes) return false;
    first.lay(region, record);
    if (first.place.generation !== this.#generation) {
      record.flags |= CARRIED;
      this.#carried[channel] = first.place.seed;
    }
    first.release(this.#budget);
    this.#held[channel].shift();
    return true;
  }

  reset(): void {
    for (const held of this.#held) {
      for (const row of held) row.release(this.#budget);
      held.length = 0;
    }
  }

  join(region: Region, table: RecordTable): void {
    const suspects = this.#suspects;
    suspects.find(region, table);
    const channels = channelsOf(table, suspects);
    const front = this.#putBefore(region, table, channels);
    if (front.length === 0 && suspects.count === 0 && !this.#endsOpen(region, table, channels)) return;
    if (front.length > 0) suspects.putBefore(region, table, front.length);
    const rows: Rows = { region, table, decisions: this.#decisions, suspects };
    this.#decisions.begin(table.rows);
    if (front.length > 0) this.#decisions.firstChange = 0;
    for (const channel of CHANNELS) {
      if ((channels & (1 << channel)) === 0) continue;
      const begun = front.findIndex((row) => row.channel === channel && row.trace !== undefined);
      const trace = front[begun]?.trace;
      const grouping = new Grouping(rows, this.#openers, this.#limits, flagOf(channel));
      const open = grouping.run(trace === undefined ? undefined : { ...trace, head: begun, last: begun });
      if (open !== undefined) this.#hold(channel, rows, open, front);
    }
    if (this.#decisions.firstChange === table.rows) return;
    const places = front.map(({ place }) => place);
    rebuild(rows, places, this.#generation, this.#carried);
  }

  /** Whether one of the last rows of a channel may open a trace. */
  #endsOpen(region: Region, { ints, rows }: RecordTable, channels: number): boolean {
    for (const channel of CHANNELS) {
      if ((channels & (1 << channel)) === 0) continue;
      const flag = flagOf(channel);
      let left = MOST_WAITING + 1;
      for (let row = rows - 1; row >= 0 && left > 0; row--) {
        if (((ints[row * SLOTS + FLAGS] ?? 0) & STDERR) !== flag) continue;
        const start = ints[row * SLOTS + MESSAGE_START] ?? 0;
        const end = ints[row * SLOTS + MESSAGE_END] ?? 0;
        if (this.#openers.stateOf(region.bytes, start, end) !== NOTHING) return true;
        left--;
      }
    }
    return false;
  }

  /** Puts what was held back of these channels before the rows of the table. @returns it, by its row */
  #putBefore(region: Region, table: RecordTable, present: number): HeldRow[] {
    const channels = CHANNELS.filter((channel) => (present & (1 << channel)) !== 0 && this.isOpen(channel));
    channels.sort((a, b) => comparePositions(this.#placeOf(a), this.#placeOf(b)));
    const front = channels.flatMap((channel) => this.#held[channel]);
    if (front.length === 0) return front;
    const { rows } = table;
    table.ints.copyWithin(front.length * SLOTS, 0, rows * SLOTS);
    table.floats.copyWithin(front.length * FLOATS, 0, rows * FLOATS);
    table.rows = 0;
    for (const row of front) {
      invariant(region.arenaFree >= row.sizeBytes, 'the arena has room for what was held back');
      row.lay(region, RECORD);
      table.add(RECORD);
      row.release(this.#budget);
    }
    table.rows += rows;
    for (const channel of channels) this.#held[channel].length = 0;
    return front;
  }

  #placeOf(channel: Channel): RecordPlace {
    const place = this.first(channel);
    invariant(place !== undefined, 'a record is open');
    return place;
  }

  /** Takes an open record out of the table, and the lines that wait behind it. Without memory for them it ends here. */
  #hold(channel: Channel, rows: Rows, open: Trace, front: readonly HeldRow[]): void {
    const { table, decisions } = rows;
    const held: HeldRow[] = [];
    const taken = [open.head];
    for (let row = open.last + 1; row < table.rows; row++)
      if (((table.ints[row * SLOTS + FLAGS] ?? 0) & STDERR) === flagOf(channel)) taken.push(row);
    for (const row of taken) {
      const trace = row === open.head ? open : undefined;
      const one = HeldRow.hold(
        rows,
        row,
        channel,
        front[row]?.place ?? this.#newPlace(table, row),
        trace,
        this.#budget,
      );
      if (one === undefined) {
        for (const each of held) each.release(this.#budget);
        return;
      }
      held.push(one);
    }
    for (const row of taken) decisions.fate[row] = HELD;
    decisions.firstChange = Math.min(decisions.firstChange, open.head);
    if (open.head >= front.length) this.#since[channel] = this.now;
    this.#grownAt[channel] = this.now;
    this.#held[channel] = held;
  }

  #newPlace(table: RecordTable, row: number): RecordPlace {
    const offset = table.floats[row * FLOATS + SOURCE_OFFSET] ?? 0;
    return { generation: this.#generation, offset, seed: this.#seed };
  }
}

/** The line joiners of all lanes: they share the memory that one batch needs. */
export interface Multiline {
  /** @param mode as parseMultilineMode returns it; empty: nothing is joined */
  newLineJoiner(mode: string): LineJoiner | undefined;
}

/** What all line joiners have in common. */
interface Shared {
  readonly limits: MultilineLimits;
  readonly budget: PartialBudget;
  readonly decisions: Decisions;
  readonly suspects: Suspects;
}

/** @param budget for what is held back, of all streams together */
export const newMultiline = (kernel: Kernel, limits: MultilineLimits, budget: PartialBudget): Multiline => {
  const shared: Shared = { limits, budget, decisions: new Decisions(), suspects: new Suspects(kernel) };
  const openers = new Map<string, Openers>();
  return {
    newLineJoiner: (mode) => {
      if (mode === '') return undefined;
      const known = openers.get(mode) ?? new Openers(traceKindsOf(mode));
      openers.set(mode, known);
      return new MultilineJoiner(known, shared);
    },
  };
};

/**
 * The most that a line joiner needs of the arena for one batch, beside what decoders use: what was held back, twice (as it was
 * and joined), and all messages of the batch once more.
 *
 * @param inputBytes the region's input
 * @param lineBytes the longest message: one a channel may have begun in an earlier batch
 */
export const lineJoinerBytes = (limits: RecordBounds, inputBytes: number, lineBytes: number): number => {
  const waitingBytes = MOST_WAITING * (WAITING_BYTES + 1);
  // A record that begins where another one is full may take in what waits and one line more.
  const heldBytes = (1 + MOST_WAITING) * MAX_TIME_BYTES + limits.bytes + 2 * waitingBytes;
  // Decoders may have used more than the arena that is theirs: whole lines that were begun in earlier batches.
  return inputBytes + 4 * lineBytes + 2 * CHANNELS.length * heldBytes;
};

const CHANNELS = [STDOUT, STDERR_CHANNEL] as const;
const NO_SEED: GenerationSeed = { high: 0, low: 0 };
const RECORD: Piece = newPiece();

const flagOf = (channel: Channel): number => (channel === STDOUT ? 0 : STDERR);

/** Bit 0: there are rows of stdout; bit 1: of stderr. */
const channelsOf = ({ rows }: RecordTable, { anyFlags, allFlags }: Suspects): number =>
  rows === 0 ? 0 : ((anyFlags & STDERR) === 0 ? 0 : 2) | ((allFlags & STDERR) === 0 ? 1 : 0);
