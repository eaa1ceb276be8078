import { describe, expect, it } from 'vitest';
import { cutAtCharacter } from '../../../src/decode/utf8-cut.ts';

const cut = (text: string, limit: number): string => {
  const bytes = Buffer.from(`##${text}`);
  return bytes.toString('utf8', 2, cutAtCharacter(bytes, 2, 2 + limit));
};

describe('cutAtCharacter', () => {
  it('cuts before the character that the limit would cut in two', () => {
    expect([1, 2, 3, 4, 5].map((limit) => cut('a€b', limit))).toEqual(['a', 'a', 'a', 'a€', 'a€b']);
    expect([1, 2, 3, 4, 5].map((limit) => cut('a😀', limit))).toEqual(['a', 'a', 'a', 'a', 'a😀']);
    expect([1, 2, 3].map((limit) => cut('éé', limit))).toEqual(['', 'é', 'é']);
  });

  it('does not look at what stands before the message', () => {
    expect(cutAtCharacter(Buffer.from([0xf0, 0x9f, 0x98, 0x80]), 1, 3)).toBe(3);
  });

  it('cuts bytes that are no UTF-8 at the limit', () => {
    expect(cutAtCharacter(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80]), 0, 4)).toBe(4);
    expect(cutAtCharacter(Buffer.from([0xff, 0xff, 0xff]), 0, 2)).toBe(2);
  });
});
