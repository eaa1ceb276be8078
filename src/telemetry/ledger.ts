import * as z from 'zod';
import type { Gap, GapReason } from '../core/gap.ts';

/**
 * The account of one output: what arrived, and what will never arrive, with the reason. It is part of the checkpoint, so
 * that it always agrees with the positions, also after a crash.
 */
export interface LedgerRecord {
  readonly delivered: { readonly records: number; readonly bytes: number };
  readonly gaps: readonly GapTotal[];
  readonly recent: readonly RecentGap[];
}

export interface GapTotal {
  readonly reason: GapReason;
  readonly events: number;
  /** Bytes of all events whose size is known. */
  readonly bytes: number;
  /** Events whose size nobody can know. */
  readonly unknownEvents: number;
}

export interface RecentGap {
  /** When it was noticed, ms since 1970. */
  readonly timeMs: number;
  readonly stream: string;
  readonly reason: GapReason;
  readonly bytes: number | null;
  readonly file: string;
  readonly from: number;
}

const EMPTY_LEDGER: LedgerRecord = { delivered: { records: 0, bytes: 0 }, gaps: [], recent: [] };

const count = z.number().int().nonnegative();
const reason = z.string().transform((text) => text as GapReason);
/** Reads a ledger back from a checkpoint. */
const ledgerSchema: z.ZodType<LedgerRecord> = z.object({
  delivered: z.object({ records: count, bytes: count }),
  gaps: z.array(z.object({ reason, events: count, bytes: count, unknownEvents: count })),
  recent: z.array(
    z.object({
      timeMs: z.number(),
      stream: z.string(),
      reason,
      bytes: count.nullable(),
      file: z.string(),
      from: count,
    }),
  ),
});

/** What a checkpoint says of an output's ledger; an empty one if it says nothing that can be read. */
export const parseLedger = (value: unknown): LedgerRecord =>
  ledgerSchema.safeParse(value).data ?? EMPTY_LEDGER;

/** Single losses that are kept for `birler status`; the totals keep all of them. */
const RECENT = 50;

export class Ledger {
  readonly #now: () => number;
  readonly #onLoss: (streamKey: string, gap: Gap) => void;
  readonly #totals = new Map<GapReason, GapTotal>();
  readonly #recent: RecentGap[];
  #records: number;
  #bytes: number;

  constructor(record: LedgerRecord, now: () => number, onLoss: (streamKey: string, gap: Gap) => void) {
    this.#now = now;
    this.#onLoss = onLoss;
    this.#records = record.delivered.records;
    this.#bytes = record.delivered.bytes;
    for (const total of record.gaps) this.#totals.set(total.reason, total);
    this.#recent = [...record.recent];
  }

  /** @param bytes encoded bytes that the destination took */
  deliver(records: number, bytes: number): void {
    this.#records += records;
    this.#bytes += bytes;
  }

  lose(streamKey: string, gap: Gap): void {
    const { reason, bytes, file, from } = gap;
    this.#add(reason, bytes, 1);
    this.#recent.push({ timeMs: this.#now(), stream: streamKey, reason, bytes, file, from });
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#onLoss(streamKey, gap);
  }

  #add(reason: GapReason, bytes: number | null, events: number): void {
    const total = this.#totals.get(reason) ?? { reason, events: 0, bytes: 0, unknownEvents: 0 };
    this.#totals.set(reason, {
      reason,
      events: total.events + events,
      bytes: total.bytes + (bytes ?? 0),
      unknownEvents: total.unknownEvents + (bytes === null ? events : 0),
    });
  }

  /** A parcel that the destination will never take. */
  reject(records: number, bytes: number): void {
    this.#add('rejected', bytes, records);
  }

  get records(): number {
    return this.#records;
  }

  toRecord(): LedgerRecord {
    return {
      delivered: { records: this.#records, bytes: this.#bytes },
      gaps: [...this.#totals.values()],
      recent: [...this.#recent],
    };
  }
}
