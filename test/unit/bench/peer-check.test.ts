import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkPeerOutput, type PeerVerdict } from '../../bench/check/peer-check.ts';
import { TempDir } from '../../support/temp-dir.ts';

const T = '2026-11-20T20:00:00.000000001Z';
const LOG = [
  `${T} stdout F one`,
  `${T} stdout P tw`,
  `${T} stderr F err "x"`,
  `${T} stdout F o`,
  `${T} stdout F `,
];

const check = (lines: readonly object[], joins: boolean): PeerVerdict => {
  using directory = new TempDir('birler-peer-check');
  const [log, output] = [directory.join('log'), directory.join('output')];
  writeFileSync(log, `${LOG.join('\n')}\n`);
  writeFileSync(output, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return checkPeerOutput(output, log, joins);
};

const line = (log: string, stream = 'stdout', time = T): object => ({ time, stream, log });
const PIECES = [line('one'), line('tw'), line('err "x"', 'stderr'), line('o'), line('')];
const JOINED = [line('one'), line('err "x"', 'stderr'), line('two'), line('')];

it('takes what is right, with pieces or with whole records', () => {
  expect(check(PIECES, false)).toEqual({ lines: 5, joins: false, broken: 0 });
  expect(check(JOINED, true)).toEqual({ lines: 4, joins: true, broken: 0 });
});

it('tells a line that is missing, changed, swapped, of another stream, at another time or too many', () => {
  const [first = {}, second = {}, ...rest] = PIECES;
  const wrong = [
    [[first, ...rest], /^line 2 is/],
    [PIECES.slice(0, 4), /^line 5 is missing/],
    [[second, first, ...rest], /^line 1 is/],
    [[line('One'), second, ...rest], /^line 1 is .*; the log says/],
    [[line('one', 'stderr'), second, ...rest], /^line 1 is/],
    [[line('one', 'stdout', `${T}0`), second, ...rest], /^line 1 is/],
    [[...PIECES, first], /^a line that was never written/],
  ] as const;
  for (const [lines, reason] of wrong) expect(() => check(lines, false)).toThrow(reason);
});

it('reads lines longer than what it reads at once, and tells text that is not UTF-8 apart', () => {
  using directory = new TempDir('birler-peer-check');
  const [log, output] = [directory.join('log'), directory.join('output')];
  const long = 'x'.repeat(3 * 1024 * 1024);
  writeFileSync(
    log,
    Buffer.concat([Buffer.from(`${T} stdout F ${long}\n${T} stdout F a`), Buffer.from([0xc3, 0x0a])]),
  );
  writeFileSync(output, `${JSON.stringify(line(long))}\n${JSON.stringify(line('whatever'))}\n`);
  expect(checkPeerOutput(output, log, false)).toEqual({ lines: 2, joins: false, broken: 1 });
});
