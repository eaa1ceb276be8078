import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { BenchCase } from '../cases/case.ts';
import { toldFigures } from './derived.ts';
import type { Run } from './report.ts';

/** One line of the history: the medians of one run, and under which conditions it ran. */
export const appendHistory = (path: string, cases: readonly BenchCase[], run: Run, program: string): void => {
  const medians: Record<string, Readonly<Record<string, number>>> = {};
  for (const bench of cases) {
    const result = run.results.find((each) => each.name === bench.name && each.program === program);
    if (result === undefined || result.samples.length === 0) continue;
    medians[bench.name] = Object.fromEntries(
      toldFigures(bench, result, run.results).map(({ name, spread }) => [
        name,
        Number(spread.median.toPrecision(4)),
      ]),
    );
  }
  const line = { ...run.conditions, cases: medians, peers: run.peers };
  appendFileSync(path, `${JSON.stringify(line)}\n`);
};

const BEGIN = '<!-- figures: written by `npm run bench -- --write-docs` -->';
const END = '<!-- end of figures -->';

/** Puts a report between the markers of a page. Throws if it has none. */
export const withFigures = (page: string, report: string): string => {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the page lacks its markers: ${BEGIN} … ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${report}\n\n${page.slice(end)}`;
};

export const writeFigures = (path: string, report: string): void =>
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), report));
