import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  comparePositions,
  laterOf,
  lowWater,
  type Position,
  positionAt,
  samePosition,
} from '../../../src/core/position.ts';

const position: fc.Arbitrary<Position> = fc.record({
  generation: fc.nat({ max: 3 }),
  offset: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: Number.MAX_SAFE_INTEGER })),
});

/** The place among all bytes, in unbounded integers. */
const place = ({ generation, offset }: Position): bigint => BigInt(generation) * 2n ** 60n + BigInt(offset);

test('positions have the order of the bytes', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const order = place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0;
      expect(Math.sign(comparePositions(a, b))).toBe(order);
      expect(place(laterOf(a, b))).toBe(order >= 0 ? place(a) : place(b));
    }),
    { numRuns: 1000 },
  );
});

test('reading resumes at the lower of the two marks: no line behind it is still to come', () => {
  fc.assert(
    fc.property(position, position, (stdout, stderr) => {
      const low = lowWater({ stdout, stderr });
      expect(place(low) <= place(stdout) && place(low) <= place(stderr)).toBe(true);
      expect([place(stdout), place(stderr)]).toContain(place(low));
    }),
  );
});

test('stream positions are the same only if both marks are', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      const isSame = place(a) === place(b);
      expect(samePosition({ stdout: a, stderr: b }, { stdout: b, stderr: b })).toBe(isSame);
      expect(samePosition({ stdout: b, stderr: a }, { stdout: b, stderr: b })).toBe(isSame);
      const both = positionAt(a.generation, a.offset);
      expect(samePosition(both, { stdout: a, stderr: a })).toBe(true);
    }),
  );
});
