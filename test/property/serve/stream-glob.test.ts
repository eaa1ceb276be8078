import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesStream } from '../../../src/serve/stream-glob.ts';

/** The slow, obvious reference: a regular expression. */
const reference = (pattern: string): RegExp => {
  const parts = pattern
    .split('/')
    .map((part) =>
      part === '**'
        ? '(?:[^/]*/)*'
        : `${part.replaceAll(/\*+/g, '\0').replaceAll('?', '[^/]').replaceAll('\0', '[^/]*')}/`,
    );
  return new RegExp(`^${parts.join('')}$`);
};

describe('a pattern for streams', () => {
  it('means what a regular expression would mean', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', '/'), { minLength: 1, maxLength: 8 });
    const pieces = fc.array(fc.constantFrom('a', 'b', '/', '/', '*', '?', '**'), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(letters, pieces, (name, pattern) => {
        const [file, text] = [name.join(''), pattern.join('')];
        expect(matchesStream(text, { kind: 'file', file, host: '' })).toBe(reference(text).test(`${file}/`));
      }),
      { numRuns: 20_000 },
    );
  });
});
