import type { BenchCase, Goal, Relation, Unit } from '../cases/case.ts';
import type { CaseResult } from '../run-cases.ts';
import { median, ratios, type Spread, spreadOf } from '../statistics.ts';

/** A figure as it is told: over all rounds, with its goal. */
export interface ToldFigure {
  readonly name: string;
  readonly unit: Unit;
  readonly spread: Spread;
  readonly goal: Goal | undefined;
}

export const OF_WC = 'CPU, of wc -l';
export const OF_READ = 'CPU, of a read-only loop';
const CPU = 'CPU';

/** The figures of one case and program: the measured ones, and the ratios to what ran beside them. */
export const toldFigures = (
  bench: BenchCase,
  result: CaseResult,
  results: readonly CaseResult[],
): readonly ToldFigure[] => {
  if (result.samples.length === 0) return [];
  const measured = bench.figures.flatMap(({ name, unit, goal }) => {
    const values = valuesOf(result, name);
    return values.length === 0 ? [] : [told(name, unit, values, goal)];
  });
  const cpu = valuesOf(result, CPU);
  const wc = ratios(
    cpu,
    result.yardsticks.map(({ wcSeconds }) => wcSeconds),
  );
  const read = ratios(
    cpu,
    result.yardsticks.map(({ readSeconds }) => readSeconds),
  );
  return [
    ...measured,
    ...(wc.length > 0 ? [told(OF_WC, 'times', wc, bench.wcGoal)] : []),
    ...(read.length > 0 ? [told(OF_READ, 'times', read)] : []),
    ...relationOf(bench.relation, result, results),
  ];
};

const relationName = ({ figure, to }: Relation): string => `${figure}, of ${to}`;

const relationOf = (
  relation: Relation | undefined,
  result: CaseResult,
  results: readonly CaseResult[],
): readonly ToldFigure[] => {
  if (relation === undefined) return [];
  const base = results.find(({ name, program }) => name === relation.to && program === result.program);
  const values =
    base === undefined ? [] : ratios(valuesOf(result, relation.figure), valuesOf(base, relation.figure));
  return values.length === 0 ? [] : [told(relationName(relation), 'times', values, relation.goal)];
};

export const valuesOf = ({ samples }: CaseResult, figure: string): readonly number[] =>
  samples.flatMap((sample) => sample[figure] ?? []);

/** Of a case's figure; undefined where it was not measured. */
export const medianOf = (
  results: readonly CaseResult[],
  name: string,
  figure: string,
): number | undefined => {
  const result = results.find((each) => each.name === name);
  const values = result === undefined ? [] : valuesOf(result, figure);
  return values.length === 0 ? undefined : median(values);
};

const told = (name: string, unit: Unit, values: readonly number[], goal?: Goal): ToldFigure => ({
  name,
  unit,
  spread: spreadOf(values),
  goal,
});

export const meets = (value: number, goal: Goal): boolean =>
  'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;

export const goalText = (goal: Goal): string =>
  'atLeast' in goal ? `≥ ${formatNumber(goal.atLeast)}` : `≤ ${formatNumber(goal.atMost)}`;

/** Three digits say all that a benchmark knows. */
export const formatNumber = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en');
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 || size === 0 ? 2 : 3);
};
