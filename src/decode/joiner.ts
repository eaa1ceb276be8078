import type { GenerationSeed } from '../core/batch.ts';
import type { Piece, RecordPlace, StreamJoiner } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import type { Channel } from '../core/position.ts';
import { CARRIED, JOINED, PARTIAL } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { mostSureBytes, OpenRecord } from './open-record.ts';
import type { PartialBudget } from './partial-budget.ts';
import { cutToLimit } from './rows.ts';

/**
 * The open partial records of one container stream: at most one a channel.
 *
 *   closed --append--> open --append--> open --complete | flush | reset--> closed
 *
 * Invariants: an open record keeps at most `maxMessageBytes`, and what all joiners keep is at most the budget. Bytes beyond
 * the first are counted when the record closes (TRUNCATED); what the second refuses is handed out early (PARTIAL). Pieces
 * are joined as bytes: writers cut lines at 8 or 16 KiB, through characters.
 */
export class PartialJoiner implements StreamJoiner {
  now = 0;
  private readonly maxMessageBytes: number;
  private readonly budget: PartialBudget;
  private readonly open: [OpenRecord | undefined, OpenRecord | undefined] = [undefined, undefined];
  private readonly carried: [GenerationSeed, GenerationSeed];
  private generation = 0;
  private seed: GenerationSeed = { high: 0, low: 0 };

  /** @param maxMessageBytes the same as in the decode contexts of this stream */
  constructor(maxMessageBytes: number, budget: PartialBudget) {
    this.maxMessageBytes = maxMessageBytes;
    this.budget = budget;
    this.carried = [this.seed, this.seed];
  }

  enter(generation: number, seed: GenerationSeed): void {
    this.generation = generation;
    this.seed = seed;
  }

  isOpen(channel: Channel): boolean {
    return this.open[channel] !== undefined;
  }

  openBytes(channel: Channel): number {
    return this.open[channel]?.keptBytes ?? 0;
  }

  get sureBytes(): number {
    return mostSureBytes(this.budget);
  }

  openSince(channel: Channel): number | undefined {
    return this.open[channel]?.since;
  }

  first(channel: Channel): RecordPlace | undefined {
    return this.open[channel]?.place;
  }

  carriedSeed(channel: Channel): GenerationSeed {
    return this.carried[channel];
  }

  append(channel: Channel, region: Region, piece: Piece): boolean {
    const record = this.open[channel] ?? this.begin(piece.sourceOffset);
    if (!record.append(region.bytes, piece, this.maxMessageBytes, this.budget)) return false;
    this.open[channel] = record;
    return true;
  }

  complete(channel: Channel, region: Region, piece: Piece): boolean {
    const record = this.open[channel];
    invariant(record !== undefined, 'a record is open when it is completed');
    const start = region.arenaUsed;
    const pieceBytes = piece.messageEnd - piece.messageStart;
    const kept = Math.min(pieceBytes, this.maxMessageBytes - record.keptBytes);
    if (region.arenaFree < record.keptBytes + kept) return false;
    // In this order: an unescaped piece may already lie in the arena, behind the room that the record needs.
    record.copyMessage(region.bytes, start);
    region.bytes.copyWithin(start + record.keptBytes, piece.messageStart, piece.messageStart + kept);
    piece.messageStart = start;
    piece.messageEnd = start + record.keptBytes + kept;
    piece.oversizeBytes += pieceBytes - kept;
    this.close(channel, record, region, piece);
    return true;
  }

  flush(channel: Channel, region: Region, piece: Piece): boolean {
    const record = this.open[channel];
    invariant(record !== undefined, 'a record is open when it is flushed');
    if (region.arenaFree < record.timeBytes + record.keptBytes) return false;
    piece.timeStart = region.arenaUsed;
    piece.timeEnd = piece.timeStart + record.timeBytes;
    record.copyTime(region.bytes, piece.timeStart);
    piece.seconds = record.seconds;
    piece.nanoseconds = record.nanoseconds;
    piece.messageStart = piece.timeEnd;
    piece.messageEnd = piece.messageStart + record.keptBytes;
    record.copyMessage(region.bytes, piece.messageStart);
    piece.flags = PARTIAL;
    piece.oversizeBytes = 0;
    this.close(channel, record, region, piece);
    return true;
  }

  reset(): void {
    for (const record of this.open) record?.release(this.budget);
    this.open.fill(undefined);
  }

  private begin(offset: number): OpenRecord {
    return new OpenRecord({ generation: this.generation, offset, seed: this.seed }, this.now);
  }

  /** The message lies in the arena: says what the record is, cuts it at the limit, and lets go of it. */
  private close(channel: Channel, record: OpenRecord, region: Region, piece: Piece): void {
    piece.sourceOffset = record.place.offset;
    piece.flags |= record.flags | JOINED;
    piece.oversizeBytes += record.droppedBytes;
    if (record.place.generation !== this.generation) {
      piece.flags |= CARRIED;
      this.carried[channel] = record.place.seed;
    }
    if (piece.oversizeBytes > 0) cutToLimit(region.bytes, piece, this.maxMessageBytes);
    region.arenaUsed = piece.messageEnd;
    record.release(this.budget);
    this.open[channel] = undefined;
  }
}
