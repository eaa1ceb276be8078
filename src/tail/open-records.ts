import type { StreamJoiner } from '../core/decoder.ts';
import {
  type Channel,
  laterOf,
  type Position,
  STDERR_CHANNEL,
  STDOUT,
  type StreamPosition,
} from '../core/position.ts';
import { PARTIAL } from '../core/record-table.ts';
import type { LaneTools } from './lane-tools.ts';

/**
 * The records of a lane that have begun and not ended, at most one a channel: where they keep its marks, and when they are
 * handed out without their end.
 */
export class OpenRecords {
  readonly joiner: StreamJoiner;
  readonly #tools: LaneTools;

  constructor(tools: LaneTools) {
    this.#tools = tools;
    this.joiner = tools.decoding.newJoiner();
  }

  get isEmpty(): boolean {
    return !CHANNELS.some((channel) => this.joiner.isOpen(channel));
  }

  hasOverdue(nowMs: number): boolean {
    return CHANNELS.some((channel) => this.#isOverdue(channel, nowMs));
  }

  /** Hands out the records that were waited for long enough. */
  closeOverdue(nowMs: number): void {
    for (const channel of CHANNELS) if (this.#isOverdue(channel, nowMs)) this.#close(channel);
  }

  /** Hands out all of them: nobody will finish them. False if the next turn has to do the rest. */
  closeAll(): boolean {
    for (const channel of CHANNELS) this.#close(channel);
    return this.isEmpty;
  }

  /** The marks of a reader that began at `start` and is `here`: none passes the first byte of an open record. */
  marks(here: Position, start: StreamPosition): StreamPosition {
    return {
      stdout: this.#mark(STDOUT, here, start.stdout),
      stderr: this.#mark(STDERR_CHANNEL, here, start.stderr),
    };
  }

  #mark(channel: Channel, here: Position, began: Position): Position {
    const first = this.joiner.first(channel);
    return first === undefined
      ? laterOf(here, began)
      : { generation: first.generation, offset: first.offset };
  }

  #isOverdue(channel: Channel, nowMs: number): boolean {
    const since = this.joiner.openSince(channel);
    return since !== undefined && nowMs - since >= this.#tools.limits.partialAgeMs;
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
}

const CHANNELS = [STDOUT, STDERR_CHANNEL] as const;
