/** A figure over the repetitions of a run. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted.length % 2 === 1 ? upper : sorted[middle - 1];
  if (upper === undefined || lower === undefined) throw new Error('broken invariant: the median of nothing');
  return (lower + upper) / 2;
};

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/**
 * Ratios of what was measured side by side, round by round: what slows a machine down for a while slows both, and the ratio
 * of a round keeps clear of it. The ratio of two medians does not.
 */
export const ratios = (values: readonly number[], bases: readonly number[]): readonly number[] =>
  values.flatMap((value, round) => {
    const base = bases[round];
    return base === undefined || base === 0 ? [] : [value / base];
  });

/** Nearest-rank: the smallest value that at least `percent` of the values do not exceed. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('broken invariant: a percentile of nothing');
  return value;
};
