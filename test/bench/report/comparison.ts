import type { BenchCase } from '../cases/case.ts';
import type { CaseResult } from '../run-cases.ts';
import { ratios, spreadOf } from '../statistics.ts';
import { formatNumber, valuesOf } from './derived.ts';
import { markdownTable } from './table.ts';

/** What a change did: every figure of both programs and, round by round, the ratio of the new to the old. */
export const comparisonText = (
  cases: readonly BenchCase[],
  results: readonly CaseResult[],
  before: string,
  now: string,
): string => {
  const rows = cases.flatMap((bench) => {
    const find = (program: string): CaseResult | undefined =>
      results.find((result) => result.name === bench.name && result.program === program);
    const old = find(before);
    const young = find(now);
    if (old === undefined || young === undefined) return [];
    return bench.figures.flatMap(({ name, unit }) => {
      const olds = valuesOf(old, name);
      const youngs = valuesOf(young, name);
      const ratio = ratios(youngs, olds);
      if (ratio.length === 0) return [];
      const { median, least, most } = spreadOf(ratio);
      return [
        [
          bench.name,
          `${name}, ${unit}`,
          formatNumber(spreadOf(olds).median),
          formatNumber(spreadOf(youngs).median),
          median.toFixed(3),
          ratio.length === 1 ? '' : `${least.toFixed(3)} to ${most.toFixed(3)}`,
        ],
      ];
    });
  });
  return markdownTable(['case', 'figure', before, now, 'ratio', 'over the rounds'], rows, 2);
};
