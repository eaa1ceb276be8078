import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../src/core/batch.ts';
import type { Origin } from '../../../src/core/origin.ts';
import { JOINED, PARTIAL, STDERR, STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { LABEL_WIDTH, labelOf, PALETTE } from '../../../src/encode/pretty-label.ts';
import { ANSI_PAINT, NO_PAINT, safeLine } from '../../../src/encode/terminal.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch, testOrigin } from '../../support/batches.ts';

const printer = (color: boolean): ((batch: Batch) => string) => {
  const encoder = createEncoder('pretty', { recordId: false, gapRecords: true, color }, typescriptKernel());
  const target = new Uint8Array(16_384);
  return (batch) => Buffer.from(target.subarray(0, encoder.encode(batch, target, 0))).toString();
};

describe('without colours', () => {
  test('a record is time, pod, container and message', () => {
    const records = [
      { message: 'hello' },
      { message: 'oops', flags: STREAM_KNOWN | STDERR },
      { message: 'long', flags: STREAM_KNOWN | TRUNCATED, time: '2026-11-20T20:19:53+01:00' },
      { message: 'half', flags: STREAM_KNOWN | PARTIAL, time: 'no time' },
    ];
    expect(printer(false)(makeBatch({ records })).split('\n')).toEqual([
      '20:19:53.123 shop/web-0 app#2 │ hello',
      '20:19:53.123 shop/web-0 app#2 ! oops',
      '20:19:53.000 shop/web-0 app#2 │ long … [cut]',
      '--:--:--.--- shop/web-0 app#2 │ half … [unfinished]',
      '',
    ]);
  });

  test('further lines of a message stand below its first', () => {
    const records = [{ message: 'Traceback:\n  File "a"', flags: STREAM_KNOWN | JOINED }];
    const [first = '', second = ''] = printer(false)(makeBatch({ records })).split('\n');
    expect(second.indexOf('  File "a"')).toBeGreaterThan(20);
    expect(second.indexOf('│')).toBe(first.indexOf('│'));
  });

  test('the bars of all streams stand below each other, as far as the longest name so far', () => {
    const print = printer(false);
    const barOf = (origin: Origin): number =>
      print(makeBatch({ origin, records: [{ message: '' }] })).indexOf('│');
    const long: Origin = { ...testOrigin, namespace: 'kube-system', pod: 'coredns-7d764666f9-x2x4z' };
    expect(barOf(testOrigin)).toBeLessThan(barOf(long));
    expect(barOf(testOrigin)).toBe(barOf(long));
    expect(barOf({ kind: 'file', file: 'app.log', host: '' })).toBe(barOf(long));
  });

  test('a gap stands out', () => {
    const gaps = [{ reason: 'deleted', bytes: null, generation: 1, file: '0.log', from: 0 } as const];
    expect(printer(false)(makeBatch({ gaps, records: [] }))).toBe(
      '--:--:--.--- shop/web-0 app#2 ┆ GAP  an unknown number of bytes was not delivered: ' +
        'the file was deleted before it was read (0.log from offset 0)\n',
    );
  });
});

test('with colours the keys of a JSON message are dimmed, and nothing else in it is touched', () => {
  const message = '{"level":"info","msg":"say \\"a\\": b","n" : 1}';
  const line = printer(true)(makeBatch({ records: [{ message }] }));
  expect(line).toContain(
    '{\u001b[2m"level":\u001b[0m"info",\u001b[2m"msg":\u001b[0m"say \\"a\\": b",\u001b[2m"n" :\u001b[0m 1}\n',
  );
});

test('a broken JSON message full of quotes takes no longer than its length', () => {
  const message = `{"${'\\"'.repeat(200_000)}}`;
  const encoder = createEncoder(
    'pretty',
    { recordId: false, gapRecords: true, color: true },
    typescriptKernel(),
  );
  expect(encoder.encode(makeBatch({ records: [{ message }] }), new Uint8Array(1 << 20), 0)).toBeGreaterThan(
    400_000,
  );
});

describe('a line of a message', () => {
  test('keeps its colours, which end with it, where colours are on', () => {
    expect(safeLine('\u001b[1;31mred', true)).toBe('\u001b[1;31mred\u001b[0m');
    expect(safeLine('\u001b[1;31mred\u001b[0m', false)).toBe('red');
  });

  test.each([
    ['cursor', '\u001b[2J\u001b[1;1H', '␛[2J␛[1;1H'],
    ['erasing', '\u001b[K', '␛[K'],
    ['title', '\u001b]0;x\u0007', '␛]0;x␇'],
    ['carriage return', 'safe\rrm', 'safe␍rm'],
    ['eight-bit control sequence', '\u009b2J', '\\u{9b}2J'],
    ['direction override', 'a\u202eb', 'a\\u{202e}b'],
    ['delete and backspace', '\u007f\b', '␡␈'],
  ])('cannot drive the terminal by %s', (_what, text, shown) => {
    expect(safeLine(text, true)).toBe(shown);
  });

  test('keeps its tabs', () => {
    expect(safeLine('a\tb', true)).toBe('a\tb');
  });
});

describe('the name of a stream', () => {
  test('never is wider than its column, keeps both ends of the pod, and holds no control characters', () => {
    const pod = 'prometheus-operator-kube-prometheus-7d9f8b6c5d-x2x4z';
    const origin: Origin = {
      ...testOrigin,
      namespace: 'monitoring\u001b[2J'.repeat(3),
      pod,
      container: 'c'.repeat(63),
    };
    const { text, width } = labelOf(origin, NO_PAINT);
    expect(Array.from(text)).toHaveLength(width);
    expect(width).toBeLessThanOrEqual(LABEL_WIDTH);
    expect(text).toMatch(/\/prom\S*…\S*x2x4z /);
    expect(text).not.toContain('\u001b');
  });

  test('has one colour for all restarts of a container', () => {
    const colorsOf = (restart: number): RegExpMatchArray | null =>
      labelOf({ ...testOrigin, restart }, ANSI_PAINT).text.match(/38;5;\d+/g);
    expect(colorsOf(0)).toEqual(colorsOf(7));
  });
});

test.each([...PALETTE, 160, 166])('colour %i can be read on black and on white', (code) => {
  const level = (value: number): number => [0, 95, 135, 175, 215, 255][value] ?? 0;
  const linear = (value: number): number =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const cube = code - 16;
  const red = linear(level(Math.floor(cube / 36)));
  const green = linear(level(Math.floor(cube / 6) % 6));
  const blue = linear(level(cube % 6));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  expect(1.05 / (luminance + 0.05)).toBeGreaterThanOrEqual(3);
  expect((luminance + 0.05) / 0.05).toBeGreaterThanOrEqual(3);
});
