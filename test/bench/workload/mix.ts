import type { Kind } from './messages.ts';

/** What a log consists of. */
export interface Mix {
  /** Of a hundred thousand records, how many are of a kind. They add up to 100,000. */
  readonly shares: Readonly<Partial<Record<Kind, number>>>;
  /** Of the messages, but for long and short ones. */
  readonly meanMessageBytes: number;
  /** Of a hundred records, how many come from stderr. */
  readonly stderrPercent: number;
}

/**
 * The mean physical line has 200 bytes. One line in a hundred is a piece of a long record, cut at 8 KiB as CRI-O does: they
 * hold a third of the bytes, so the other lines are shorter than the mean. That is the harder way to read "200 bytes".
 */
export const MIXED: Mix = {
  shares: { plain: 81_480, json: 10_000, unicode: 4_000, ansi: 4_000, long: 520 },
  meanMessageBytes: 92,
  stderrPercent: 10,
};
export const SHORT: Mix = { shares: { short: 100_000 }, meanMessageBytes: 0, stderrPercent: 10 };
export const UNICODE: Mix = { shares: { unicode: 100_000 }, meanMessageBytes: 159, stderrPercent: 10 };
export const JSON_ONLY: Mix = { shares: { json: 100_000 }, meanMessageBytes: 159, stderrPercent: 10 };
