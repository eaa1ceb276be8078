import type { Allocate } from '../core/allocate.ts';
import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import type { Gap } from '../core/gap.ts';
import type { StreamPosition } from '../core/position.ts';

/**
 * What an output hands to its sink at once: the encoded batches of any number of streams, one after the other, and where
 * those streams stand when it has arrived. A batch is never split over two parcels, so a parcel's positions are exact for
 * its bytes.
 */
export class Parcel {
  readonly positions = new Map<string, StreamPosition>();
  readonly gaps: { readonly streamKey: string; readonly gap: Gap }[] = [];
  records = 0;
  /** Bytes of messages, before encoding; what a refused parcel loses. */
  messageBytes = 0;
  readonly #size: number;
  /** Where the kernel can write. */
  readonly #own: Buffer;
  #bytes: Buffer;
  #length = 0;

  /**
   * @param size how full it is to become
   * @param capacity how large a batch it takes if it is empty
   */
  constructor(size: number, capacity: number, allocate: Allocate) {
    this.#size = size;
    this.#own = allocate(capacity);
    this.#bytes = this.#own;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Nothing to write, and no position to move. */
  get isEmpty(): boolean {
    return this.#length === 0 && this.positions.size === 0;
  }

  /** What may be added to it if it is not empty. */
  get room(): number {
    return this.#size - this.#length;
  }

  /** Adds a batch; false, and unchanged, if it does not fit. */
  add(batch: Batch, encoder: Encoder): boolean {
    const end = encoder.encode(batch, this.#bytes, this.#length);
    if (end === NO_ROOM) return false;
    this.#length = end;
    this.positions.set(batch.streamKey, batch.end);
    this.records += batch.table.rows;
    this.messageBytes += batch.inputEnd - batch.inputStart;
    for (const gap of batch.gaps) this.gaps.push({ streamKey: batch.streamKey, gap });
    if (batch.oversizeBytes > 0) this.gaps.push({ streamKey: batch.streamKey, gap: oversize(batch) });
    return true;
  }

  /** Makes room for one batch that is larger than its capacity; the parcel must be empty. */
  grow(): void {
    this.#bytes = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
  }

  clear(): void {
    this.#bytes = this.#own;
    this.#length = 0;
    this.positions.clear();
    this.gaps.length = 0;
    this.records = 0;
    this.messageBytes = 0;
  }
}

const oversize = (batch: Batch): Gap => ({
  reason: 'oversize',
  bytes: batch.oversizeBytes,
  generation: batch.end.stdout.generation,
  file: '',
  from: batch.end.stdout.offset,
});
