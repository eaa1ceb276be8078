import type { GenerationSeed } from '../core/batch.ts';
import type { StreamJoiner } from '../core/decoder.ts';
import {
  type Channel,
  comparePositions,
  laterOf,
  type Position,
  STDERR_CHANNEL,
  STDOUT,
  type StreamPosition,
} from '../core/position.ts';
import { PARTIAL } from '../core/record-table.ts';
import type { LineJoiner, Treatment } from '../core/treatment.ts';
import type { LaneTools } from './lane-tools.ts';

/**
 * The records of a lane that have begun and not ended: where they keep its marks, and when they are handed out without their
 * end. Pieces are joined to lines first (`joiner`), then lines to larger records (`#lines`).
 */
export class OpenRecords {
  readonly joiner: StreamJoiner;
  readonly #tools: LaneTools;
  #lines: LineJoiner | undefined;
  /** How `#lines` joins; see Treatment. */
  #multiline = '';
  /** The rows of this turn went through `#lines`. */
  #isJoined = false;

  constructor(tools: LaneTools) {
    this.#tools = tools;
    this.joiner = tools.decoding.newJoiner();
  }

  get isEmpty(): boolean {
    for (const channel of CHANNELS)
      if (this.joiner.isOpen(channel) || this.#lines?.isOpen(channel) === true) return false;
    return true;
  }

  /** Until when the first of them is waited for, monotonic ms; undefined if none is open. */
  get dueMs(): number | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const channel of CHANNELS) {
      first = Math.min(first, this.#pieceDueMs(channel) ?? first, this.#lines?.dueMs(channel) ?? first);
    }
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  hasOverdue(nowMs: number): boolean {
    return !this.isEmpty && (this.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs;
  }

  /** A turn begins. */
  begin(nowMs: number, treatment: Treatment): void {
    this.#isJoined = false;
    this.#follow(treatment);
    this.joiner.now = nowMs;
    if (this.#lines !== undefined) this.#lines.now = nowMs;
  }

  enter(generation: number, seed: GenerationSeed): void {
    this.joiner.enter(generation, seed);
    this.#lines?.enter(generation, seed);
  }

  carriedSeed(channel: Channel): GenerationSeed {
    return this.#lines?.carriedSeed(channel) ?? this.joiner.carriedSeed(channel);
  }

  /** Hands out the pieces that were waited for long enough; what is open of lines is looked at by `joinLines`. */
  closeOverdue(nowMs: number): void {
    for (const channel of CHANNELS) {
      if ((this.#pieceDueMs(channel) ?? Number.POSITIVE_INFINITY) <= nowMs) this.#close(channel);
    }
  }

  /** Hands out all of them: nobody will finish them. False if the next turn has to do the rest. */
  closeAll(): boolean {
    for (const channel of CHANNELS) this.#close(channel);
    this.#join();
    this.#closeLines(true);
    return this.isEmpty;
  }

  /** All rows of this turn are in the table: joins those that belong together, and hands out what was waited for. */
  joinLines(treatment: Treatment): void {
    this.#join();
    const isOther = treatment.multiline !== this.#multiline;
    this.#closeLines(isOther);
  }

  /** The marks of a reader that began at `start` and is `here`: none passes the first byte of an open record. */
  marks(here: Position, start: StreamPosition): StreamPosition {
    return {
      stdout: this.#mark(STDOUT, here, start.stdout),
      stderr: this.#mark(STDERR_CHANNEL, here, start.stderr),
    };
  }

  /** Gives back the memory of what is open. */
  reset(): void {
    this.joiner.reset();
    this.#lines?.reset();
  }

  /** Joins lines as the stream's treatment says, as soon as what was held back by another rule is handed out. */
  #follow(treatment: Treatment): void {
    if (treatment.multiline === this.#multiline) return;
    if (CHANNELS.some((channel) => this.#lines?.isOpen(channel))) return;
    this.#multiline = treatment.multiline;
    this.#lines = treatment.newLineJoiner();
  }

  #mark(channel: Channel, here: Position, began: Position): Position {
    const piece = this.joiner.first(channel);
    const line = this.#lines?.first(channel);
    const first =
      piece === undefined || (line !== undefined && comparePositions(line, piece) < 0) ? line : piece;
    return first === undefined
      ? laterOf(here, began)
      : { generation: first.generation, offset: first.offset };
  }

  #pieceDueMs(channel: Channel): number | undefined {
    const since = this.joiner.openSince(channel);
    return since === undefined ? undefined : since + this.#tools.limits.partialAgeMs;
  }

  #close(channel: Channel): void {
    const { context, region, table } = this.#tools;
    // Without room in the table or the arena the next turn does it.
    if (!this.joiner.isOpen(channel) || table.isFull) return;
    if (!this.joiner.flush(channel, region, context.piece)) return;
    context.piece.flags |= PARTIAL;
    context.oversizeBytes += context.piece.oversizeBytes;
    table.add(context.piece);
  }

  #join(): void {
    const { context, region, table } = this.#tools;
    if (!this.#isJoined && table.rows > 0) this.#lines?.join(region, table, context);
    this.#isJoined = true;
  }

  #closeLines(all: boolean): void {
    const lines = this.#lines;
    if (lines === undefined) return;
    const { context, region, table } = this.#tools;
    for (const channel of CHANNELS) {
      const isDue = all || (lines.dueMs(channel) ?? Number.POSITIVE_INFINITY) <= lines.now;
      while (isDue && lines.isOpen(channel) && !table.isFull) {
        if (!lines.flush(channel, region, context.piece)) break;
        context.oversizeBytes += context.piece.oversizeBytes;
        table.add(context.piece);
      }
    }
  }
}

const CHANNELS = [STDOUT, STDERR_CHANNEL] as const;
