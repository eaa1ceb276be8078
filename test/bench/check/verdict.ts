/** How an output compares with what was written. */
export interface Verdict {
  readonly records: number;
  readonly missing: number;
  readonly doubled: number;
  readonly swapped: number;
  readonly changed: number;
  /** Lines that no stream wrote. */
  readonly unknown: number;
  /** The first thing that is wrong, for whoever looks for the reason. */
  readonly firstProblem: string | undefined;
}

export const isExact = (verdict: Verdict): boolean => verdict.firstProblem === undefined;

export const describeVerdict = (verdict: Verdict): string => {
  if (verdict.firstProblem === undefined) return `all ${verdict.records} records, in order, byte for byte`;
  const { missing, doubled, swapped, changed, unknown } = verdict;
  const counts = Object.entries({ missing, doubled, swapped, changed, unknown })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  return `${counts.join(', ')} of ${verdict.records} records; first: ${verdict.firstProblem}`;
};
