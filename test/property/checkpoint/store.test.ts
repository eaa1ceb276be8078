import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines, sealLine } from '../../../src/checkpoint/journal.ts';
import { applyChange, type CheckpointChange, emptyState } from '../../../src/checkpoint/state.ts';
import { JOURNAL, SNAPSHOT } from '../../../src/checkpoint/store.ts';
import { NOTHING, StateWorld } from '../../unit/checkpoint/state-world.ts';
import { change } from './arbitraries.ts';

const written = async (changes: readonly CheckpointChange[]): Promise<StateWorld> => {
  const disk = new StateWorld();
  const store = await disk.open();
  for (const one of changes) await disk.done(store.commit(one));
  return disk;
};

/** The states after each commit, from none on. */
const statesOf = (changes: readonly CheckpointChange[]): unknown[] =>
  Array.from({ length: changes.length + 1 }, (_, count) => {
    const state = emptyState();
    for (const one of changes.slice(0, count)) applyChange(state, one);
    return state;
  });

test('flipped bits in the journal cost the entries behind them, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.nat({ max: 7 })), {
        minLength: 1,
        maxLength: 3,
      }),
      async (changes, flips) => {
        const disk = await written(changes);
        const journal = disk.read(JOURNAL);
        for (const [where, bit] of flips) {
          const at = Math.floor(where * journal.length);
          journal[at] = (journal[at] ?? 0) ^ (1 << bit);
        }
        disk.replace(JOURNAL, journal);
        const good = Math.max(0, readLines(journal).payloads.length - 1);
        const store = await disk.restart();
        // The first commit is the snapshot.
        expect(store.state).toEqual(statesOf(changes)[1 + good]);
      },
    ),
    { numRuns: 150 },
  );
});

test('any bytes at all are opened: what they prove counts, and the next commit stands', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 4 })
      .map((payloads) => Buffer.from(payloads.map(sealLine).join(''))),
    fc
      .array(
        fc.constantFrom(
          'birler 1 0',
          'birler 1 1',
          'birler 1 2',
          '{}',
          'null',
          '{"streams":{},"outputs":{}}',
          '{"streams":[],"outputs":[]}',
        ),
        { maxLength: 4 },
      )
      .map((payloads) => Buffer.from(payloads.map(sealLine).join(''))),
  );
  await fc.assert(
    fc.asyncProperty(bytes, bytes, change, async (snapshot, journal, next) => {
      const disk = new StateWorld();
      disk.replace(SNAPSHOT, snapshot);
      disk.replace(JOURNAL, journal);
      const store = await disk.open();
      expect(store.state).toEqual(NOTHING);
      await disk.done(store.commit(next));
      expect((await disk.restart()).state).toEqual(store.state);
    }),
    { numRuns: 200 },
  );
});

test('a crash at any call leaves the state of the last commit that was done, or of the one under way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('lost' as const, 'half' as const, 'whole' as const),
      async (changes, dieAtCall, unfinished) => {
        const disk = new StateWorld();
        const store = await disk.open();
        disk.calls.length = 0;
        disk.dieAtCall = dieAtCall;
        let done = 0;
        for (const one of changes) {
          const commit = store.commit(one).then(() => done++);
          commit.catch(() => undefined);
          await disk.world.clock.settle();
          if (!disk.running.process.isAlive) break;
        }
        const states = statesOf(changes);
        expect([states[done], states[done + 1] ?? states[done]]).toContainEqual(
          (await disk.restart(unfinished)).state,
        );
      },
    ),
    { numRuns: 150 },
  );
});
