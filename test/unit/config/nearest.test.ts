import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/config/nearest.ts';

describe('the nearest name', () => {
  const names = ['format', 'name', 'path', 'record_id', 'gap', 'warn', 'limits'];

  it.each([
    ['fromat', 'format'],
    ['Format', 'format'],
    ['recordid', 'record_id'],
    ['warning', 'warn'],
    ['limit', 'limits'],
    ['nmae', 'name'],
  ])('to %s is %s', (wrong, right) => {
    expect(nearest(wrong, names)).toBe(right);
  });

  it.each(['xyz', '', 'completely_different', 'a'.repeat(10_000)])(
    'is none where nothing is near',
    (wrong) => {
      expect(nearest(wrong, names)).toBeUndefined();
    },
  );
});
