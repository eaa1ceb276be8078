import { describe, expect, it } from 'vitest';
import { CARRIED, JOINED, PARTIAL, TRUNCATED, UNPARSED } from '../../../src/core/record-table.ts';
import { Joining, seedOf } from '../../support/joined-rows.ts';

const TRACE = ['java.lang.IllegalStateException: no', '\tat a.B.c(B.java:1)', '\tat a.B.d(B.java:2)'];
const rows = (...texts: string[]) => texts.map((text) => ({ text }));
const errorRows = (...texts: string[]) => texts.map((text) => ({ text, isStderr: true }));

describe('a trace', () => {
  it('becomes one record with the time and the place of its first line', () => {
    const joining = new Joining();
    joining.give(rows('before', ...TRACE, 'after'));
    expect(joining.taken).toEqual([
      { text: 'before', isStderr: false, flags: 0, offset: 0, time: 'T000000000', seed: seedOf(1) },
      { text: TRACE.join('\n'), isStderr: false, flags: 0, offset: 1, time: 'T000000001', seed: seedOf(1) },
      { text: 'after', isStderr: false, flags: 0, offset: 4, time: 'T000000004', seed: seedOf(1) },
    ]);
  });

  it('is held back while more of it may come, and joined across reads', () => {
    const joining = new Joining();
    for (const text of ['before', ...TRACE]) joining.give(rows(text));
    expect(joining.texts).toEqual(['before']);
    expect(joining.joiner.first(0)).toEqual({ generation: 1, offset: 1, seed: seedOf(1) });
    joining.give(rows('after'));
    expect(joining.texts).toEqual(['before', TRACE.join('\n'), 'after']);
    expect(joining.joiner.isOpen(0)).toBe(false);
    expect(joining.budget.usedBytes).toBe(0);
  });

  it('of one std stream is not disturbed by the other', () => {
    const joining = new Joining();
    const [first = '', ...frames] = TRACE;
    joining.give([...errorRows(first), ...rows('one')]);
    joining.give([...rows('two'), ...errorRows(...frames), ...rows('three')]);
    expect(joining.texts).toEqual(['one', 'two', 'three']);
    joining.flush();
    expect(joining.texts).toEqual(['one', 'two', 'three', TRACE.join('\n')]);
    expect(joining.taken.at(-1)).toMatchObject({ isStderr: true, offset: 0 });
  });

  it('goes on in the next generation, under the seed of the one where it began', () => {
    const joining = new Joining();
    joining.give(rows(...TRACE));
    joining.rotate();
    joining.give(rows('\tat a.B.e(B.java:3)', 'after'));
    expect(joining.taken[0]).toMatchObject({
      text: [...TRACE, '\tat a.B.e(B.java:3)'].join('\n'),
      seed: seedOf(1),
      offset: 0,
    });
    expect(joining.taken[1]).toMatchObject({ text: 'after', seed: seedOf(2) });
  });

  it('does not go on in the one after that', () => {
    const joining = new Joining();
    joining.give(rows(...TRACE));
    joining.rotate();
    joining.rotate();
    joining.give(rows('\tat a.B.e(B.java:3)', 'after'));
    expect(joining.texts).toEqual([TRACE.join('\n'), '\tat a.B.e(B.java:3)', 'after']);
    expect(joining.taken[0]?.seed).toEqual(seedOf(1));
  });

  it('is closed by a line that is not whole or not understood, and never holds one', () => {
    for (const flags of [PARTIAL, TRUNCATED, UNPARSED]) {
      const joining = new Joining();
      joining.give([
        ...rows(...TRACE),
        { text: '\tat cut', flags },
        ...rows('\tat a.B.f(B.java:4)', 'after'),
      ]);
      expect(joining.texts).toEqual([TRACE.join('\n'), '\tat cut', '\tat a.B.f(B.java:4)', 'after']);
      expect(joining.taken[1]?.flags).toBe(flags);
    }
  });

  it('takes in a line that itself began in the generation before, but never begins with one', () => {
    const carried = (text: string) => ({ text, flags: CARRIED | JOINED });
    const inside = new Joining();
    inside.give([...rows(...TRACE), carried('\tat a.B.e(B.java:3)'), ...rows('after')]);
    expect(inside.texts).toEqual([[...TRACE, '\tat a.B.e(B.java:3)'].join('\n'), 'after']);
    expect(inside.taken[0]?.flags).toBe(0);
    const first = new Joining();
    first.give([carried(TRACE[0] ?? ''), ...rows('\tat a.B.c(B.java:1)', 'after')]);
    expect(first.texts).toEqual([TRACE[0], '\tat a.B.c(B.java:1)', 'after']);
    expect(first.taken[0]).toMatchObject({ flags: CARRIED, seed: undefined });
    const over = new Joining({ lines: 3 });
    over.give([...rows(...TRACE), carried('\tat a.B.e(B.java:3)'), ...rows('\tat a.B.f(B.java:4)', 'after')]);
    expect(over.texts).toEqual([TRACE.join('\n'), '\tat a.B.e(B.java:3)', '\tat a.B.f(B.java:4)', 'after']);
  });

  it('of both std streams at once: the one that began first comes first', () => {
    for (const isStderr of [false, true]) {
      const joining = new Joining();
      joining.give([
        { text: 'Error: first', isStderr },
        { text: 'Error: second', isStderr: !isStderr },
      ]);
      joining.give(
        [
          { text: 'x', isStderr: !isStderr },
          { text: 'x', isStderr },
        ].map((row) => ({ ...row, text: 'Error: x' })),
      );
      expect(joining.texts).toEqual(['Error: first', 'Error: second']);
    }
  });

  it('takes in lines whose messages lie in the arena already', () => {
    const joining = new Joining();
    joining.give([
      { text: 'unescaped', flags: JOINED },
      ...TRACE.map((text, index) => ({ text, flags: index === 1 ? JOINED : 0 })),
      { text: 'unescaped too', flags: JOINED },
      { text: 'plain' },
    ]);
    expect(joining.texts).toEqual(['unescaped', TRACE.join('\n'), 'unescaped too', 'plain']);
  });
});

describe('lines that only might belong to it', () => {
  it('are taken in when the trace goes on behind them', () => {
    const joining = new Joining();
    joining.give(rows('a.b.QueryException: first line', 'second line', ''));
    joining.give(rows('third line'));
    joining.give(rows('\tat a.B.c(B.java:1)', 'after'));
    expect(joining.texts).toEqual([
      'a.b.QueryException: first line\nsecond line\n\nthird line\n\tat a.B.c(B.java:1)',
      'after',
    ]);
  });

  it('are records of their own when it does not', () => {
    const joining = new Joining();
    const texts = ['Error: no', 'one', 'two', 'three', 'four', 'five', 'six'];
    for (const text of texts) joining.give(rows(text));
    joining.flush();
    expect(joining.texts).toEqual(texts);
    expect(joining.taken.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('bounds', () => {
  it('in time: what nothing follows is given out, with what waited behind it', () => {
    const joining = new Joining();
    joining.give(rows('Error: no', 'waits'));
    joining.joiner.now = 499;
    joining.flush(true);
    expect(joining.texts).toEqual([]);
    joining.joiner.now = 500;
    joining.flush(true);
    expect(joining.texts).toEqual(['Error: no', 'waits']);
    expect(joining.budget.usedBytes).toBe(0);
  });

  it('in time: a trace that never ends is cut after ten waits', () => {
    const joining = new Joining();
    for (let ms = 0; ms < 5000; ms += 400) {
      joining.joiner.now = ms;
      expect(joining.joiner.dueMs(0) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(ms);
      joining.give(rows(ms === 0 ? 'Error: no' : `    at f${ms} (a.js:1)`));
    }
    expect(joining.joiner.dueMs(0)).toBe(5000);
  });

  it('in lines and in bytes: what is over begins another record', () => {
    const frames = Array.from({ length: 25 }, (_, index) => `    at f${index} (a.js:1)`);
    const byLines = new Joining({ lines: 10 });
    byLines.give(rows('Error: no', ...frames, 'after'));
    expect(byLines.texts.map((text) => text.split('\n').length)).toEqual([10, 10, 6, 1]);
    const byBytes = new Joining({ bytes: 100 });
    byBytes.give(rows('Error: no', ...frames, 'after'));
    expect(byBytes.texts.join('\n')).toBe(['Error: no', ...frames, 'after'].join('\n'));
    expect(Math.max(...byBytes.texts.map((text) => text.length))).toBeLessThanOrEqual(100);
  });

  it('in memory: without any, lines go out as they came', () => {
    const joining = new Joining({ budgetBytes: 100 });
    for (const text of [...TRACE, 'after']) joining.give(rows(text));
    expect(joining.texts).toEqual([...TRACE, 'after']);
  });
});

it('does nothing in mode off, and only what it was told to in others', () => {
  expect(() => new Joining({ mode: 'off' })).toThrow('no joiner');
  const joining = new Joining({ mode: 'go' });
  joining.give(
    rows(...TRACE, 'panic: no', '', 'goroutine 1 [running]:', 'main.main()', '\t/a.go:1 +0x1', 'after'),
  );
  expect(joining.texts).toEqual([
    ...TRACE,
    'panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1',
    'after',
  ]);
});

it.each([true, false])('finds traces anywhere among very many rows, with WebAssembly %s', (withWasm) => {
  const joining = new Joining({ withWasm });
  const count = 20_000;
  const heads = new Set([0, 8191, 8192, 12_345, 16_384, count - 3]);
  const texts: string[] = [];
  while (texts.length < count) texts.push(...(heads.has(texts.length) ? TRACE : ['plain']));
  joining.give(rows(...texts));
  joining.flush();
  const joined = joining.taken.filter(({ text }) => text !== 'plain');
  expect(joined.map(({ text }) => text)).toEqual(joined.map(() => TRACE.join('\n')));
  expect(joining.taken.map(({ text }) => text).join('\n')).toBe(texts.join('\n'));
  // 8192 lies within the trace that begins at 8191.
  expect(joined.map(({ offset }) => offset)).toEqual([0, 8191, 12_345, 16_384, count - 3]);
});
