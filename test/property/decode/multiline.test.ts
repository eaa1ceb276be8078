import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRACE_KINDS } from '../../../src/core/multiline-mode.ts';
import { CARRIED, FIELDS, JOINED, PARTIAL, TRUNCATED, UNPARSED } from '../../../src/core/record-table.ts';
import { type GivenRow, Joining, type TakenRow } from '../../support/joined-rows.ts';
import { joinPlainly } from './multiline-reference.ts';

/** Lines of all kinds of traces, and of what looks like them. */
const LINES = [
  'java.lang.IllegalStateException: no',
  'Exception in thread "main" a.b.Thing',
  '\tat a.B.c(B.java:1)',
  'Caused by: a.b.Other: why',
  '\t... 12 more',
  '\tSuppressed: x.Y: z',
  'a.b.Strange',
  'Error: top',
  '    at f (/app/a.js:1:1) {',
  '  [cause]: TypeError: inner',
  '}',
  '/app/a.js:7',
  'throw new Error("x");',
  '  ^',
  '^',
  'Node.js v20.20.2',
  '(node:1) Warning: old',
  '(Use `node --trace-warnings ...`)',
  'Traceback (most recent call last):',
  '  File "/a.py", line 9, in f',
  '    f()',
  'ValueError: no',
  'During handling of the above exception, another exception occurred:',
  'Exception in thread t-1:',
  '  + Exception Group Traceback (most recent call last):',
  '    | ValueError: a',
  'SyntaxError: bad',
  'panic: no',
  'goroutine 1 [running]:',
  'main.main()',
  '\t/a.go:13 +0x173',
  'created by main.f in goroutine 1',
  '[signal SIGSEGV: segmentation violation]',
  'fatal error: all goroutines are asleep',
  "thread 'main' panicked at src/main.rs:2:5:",
  "thread 'x' panicked at 'no', a.rs:1:1",
  'stack backtrace:',
  '   0: rust_begin_unwind',
  'note: run with `RUST_BACKTRACE=1`',
  "a.rb:1:in `f': no (RuntimeError)",
  "\tfrom a.rb:5:in `g'",
  'PHP Fatal error:  Uncaught Exception: no in /a.php:3',
  'Stack trace:',
  '#0 /a.php(7): f()',
  '#1 {main}',
  '  thrown in /a.php',
  'Unhandled exception. System.Exception: no',
  ' ---> System.Exception: inner',
  '   --- End of inner exception stack trace ---',
  '--- End of stack trace from previous location ---',
  'Events:',
  '  Type  Reason',
  'items: {',
  '  a: 1',
  '},',
  '[',
  ']',
  'plain',
  'plain with Error inside',
  '',
  ' ',
  '\r',
  '   12 right-aligned',
  '- a list',
  '{"a":"Error: x"}',
  '2026-11-20 INFO x',
  'žluťoučký',
  ' žluť',
  'x'.repeat(5000),
  '\t'.padEnd(5000, 'y'),
  'Error: '.padEnd(400, 'z'),
] as const;

const line = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...LINES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')) },
);
const flags = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 0, 0, JOINED) },
  { weight: 1, arbitrary: fc.constantFrom(PARTIAL, TRUNCATED, UNPARSED, FIELDS, CARRIED | JOINED) },
);
const row: fc.Arbitrary<GivenRow> = fc.record({
  text: line,
  isStderr: fc.oneof(
    { weight: 4, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  flags,
});
/** Some lines in the order of LINES, of one std stream: more of a trace than chance would make. */
const run: fc.Arbitrary<GivenRow[]> = fc
  .tuple(fc.nat(LINES.length - 1), fc.integer({ min: 2, max: 9 }), fc.boolean())
  .map(([from, count, isStderr]) => LINES.slice(from, from + count).map((text) => ({ text, isStderr })));
const rows = fc
  .array(
    fc.oneof(
      row.map((each) => [each]),
      run,
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.flat());
/** How many rows each batch has, over and over. */
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
const bounds = fc.record({ lines: fc.integer({ min: 2, max: 12 }), bytes: fc.constantFrom(60, 500, 20_000) });

const batchesOf = (all: readonly GivenRow[], sizes: readonly number[]): GivenRow[][] => {
  const batches: GivenRow[][] = [];
  for (let at = 0; at < all.length; ) {
    const size = sizes[batches.length % sizes.length] ?? 1;
    batches.push(all.slice(at, at + size));
    at += size;
  }
  return batches;
};

const ofChannel = (taken: readonly TakenRow[], isStderr: boolean) =>
  taken.filter((each) => each.isStderr === isStderr).map(({ text, offset }) => ({ text, offset }));

const expected = (
  all: readonly GivenRow[],
  isStderr: boolean,
  mode: string,
  limits: { lines: number; bytes: number },
) => {
  const mine = all.flatMap((each, offset) => (each.isStderr === isStderr ? [{ ...each, offset }] : []));
  return joinPlainly(mine, mode, limits).map((record) => ({
    text: record.map((index) => mine[index]?.text ?? '').join('\n'),
    offset: mine[record[0] ?? 0]?.offset ?? -1,
  }));
};

describe('joining lines', () => {
  it('gives what the plain way gives, wherever batches end', () => {
    fc.assert(
      fc.property(rows, cuts, bounds, fc.constantFrom('auto', ...TRACE_KINDS), (all, sizes, limits, mode) => {
        const [joining, other] = [true, false].map((withWasm) => {
          const each = new Joining({ ...limits, mode, withWasm });
          for (const batch of batchesOf(all, sizes)) each.give(batch);
          each.flush();
          return each;
        }) as [Joining, Joining];
        expect(joining.taken).toEqual(other.taken);
        for (const isStderr of [false, true])
          expect(ofChannel(joining.taken, isStderr)).toEqual(expected(all, isStderr, mode, limits));
        expect(joining.budget.usedBytes).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('loses, repeats and reorders nothing, whatever happens between the batches', () => {
    const between = fc.constantFrom('nothing', 'rotation', 'time', 'flush', 'memory');
    fc.assert(
      fc.property(rows, cuts, bounds, fc.array(between, { minLength: 1 }), (all, sizes, limits, happens) => {
        const joining = new Joining({
          ...limits,
          budgetBytes: happens.includes('memory') ? 1500 : 1_000_000,
        });
        for (const [index, batch] of batchesOf(all, sizes).entries()) {
          joining.give(batch);
          const what = happens[index % happens.length];
          if (what === 'rotation') joining.rotate();
          if (what === 'time') joining.joiner.now += 300;
          if (what === 'flush' || what === 'time') joining.flush(what === 'time');
        }
        joining.flush();
        for (const isStderr of [false, true]) {
          const texts = all.filter((each) => each.isStderr === isStderr).map(({ text }) => text);
          const taken = joining.taken.filter((each) => each.isStderr === isStderr);
          expect(taken.map(({ text }) => text).join('\n')).toBe(texts.join('\n'));
          const offsets = taken.map(({ offset }) => offset);
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
          expect(new Set(offsets).size).toBe(offsets.length);
        }
        expect(joining.budget.usedBytes).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps its marks: no first line of what is open was given out, all before it of its channel were', () => {
    fc.assert(
      fc.property(rows, cuts, bounds, (all, sizes, limits) => {
        const joining = new Joining(limits);
        let given = 0;
        for (const batch of batchesOf(all, sizes)) {
          joining.give(batch);
          given += batch.length;
          for (const channel of [0, 1] as const) {
            const isStderr = channel === 1;
            const mark = joining.joiner.first(channel)?.offset ?? given;
            const before = all.slice(0, mark).filter((each) => each.isStderr === isStderr);
            const taken = joining.taken.filter((each) => each.isStderr === isStderr);
            expect(taken.map(({ text }) => text).join('\n')).toBe(before.map(({ text }) => text).join('\n'));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});
