import { describe, expect, it } from 'vitest';
import { CASES } from '../../bench/cases/catalogue.ts';
import { readOptions } from '../../bench/options.ts';
import { comparisonText } from '../../bench/report/comparison.ts';
import { formatNumber, meets, toldFigures } from '../../bench/report/derived.ts';
import { withFigures } from '../../bench/report/files.ts';
import { floorsText } from '../../bench/report/floors.ts';
import { stagesText } from '../../bench/report/stages.ts';
import { markdownTable } from '../../bench/report/table.ts';
import type { CaseResult } from '../../bench/run-cases.ts';
import { median, percentile, ratios, spreadOf } from '../../bench/statistics.ts';

describe('statistics', () => {
  it('takes the middle value, or the mean of the two in the middle', () => {
    expect(median([3])).toBe(3);
    expect(median([9, 1, 10])).toBe(9);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('nothing');
    expect(spreadOf([5, 1, 2])).toEqual({ median: 2, least: 1, most: 5 });
  });

  it('pairs ratios round by round, and leaves out rounds without a base', () => {
    expect(ratios([10, 40, 5], [5, 10])).toEqual([2, 4]);
    expect(ratios([10, 40], [0, 10])).toEqual([4]);
  });

  it('keeps the ratio of a machine that was slow for one round', () => {
    expect(median(ratios([2, 20, 2], [1, 10, 1]))).toBe(2);
  });

  it('takes percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile([7], 99)).toBe(7);
  });
});

const resultOf = (name: string, program: string, cpu: readonly number[]): CaseResult => ({
  name,
  program,
  samples: cpu.map((seconds) => ({ CPU: seconds, 'input per CPU second': 100 / seconds })),
  yardsticks: cpu.map(() => ({ wcSeconds: 0.5, readSeconds: 1 })),
  checked: undefined,
  error: undefined,
});

describe('told figures', () => {
  const caseOf = (name: string): (typeof CASES)[number] => {
    const found = CASES.find((each) => each.name === name);
    if (found === undefined) throw new Error(`broken invariant: there is a case ${name}`);
    return found;
  };
  const results = [resultOf('json-null', 'birler', [2, 4]), resultOf('two-outputs', 'birler', [3, 8])];
  const medians = (name: string, result: CaseResult): Readonly<Record<string, number>> =>
    Object.fromEntries(
      toldFigures(caseOf(name), result, results).map((told) => [told.name, told.spread.median]),
    );

  it('puts what ran beside a case next to it', () => {
    const [one, two] = results;
    if (one === undefined || two === undefined) throw new Error('broken invariant: two results');
    expect(medians('json-null', one)).toMatchObject({
      CPU: 3,
      'CPU, of wc -l': 6,
      'CPU, of a read-only loop': 3,
    });
    expect(medians('two-outputs', two)).toMatchObject({ 'CPU, of json-null': 1.75 });
  });

  it('compares revisions round by round', () => {
    const text = comparisonText(
      [caseOf('json-null')],
      [resultOf('json-null', 'old', [2, 4, 2]), resultOf('json-null', 'birler', [1, 1, 1])],
      'old',
      'birler',
    );
    expect(text).toMatch(/CPU, CPU s +\| +2\.00 \| +1\.00 \| 0\.500 \| +0\.250 to 0\.500 \|/);
  });

  it('takes stages from the differences between cases, and leaves out those that were not run', () => {
    const cases = [
      resultOf('start', 'birler', [0.1]),
      resultOf('count', 'birler', [0.5, 0.7, 0.6]),
      resultOf('json-null', 'birler', [1.1]),
      resultOf('json-file', 'birler', [3]),
    ];
    cases[3]?.samples.push({ CPU: 3, 'CPU of dd': 1.5 });
    const rows = stagesText(cases, 2 ** 31)
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.map(([, , from, seconds, perGib, floor]) => [from, seconds, perGib, floor])).toEqual([
      ['start', '0.10', '', ''],
      ['count − start', '0.50', '250', ''],
      ['json-null − count', '0.50', '250', ''],
      ['json-file − json-null', '1.90', '950', '1.50'],
    ]);
    expect(stagesText(cases.slice(2), 2 ** 30)).toBe('');
  });

  it('takes floors from the start, the byte path and dd, and says nothing without them', () => {
    const cases = [
      resultOf('start', 'birler', [0.2]),
      resultOf('json-null', 'birler', [1]),
      resultOf('json-file', 'birler', [3]),
      resultOf('json-pipe', 'birler', [4]),
    ];
    cases[1]?.samples.push({ CPU: 1, 'CPU of the byte path': 0.6 });
    cases[2]?.samples.push({ CPU: 3, 'CPU of dd': 1.2 });
    const rows = floorsText(cases, 2 ** 30)
      .split('\n')
      .slice(2)
      .map((row) => row.split('|').map((cell) => cell.trim()));
    expect(rows.map(([, of, , , dd, floor, , rate, , asked]) => [of, dd, floor, rate, asked])).toEqual([
      ['json-null', '', '0.800', '1,280', '1,500'],
      ['json-file', '1.20', '2.00', '512', '800'],
      ['json-pipe', '', '0.800', '1,280', '1,000'],
    ]);
    expect(floorsText(cases.slice(1), 2 ** 30)).toBe('');
  });

  it('judges goals, and writes three digits', () => {
    expect(meets(90, { atMost: 90 })).toBe(true);
    expect(meets(1499, { atLeast: 1500 })).toBe(false);
    expect([1234.5, 12.345, 1.2345, 0.12345, 0].map(formatNumber)).toEqual([
      '1,235',
      '12.3',
      '1.23',
      '0.123',
      '0.00',
    ]);
  });

  it('names every case once, and relates them only to others that there are', () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { relation } of CASES) if (relation) expect(names).toContain(relation.to);
  });
});

describe('the page', () => {
  it('keeps what is outside of the markers', () => {
    const page = withFigures(
      'before\n<!-- figures: written by `npm run bench -- --write-docs` -->\nold\n<!-- end of figures -->\nafter\n',
      'new',
    );
    expect(page).toMatch(/^before\n<!--.*-->\n\nnew\n\n<!-- end of figures -->\nafter\n$/);
    expect(() => withFigures('nothing here', 'new')).toThrow('markers');
  });

  it('aligns tables', () => {
    expect(markdownTable(['a', 'number'], [['long text', '1']])).toBe(
      '| a         | number |\n| --------- | -----: |\n| long text |      1 |',
    );
  });
});

describe('options', () => {
  it('reads sizes and counts, and refuses what it cannot', () => {
    expect(readOptions(['--size', '64MiB', '--repeat', '2'])).toMatchObject({ bytes: 2 ** 26, repeat: 2 });
    expect(readOptions(['--quick'])).toMatchObject({
      bytes: 2 ** 26,
      repeat: 1,
      watchSeconds: 5,
      peers: true,
    });
    expect(readOptions(['--case', 'json-null'])).toMatchObject({ cases: ['json-null'], peers: false });
    expect(() => readOptions(['--case', 'x'])).toThrow('there is no case x');
    expect(() => readOptions(['--size', '1'])).toThrow('at least 1MiB');
    expect(() => readOptions(['--size', 'x'])).toThrow('--size');
    expect(() => readOptions(['--repeat', '0'])).toThrow('--repeat');
    expect(() => readOptions(['--nothing'])).toThrow('--nothing');
  });
});
