import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeBatch } from '../../support/batches.ts';
import { WASM } from '../../support/test-kernels.ts';

/** Which of these messages the kernel encodes: it leaves what is not valid UTF-8. */
const taken = (messages: readonly Uint8Array[]): boolean[] => {
  WASM.reset();
  const { kernel, allocate } = WASM;
  const batch = makeBatch({ records: messages.map((message) => ({ message })), allocate });
  const room = messages.reduce((sum, message) => sum + 6 * message.length + 400, 1000);
  const work = { batch, target: allocate(room), ending: Buffer.from('",}\n'), hasIds: false };
  const result = messages.map(() => true);
  for (let row = 0; ; row++) {
    row = kernel.encodeJson(work, row, 0);
    if (row === messages.length) return result;
    result[row] = false;
  }
};

/** Bytes at the borders of what the tables of the check tell apart, and one of each kind. */
const EDGES = [
  ...[
    0x20, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
    0xef,
  ],
  ...[0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff],
];

describe('the kernel takes exactly what is valid UTF-8', () => {
  beforeEach(() => WASM.reset());

  it('of all pairs of bytes', () => {
    for (let first = 0x80; first < 0x100; first++) {
      const messages = Array.from({ length: 256 }, (_, second) => Buffer.from([first, second]));
      expect(taken(messages)).toEqual(messages.map((message) => isUtf8(message)));
    }
  });

  it('of all sequences of three and four bytes at the borders, at every place of a block', () => {
    for (const first of EDGES.filter((byte) => byte >= 0xc0)) {
      for (const second of EDGES) {
        const ends = EDGES.flatMap((third) => [[third], ...EDGES.map((fourth) => [third, fourth])]);
        const messages = ends.map((end, index) =>
          Buffer.concat([Buffer.alloc((index + second) % 33, 'a'), Buffer.from([first, second, ...end])]),
        );
        expect(taken(messages)).toEqual(messages.map((message) => isUtf8(message)));
      }
    }
  });

  it('of any text, cut anywhere, with any byte changed', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.nat(), fc.nat(), fc.option(fc.nat())), { minLength: 1, maxLength: 20 }),
        (cases) => {
          const messages = cases.map(([whole, from, to, change]) => {
            const bytes = Buffer.from(whole);
            if (change !== null && bytes.length > 0) bytes[change % bytes.length] = change >> 8;
            return bytes.subarray(from % 4, Math.max(from % 4, bytes.length - (to % 4)));
          });
          expect(taken(messages)).toEqual(messages.map((message) => isUtf8(message)));
        },
      ),
    );
  });
});
