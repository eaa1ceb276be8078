import { CPU, FLOOR } from '../cases/backlog.ts';
import type { CaseResult } from '../run-cases.ts';
import { formatNumber, medianOf } from './derived.ts';
import { markdownTable } from './table.ts';

/**
 * Where the CPU goes: what one case takes more than another that does a little less. Differences of medians, so good to a few
 * hundredths of a second; a stage that comes out near nothing is nothing.
 */
interface Stage {
  readonly what: string;
  readonly of: string;
  readonly without?: string;
}

const STAGES: readonly Stage[] = [
  { what: 'start: Node, the program, its configuration', of: 'start' },
  { what: 'read, find lines, decode, join, count, checkpoint', of: 'count', without: 'start' },
  { what: 'copy messages out (raw)', of: 'raw-null', without: 'count' },
  { what: 'check UTF-8, escape, write JSON with Kubernetes fields', of: 'json-null', without: 'count' },
  { what: 'the same for a second output', of: 'two-outputs', without: 'json-null' },
  { what: 'put the output into a file on tmpfs', of: 'json-file', without: 'json-null' },
  { what: 'put the output into a pipe', of: 'json-pipe', without: 'json-null' },
];

/** Nothing where none of the cases was run. */
export const stagesText = (results: readonly CaseResult[], bytes: number): string => {
  const cpuOf = (name: string, figure = CPU): number | undefined => medianOf(results, name, figure);
  const rows = STAGES.flatMap(({ what, of, without }) => {
    const whole = cpuOf(of);
    const part = without === undefined ? 0 : cpuOf(without);
    if (whole === undefined || part === undefined) return [];
    const floor = cpuOf(of, FLOOR);
    const seconds = whole - part;
    return [
      [
        what,
        without === undefined ? of : `${of} − ${without}`,
        seconds.toFixed(2),
        of === 'start' ? '' : formatNumber((seconds / (bytes / 2 ** 30)) * 1000),
        floor === undefined ? '' : floor.toFixed(2),
      ],
    ];
  });
  if (rows.length < 2) return '';
  const head = ['where the CPU goes', 'from', 'CPU s', 'ms a GiB', 'dd'];
  return markdownTable(head, rows, 2);
};
