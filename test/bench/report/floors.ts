import { BYTE_PATH, CPU, FLOOR, RATE } from '../cases/backlog.ts';
import { CASES } from '../cases/catalogue.ts';
import type { CaseResult } from '../run-cases.ts';
import { formatNumber, medianOf } from './derived.ts';
import { markdownTable } from './table.ts';

/**
 * What no change around the bytes can save: the start, what decoder and encoder take with nothing around them, and what `dd` takes
 * to put as many bytes where the output goes. Beside it, what the goal asks.
 */
interface Floor {
  readonly of: string;
  /** The case whose bytes are the same, on their way to /dev/null. */
  readonly bytes: string;
}

const FLOORS: readonly Floor[] = [
  { of: 'json-null', bytes: 'json-null' },
  { of: 'json-file', bytes: 'json-null' },
  { of: 'json-pipe', bytes: 'json-null' },
  { of: 'raw-null', bytes: 'raw-null' },
];
const MIB = 2 ** 20;

/** Nothing where the cases that it needs were not run. */
export const floorsText = (results: readonly CaseResult[], bytes: number): string => {
  const start = medianOf(results, 'start', CPU);
  if (start === undefined) return '';
  const rows = FLOORS.flatMap(({ of, bytes: same }) => {
    const measured = medianOf(results, of, CPU);
    const path = medianOf(results, same, BYTE_PATH);
    if (measured === undefined || path === undefined) return [];
    const output = medianOf(results, of, FLOOR);
    const floor = start + path + (output ?? 0);
    const rate = (seconds: number): string => formatNumber(bytes / MIB / seconds);
    return [
      [
        of,
        formatNumber(start),
        formatNumber(path),
        output === undefined ? '' : formatNumber(output),
        formatNumber(floor),
        formatNumber(measured),
        rate(floor),
        rate(measured),
        askedOf(of),
      ],
    ];
  });
  if (rows.length === 0) return '';
  const head = ['floors, CPU s', 'start', 'byte path', 'dd', 'floor', 'measured'];
  return markdownTable([...head, 'floor MiB/CPU s', 'measured', 'asked'], rows);
};

const askedOf = (name: string): string => {
  const goal = CASES.find((each) => each.name === name)?.figures.find((figure) => figure.name === RATE)?.goal;
  return goal !== undefined && 'atLeast' in goal ? formatNumber(goal.atLeast) : '';
};
