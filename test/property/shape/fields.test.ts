import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEVEL, mergeJson, shape, shapingOf } from '../../support/shaped.ts';

const KEEP = shapingOf([mergeJson()]);
const BELOW = shapingOf([mergeJson({ under: 'app' })]);

const key = fc.oneof(
  fc.string(),
  fc.constantFrom('time', 'log', 'id', 'level', 'file', '__proto__', 'constructor', ''),
);
const anyValue = fc.jsonValue({ maxDepth: 4 });
const anyObject = fc.dictionary(key, anyValue, { noNullPrototype: false, maxKeys: 12 });

/** The same values, written by somebody who likes white space. */
const spaced = (value: unknown, indent: number): string =>
  JSON.stringify(value, null, indent).replaceAll('\n', '\r\n\t');

const TAKEN = ['time', 'stream', 'log', 'id', 'partial', 'truncated', 'gap', 'kubernetes', 'file'];

const isPlain = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.entries(value).every(([name, each]) => JSON.stringify(name) === `"${name}"` && isPlain(each));
};

test('the fields of an object are what JSON.parse says, on one line, under names that are free', () => {
  fc.assert(
    fc.property(anyObject, fc.constantFrom(0, 1, 4), (object, indent) => {
      const message = spaced(object, indent);
      const [kept] = shape(KEEP, [message]).records;
      const [below] = shape(BELOW, [message]).records;
      expect(kept?.message.toString()).toBe(message);
      if (!isPlain(object) || Object.keys(object).length === 0 || !message.isWellFormed()) {
        return;
      }
      const expected = JSON.parse(message) as object;
      expect(below?.fields).toEqual({ app: expected });
      const renamed = Object.entries(expected).map(([name, value]): [string, unknown] => [
        TAKEN.includes(name) ? `${name}_extracted` : name,
        value,
      ]);
      expect(new Map(Object.entries(kept?.fields ?? {}))).toEqual(new Map(renamed));
      expect(kept?.fieldsText).not.toMatch(/[\r\n]/);
    }),
    { numRuns: 2000 },
  );
});

test('whatever the bytes are, what is lifted is JSON, and the message stays', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '"a"',
    '"b":',
    '1',
    '-',
    '0',
    '1e5',
    '.5',
    'true',
    'null',
    '\\',
    '\\u12',
    ' ',
    '\n',
    '\u0000',
    'x',
  );
  const bytes = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(`{"k":${pieces.join('')}}`)),
    fc.uint8Array({ maxLength: 40 }).map((noise) => Buffer.from(noise)),
    fc.tuple(anyObject, fc.nat(), fc.nat(255)).map(([object, at, byte]) => {
      const text = Buffer.from(JSON.stringify(object));
      text[at % text.length] = byte;
      return text;
    }),
  );
  fc.assert(
    fc.property(bytes, (message) => {
      const [record] = shape([mergeJson(), LEVEL], [{ message }]).records;
      expect(record?.message.equals(message)).toBe(true);
      if (record?.fields === undefined || Object.keys(record.fields).every((name) => name === 'level'))
        return;
      expect(
        () => JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(message)) as unknown,
      ).not.toThrow();
    }),
    { numRuns: 5000 },
  );
});

test('deep nesting and huge numbers end in text, not in an overflow', () => {
  fc.assert(
    fc.property(
      fc.nat(20_000),
      fc.constantFrom('{"a":', '[', '{"a":['),
      fc.nat(400),
      (depth, open, digits) => {
        for (const message of [
          open.repeat(depth),
          `{"a":${open.repeat(depth)}`,
          `{"n":1${'0'.repeat(digits)}e${digits}}`,
        ]) {
          const [record] = shape(KEEP, [message.slice(0, 60_000)]).records;
          expect(record?.message.toString()).toBe(message.slice(0, 60_000));
        }
      },
    ),
    { numRuns: 50 },
  );
});
