import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/deliver/sink.ts';
import { batchOf, Delivery, rejected, transient } from '../../unit/deliver/delivery.ts';

type Step =
  | { readonly kind: 'batch'; readonly stream: string; readonly length: number }
  | { readonly kind: 'flush' }
  | { readonly kind: 'time'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      stream: fc.constantFrom('a', 'b'),
      length: fc.nat({ max: 60 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat({ max: 500 }) }) },
);
const answer = fc.constantFrom<Outcome>({ kind: 'delivered' }, transient('busy'), rejected);

test('every batch arrives once, in order and whole, or is in the ledger; positions never run ahead of what arrived', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.array(answer, { maxLength: 30 }),
      fc.integer({ min: 1, max: 200 }),
      async (steps, answers, inFlightBytes) => {
        const delivery = new Delivery({ inFlightBytes });
        const { sink, output } = delivery;
        for (const one of answers) sink.answers.push(one);
        const accepted: { readonly stream: string; readonly text: string; readonly end: number }[] = [];
        const ends = new Map<string, number>();
        const isConsistent = (): void => {
          const arrived = sink.written.join('').length + rejectedBytes(delivery);
          let bytes = 0;
          for (const { stream, text, end } of accepted) {
            bytes += text.length;
            if ((delivery.offsetOf(stream) ?? 0) >= end) expect(bytes).toBeLessThanOrEqual(arrived);
          }
        };
        for (const one of steps) {
          if (one.kind === 'flush') output.flush();
          if (one.kind === 'time') await delivery.clock.advance(one.ms);
          if (one.kind === 'batch' && output.hasCredit) {
            const text = `${accepted.length}`.padEnd(one.length, '.').concat('\n');
            const end = (ends.get(one.stream) ?? 0) + text.length;
            ends.set(one.stream, end);
            accepted.push({ stream: one.stream, text, end });
            output.accept(batchOf(one.stream, text, { end }));
          }
          isConsistent();
        }
        for (let round = 0; !output.isDelivered && round < 100; round++) {
          output.flush();
          await delivery.clock.advance(10_000);
        }
        expect(output.isDelivered).toBe(true);
        expect(output.hasCredit).toBe(true);
        for (const [stream, end] of ends) expect(delivery.offsetOf(stream)).toBe(end);
        const all = accepted.map(({ text }) => text).join('');
        expect(sink.written.join('').length + rejectedBytes(delivery)).toBe(all.length);
        // What arrived is what was accepted, less whole parcels that were refused.
        expect(isSubsequence(sink.written.join('').split('\n'), all.split('\n'))).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

const rejectedBytes = ({ ledger }: Delivery): number =>
  ledger.toRecord().gaps.find(({ reason }) => reason === 'rejected')?.bytes ?? 0;

const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0;
  for (const line of whole) if (part[at] === line) at++;
  return at === part.length;
};
