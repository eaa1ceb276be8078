import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  SLOTS,
  STDERR,
  STREAM_KNOWN,
  TRUNCATED,
} from '../../../src/core/record-table.ts';
import type { Transform } from '../../../src/shape/transforms.ts';
import {
  ANYTHING,
  LEVEL,
  mergeJson,
  type RawRecord,
  redact,
  shape,
  shapingOf,
} from '../../support/shaped.ts';

/** Small bounds, so that they are met. */
const anyTransform = fc.constantFrom<Transform>(
  mergeJson(),
  mergeJson({ log: 'message' }),
  mergeJson({ under: 'app', maxFields: 5, maxDepth: 2 }),
  mergeJson({ log: 'message', maxBytes: 64 }),
  LEVEL,
  {
    type: 'set',
    fields: [
      { name: 'a', value: 'é"\n' },
      { name: 'cluster', value: 'x'.repeat(50) },
    ],
    match: [],
  },
  { type: 'remove', fields: ['a*', '*b'], match: [] },
  { type: 'drop', ...ANYTHING, contains: ['aa', 'token'], match: [] },
  { type: 'drop', ...ANYTHING, levels: ['debug'], stream: 'stderr', match: [] },
  { type: 'keep', ...ANYTHING, regex: '[a-e0-9"]', match: [] },
  { type: 'sample', keepOneIn: 2, ...ANYTHING, fields: [{ name: 'a', value: '*' }], match: [] },
  redact(),
  redact({ patterns: ['email', 'ip_address'], regexes: ['[a-c]+', '.é'], fields: ['b*'] }),
);

const piece = fc.constantFrom(
  'a',
  'b',
  'é',
  '😀',
  ' ',
  '\n',
  '\u0000',
  '{"a":1}',
  '"',
  '\\',
  'password=x',
  '"token":',
  '{',
  '}',
  ':',
  ',',
  'level=debug',
  '[ERROR]',
  '4111111111111111',
  'a@b.cc',
  '10.0.0.1',
  'eyJhbGciOiJI.eyJz',
  '-----BEGIN PRIVATE KEY-----',
);
const json = fc
  .dictionary(
    fc.constantFrom(
      'a',
      'b',
      'time',
      'time_extracted',
      'id',
      'log',
      'level',
      'msg',
      'message',
      'token',
      'é',
      'q"',
    ),
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('pwd=1', 'debug', 30, '\ud800', 'x'.repeat(80))),
    { maxKeys: 8 },
  )
  .map((value) => JSON.stringify(value));
const anyRecord: fc.Arbitrary<RawRecord> = fc.record({
  message: fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.uint8Array({ maxLength: 30 }),
    json,
  ),
  flags: fc.constantFrom(0, JOINED, STDERR, JOINED | TRUNCATED, PARTIAL).map((flags) => flags | STREAM_KNOWN),
});

test('whatever is done to whatever records: there is room, rows stay in order, sums are right, fields are JSON', () => {
  fc.assert(
    fc.property(
      fc.array(anyTransform, { maxLength: 5 }),
      fc.array(anyRecord, { maxLength: 12 }),
      (transforms, records) => {
        const { records: shaped, table, region, droppedRecords, droppedBytes } = shape(transforms, records);
        expect(shaped.length + droppedRecords).toBe(records.length);
        expect(table.rows).toBe(shaped.length);
        expect(table.messageBytes).toBe(shaped.reduce((sum, { message }) => sum + message.length, 0));
        expect(table.fieldsBytes).toBe(
          shaped.reduce((sum, { fieldsText }) => sum + Buffer.byteLength(fieldsText), 0),
        );
        expect(table.joinedRows).toBe(shaped.filter(({ flags }) => (flags & JOINED) !== 0).length);
        if (!transforms.some(({ type }) => type === 'redact' || type === 'merge_json')) {
          expect(droppedBytes + table.messageBytes).toBe(
            records.reduce((sum, { message }) => sum + Buffer.from(message).length, 0),
          );
        }
        let [input, arena] = [0, region.arenaStart];
        for (let slot = 0; slot < table.rows * SLOTS; slot += SLOTS) {
          const [start = 0, end = 0] = [table.ints[slot + MESSAGE_START], table.ints[slot + MESSAGE_END]];
          const isJoined = ((table.ints[slot + 4] ?? 0) & JOINED) !== 0;
          expect(start).toBeGreaterThanOrEqual(isJoined ? arena : input);
          expect(end).toBeGreaterThanOrEqual(start);
          if (isJoined) arena = end;
          else input = end;
        }
        expect(region.arenaUsed).toBeLessThanOrEqual(region.arenaEnd);
        for (const { fieldsText, fields } of shaped) {
          expect(isUtf8(Buffer.from(fieldsText))).toBe(true);
          expect(fieldsText).not.toMatch(/[\n\r]|\ufffd/);
          // No name twice.
          if (fields !== undefined)
            expect(topLevelNames(fieldsText)).toHaveLength(Object.keys(fields).length);
        }
      },
    ),
    { numRuns: 3000 },
  );
});

/** The names of members, by a plain walk over the text. */
const topLevelNames = (text: string): string[] => {
  const names: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*":?|[[\]{}]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 0 && token.endsWith(':')) names.push(token);
  }
  return names;
};

test('a record becomes the same whoever its neighbours are', () => {
  fc.assert(
    fc.property(
      fc.array(anyTransform, { maxLength: 4 }),
      fc.array(anyRecord, { minLength: 1, maxLength: 8 }),
      (transforms, records) => {
        const shaping = shapingOf(transforms);
        const placed = records.map((record, index) => ({ ...record, sourceOffset: index * 100 }));
        const outcome = (some: readonly RawRecord[]): string[] =>
          shape(shaping, some).records.map(
            ({ message, fieldsText }) => `${message.toString('hex')} ${fieldsText}`,
          );
        expect(outcome(placed)).toEqual(placed.flatMap((record) => outcome([record])));
      },
    ),
    { numRuns: 500 },
  );
});
