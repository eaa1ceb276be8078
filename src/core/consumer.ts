import type { Batch } from './batch.ts';
import type { StreamPosition } from './position.ts';

/** Who reads the streams: an output, as the tailing side sees it. */
export interface Consumer {
  readonly name: string;
  /** Whether it takes a batch now. It calls `onCredit` of its owner when this turns true again. */
  readonly hasCredit: boolean;
  /** Since when it has had no credit (monotonic ms); undefined while it has. */
  readonly blockedSinceMs: number | undefined;
  /** Copies what it needs before it returns. */
  accept(batch: Batch): void;
  /** It has never run before: `start_at` decides where it begins in the streams that are there. */
  readonly isNew: boolean;
  /** A stream that it never saw is read for it from here on. */
  begin(streamKey: string, position: StreamPosition): void;
  /** Where it stands in a stream, or undefined if it never saw it. */
  positionOf(streamKey: string): StreamPosition | undefined;
}
