import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approximateDuration,
  approximateSize,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
} from '../../../src/core/units.ts';

const count = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(5000).map((n) => n * 1024),
  fc.nat(5000).map((n) => n * 60_000),
);

describe('units', () => {
  it('read back what they wrote', () => {
    fc.assert(
      fc.property(count, (n) => {
        expect(parseSize(formatSize(n))).toEqual({ kind: 'value', value: n });
        expect(parseDuration(formatDuration(n))).toEqual({ kind: 'value', value: n });
      }),
    );
  });

  it.each([
    ['256KiB', 262_144],
    ['1 MiB', 1_048_576],
    ['1.5Gi', 1_610_612_736],
    ['10MB', 10_000_000],
    ['10mb', 10_000_000],
    ['4096', 4096],
    ['12B', 12],
    ['0', 0],
  ])('read the size %s', (text, value) => {
    expect(parseSize(text)).toEqual({ kind: 'value', value });
  });

  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['0', 0],
  ])('read the duration %s', (text, value) => {
    expect(parseDuration(text)).toEqual({ kind: 'value', value });
  });

  it.each(['', 'x', '-1', '10M', '1e9', '1..5', '10 XB', '9999999999999999TiB', 'NaN', 'Infinity', '٣'])(
    'refuse the size %j',
    (text) => {
      expect(parseSize(text).kind).toBe('problem');
    },
  );

  it.each(['', 'x', '-1s', '10', '1e3s', '1w', '5 minutes', '9999999999999999d'])(
    'refuse the duration %j',
    (text) => {
      expect(parseDuration(text).kind).toBe('problem');
    },
  );

  it('make of any text a whole number or a problem on one line', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,20} ?[kKmMgGtTiBsShd]{0,4}$/)),
        (text) => {
          for (const result of [parseSize(text), parseDuration(text)]) {
            if (result.kind === 'value')
              expect(Number.isSafeInteger(result.value) && result.value >= 0).toBe(true);
            else expect(result.problem).not.toMatch(/\n/);
          }
        },
      ),
    );
  });

  it('show people at most four digits, and never a smaller thing as larger', () => {
    fc.assert(
      fc.property(count, count, (a, b) => {
        expect(approximateSize(a)).toMatch(/^\d{1,5}(\.\d)? ([KMGT]i)?B$/);
        expect(approximateDuration(a)).toMatch(/^(\d+(\.\d)? s|\d+m \d+s|\d+h \d+m|\d+d \d+h)$/);
        const [less, more] = a < b ? [a, b] : [b, a];
        const readBack = (n: number): number => {
          const result = parseSize(approximateSize(n));
          return result.kind === 'value' ? result.value : Number.NaN;
        };
        if (more < 1024 ** 5) expect(readBack(less)).toBeLessThanOrEqual(readBack(more));
      }),
    );
  });
});
