import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pattern } from '../../../src/shape/pattern.ts';

const patternOf = (source: string): Pattern => {
  const parsed = Pattern.parse(source);
  if (parsed.kind === 'problem') throw new Error(parsed.problem);
  return parsed.value;
};

/** Patterns that mean the same to JavaScript, over a small alphabet so that they match now and then. */
const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '[ab]',
  '[^a]',
  '\\w',
  '\\W',
  '\\d',
  '\\s',
  '\\.',
  '1',
  ' ',
  '\\n',
);
const anchor = fc.constantFrom('^', '$', '\\b', '\\B', '');
const { pattern: anyPattern } = fc.letrec<{ pattern: string; term: string }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3 },
    atom,
    anchor,
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(${inner})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map(([part, how]) => `(?:${part})${how}`),
    fc.tuple(atom, fc.constantFrom('*', '+', '?', '{0,2}')).map(([part, how]) => `${part}${how}`),
  ),
  pattern: fc.oneof(
    fc.array(tie('term'), { minLength: 1, maxLength: 4 }).map((terms) => terms.join('')),
    fc.tuple(tie('term'), tie('term')).map(([left, right]) => `${left}|${right}`),
  ),
}));
const anyFlags = fc.constantFrom('', 'i', 'm', 's', 'im');
const anyText = fc
  .array(fc.constantFrom('a', 'b', 'c', 'A', 'B', '1', ' ', '.', '\n', '_'), { maxLength: 14 })
  .map((characters) => characters.join(''));

const matchesOf = (pattern: Pattern, text: string): string[] => {
  const bytes = Buffer.from(`<<${text}>>`);
  const found: string[] = [];
  pattern.findAll(bytes, 2, bytes.length - 2, (from, to) => found.push(`${from - 2}-${to - 2}`) > 0);
  return found;
};

/** By trying every span with V8: leftmost, then longest. */
const slowMatches = (source: string, flags: string, text: string): string[] => {
  const found: string[] = [];
  for (let from = 0; from < text.length; from++) {
    const ends = Array.from({ length: text.length - from }, (_, index) => text.length - index);
    const to = ends.find((end) => spans(source, flags, text, from, end));
    if (to === undefined) continue;
    found.push(`${from}-${to}`);
    from = to - 1;
  }
  return found;
};

/** The engine goes back and forth until just so much text is left. */
const spans = (source: string, flags: string, text: string, from: number, end: number): boolean => {
  const whole = new RegExp(`(?:${source})(?=[^]{${text.length - end}}(?![^]))`, `${flags}y`);
  whole.lastIndex = from;
  return whole.test(text);
};

test('a pattern finds what trying every span with a backtracking engine finds: leftmost, then longest', () => {
  fc.assert(
    fc.property(anyPattern, anyFlags, anyText, (source, flags, text) => {
      const pattern = patternOf(flags === '' ? source : `(?${flags})${source}`);
      const bytes = Buffer.from(text);
      expect(pattern.test(bytes, 0, bytes.length)).toBe(new RegExp(source, flags).test(text));
      expect(matchesOf(pattern, text)).toEqual(slowMatches(source, flags, text));
    }),
    { numRuns: 3000 },
  );
});
