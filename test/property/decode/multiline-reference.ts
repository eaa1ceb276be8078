import { traceKindsOf } from '../../../src/core/multiline-mode.ts';
import { CARRIED, FIELDS, PARTIAL, TRUNCATED, UNPARSED } from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { isBlank, isIndented, isSuspect } from '../../../src/decode/multiline-lines.ts';
import { Openers } from '../../../src/decode/multiline-openers.ts';
import { END, follow, MAYBE, mayBePartOf, NOTHING } from '../../../src/decode/multiline-trace.ts';
import type { GivenRow } from '../../support/joined-rows.ts';

interface Bounds {
  readonly lines: number;
  readonly bytes: number;
}

const MOST_WAITING = 4;
const WAITING_BYTES = 4096;

/**
 * Which rows of one channel belong together, in the plainest way: line after line, all in memory, no batches, nothing held
 * back, each line asked whether it opens a trace. Only what lines mean (openers and the machine) is shared with the joiner.
 *
 * @returns the records, each as the numbers of its rows
 */
export const joinPlainly = (rows: readonly GivenRow[], mode: string, bounds: Bounds): number[][] => {
  const openers = new Openers(traceKindsOf(mode));
  const records: number[][] = [];
  let from = 0;
  while (from < rows.length) {
    const state = opens(openers, rows[from], bounds);
    const groups = state === NOTHING ? [[from]] : walk(openers, rows, from, state, bounds);
    records.push(...groups);
    from = (groups.at(-1)?.at(-1) ?? from) + 1;
  }
  return records;
};

const walk = (
  openers: Openers,
  rows: readonly GivenRow[],
  from: number,
  first: number,
  bounds: Bounds,
): number[][] => {
  const groups = [[from]];
  let state = first;
  let waiting: number[] = [];
  let announces = false;
  let isSure = suspect(rows[from]);
  for (let at = from + 1; at < rows.length; at++) {
    const row = rows[at];
    if (row === undefined || isNeverJoined(row, bounds)) break;
    const bytes = Buffer.from(row.text);
    const verdict = follow(state, bytes, 0, bytes.length, waiting.length > 0);
    if (verdict === END) break;
    if (verdict === MAYBE) {
      const opened = opens(openers, row, bounds);
      const isOther = !mayBePartOf(state, opened) || (announces && isIndented(bytes, 0, bytes.length));
      announces ||= opened !== NOTHING;
      const isCarried = ((row.flags ?? 0) & CARRIED) !== 0;
      if (waiting.length === MOST_WAITING || bytes.length > WAITING_BYTES || isOther || isCarried) break;
      waiting.push(at);
      continue;
    }
    if (!isSure && !suspect(row)) break;
    isSure = true;
    state = verdict;
    const more = [...waiting, at];
    waiting = [];
    announces = false;
    const group = groups.at(-1) ?? [];
    const joined = [...group, ...more].map((index) => rows[index]?.text ?? '');
    if (joined.length <= bounds.lines && Buffer.byteLength(joined.join('\n')) <= bounds.bytes)
      group.push(...more);
    else if (((rows[more[0] ?? 0]?.flags ?? 0) & CARRIED) !== 0) break;
    else groups.push(more);
  }
  return groups;
};

const opens = (openers: Openers, row: GivenRow | undefined, bounds: Bounds): number => {
  if (row === undefined || isNeverJoined(row, bounds) || ((row.flags ?? 0) & CARRIED) !== 0) return NOTHING;
  const bytes = Buffer.from(row.text);
  return openers.stateOf(bytes, 0, bytes.length);
};

const isNeverJoined = ({ text, flags = 0 }: GivenRow, bounds: Bounds): boolean =>
  (flags & (PARTIAL | TRUNCATED | UNPARSED | FIELDS)) !== 0 || Buffer.byteLength(text) > bounds.bytes;

const suspect = (row: GivenRow | undefined): boolean => {
  const bytes = Buffer.from(row?.text ?? '');
  const region = new Region(bytes.length, 0);
  bytes.copy(region.bytes);
  return !isBlank(bytes, 0, bytes.length) && isSuspect(region, 0, bytes.length);
};
