import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines, sealLine } from '../../../src/checkpoint/journal.ts';
import {
  applyChange,
  type CheckpointChange,
  emptyState,
  formatEntry,
  parseEntry,
} from '../../../src/checkpoint/state.ts';
import { change } from './arbitraries.ts';

test('an entry says the same after it was written and read', () => {
  fc.assert(
    fc.property(change, (written) => {
      const line = sealLine(formatEntry(written));
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const { payloads } = readLines(Buffer.from(line));
      expect(payloads.map(parseEntry)).toEqual([written]);
    }),
    { numRuns: 400 },
  );
});

test('a snapshot says the same as all entries before it', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const state = applied(changes);
      expect(applied([parseEntry(formatEntry(state))])).toEqual(state);
    }),
    { numRuns: 200 },
  );
});

test('of every stream and output the last word counts, and of a forgotten stream nothing before it', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const state = applied(changes);
      for (const [index, { streams, outputs }] of changes.entries()) {
        const later = changes.slice(index + 1);
        for (const [key, stream] of streams) {
          if (later.some((other) => other.streams.has(key))) continue;
          expect(state.streams.get(key)).toEqual(stream);
        }
        for (const [name, { positions }] of outputs) {
          for (const [key, position] of positions) {
            const isOld = later.some(
              (other) => other.outputs.get(name)?.positions.has(key) === true || forgets(other, key),
            );
            if (!isOld) expect(state.outputs.get(name)?.positions.get(key)).toEqual(position);
          }
        }
      }
    }),
    { numRuns: 200 },
  );
});

const forgets = ({ streams }: CheckpointChange, key: string): boolean =>
  streams.has(key) && streams.get(key) === undefined;

const applied = (changes: readonly CheckpointChange[]) => {
  const state = emptyState();
  for (const one of changes) applyChange(state, one);
  return state;
};
