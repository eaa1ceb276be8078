import type { Piece, RecordPlace } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import type { PartialBudget } from './partial-budget.ts';
import { MAX_TIME_BYTES } from './timestamp.ts';

/** The smallest buffer for a message: many records whose writer flushes early are a line or two long. */
const FIRST_CAPACITY = 1024;
const NO_BYTES = Buffer.alloc(0);

/**
 * A record whose last piece has not come. Keeps the first `maxMessageBytes` of its bytes, undecoded, in a buffer that
 * doubles; what is beyond is only counted. Of its pieces it knows the first one's place and the last one's time.
 *
 *   buffer = time of the last piece, in MAX_TIME_BYTES bytes | message
 *
 * The buffer comes out of the budget from the first piece on, even for an empty one: so the budget also bounds how many
 * records are open at all.
 */
export class OpenRecord {
  readonly place: RecordPlace;
  readonly since: number;
  keptBytes = 0;
  droppedBytes = 0;
  /** Of all pieces, or-ed. */
  flags = 0;
  seconds = Number.NaN;
  nanoseconds = 0;
  timeBytes = 0;
  private buffer: Buffer = NO_BYTES;

  constructor(place: RecordPlace, since: number) {
    this.place = place;
    this.since = since;
  }

  /** @returns false when the budget has no room: nothing was changed */
  append(source: Buffer, piece: Piece, maxMessageBytes: number, budget: PartialBudget): boolean {
    const pieceBytes = piece.messageEnd - piece.messageStart;
    const kept = Math.min(pieceBytes, maxMessageBytes - this.keptBytes);
    if (!this.ensure(this.keptBytes + kept, maxMessageBytes, budget)) return false;
    source.copy(this.buffer, MAX_TIME_BYTES + this.keptBytes, piece.messageStart, piece.messageStart + kept);
    this.keptBytes += kept;
    this.droppedBytes += pieceBytes - kept + piece.oversizeBytes;
    this.flags |= piece.flags;
    this.seconds = piece.seconds;
    this.nanoseconds = piece.nanoseconds;
    this.timeBytes = piece.timeEnd - piece.timeStart;
    invariant(this.timeBytes <= MAX_TIME_BYTES, 'a time is at most 35 bytes long');
    source.copy(this.buffer, 0, piece.timeStart, piece.timeEnd);
    return true;
  }

  copyMessage(target: Buffer, at: number): void {
    this.buffer.copy(target, at, MAX_TIME_BYTES, MAX_TIME_BYTES + this.keptBytes);
  }

  copyTime(target: Buffer, at: number): void {
    this.buffer.copy(target, at, 0, this.timeBytes);
  }

  release(budget: PartialBudget): void {
    budget.give(this.buffer);
    this.buffer = NO_BYTES;
  }

  private ensure(messageBytes: number, maxMessageBytes: number, budget: PartialBudget): boolean {
    if (MAX_TIME_BYTES + messageBytes <= this.buffer.length) return true;
    let capacity = FIRST_CAPACITY;
    while (capacity < messageBytes) capacity *= 2;
    const size = MAX_TIME_BYTES + Math.min(capacity, maxMessageBytes);
    // Both buffers at once come out of the budget: that is what growing takes.
    const grown = budget.take(size);
    if (grown === undefined) return false;
    this.buffer.copy(grown, 0, 0, MAX_TIME_BYTES + this.keptBytes);
    budget.give(this.buffer);
    this.buffer = grown;
    return true;
  }
}

/**
 * A record of so many bytes is sure to find room in the budget: its buffer is at most twice as long, and the one half as long
 * that it grew out of is there at the same time.
 */
export const mostSureBytes = (budget: PartialBudget): number => {
  const freeBytes = budget.limitBytes - budget.usedBytes - 2 * (MAX_TIME_BYTES + FIRST_CAPACITY);
  return Math.max(0, Math.floor(freeBytes / 4));
};
