import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_ROOM, type OutputFormat } from '../../../src/core/encoder.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch } from '../../support/batches.ts';
import { WASM } from '../../support/test-kernels.ts';
import { anyBatch } from './arbitraries.ts';

const CANARY = 0xa5;
const MARGIN_BYTES = 16;
const FORMATS: readonly OutputFormat[] = ['json', 'raw', 'cri', 'pretty', 'none'];

test.each(FORMATS)('%s fits exactly where it fits, and never writes outside its target', (format) => {
  fc.assert(
    fc.property(anyBatch, fc.boolean(), fc.nat({ max: 3 }), (plan, recordId, at) => {
      const { kernel, allocate } = WASM;
      WASM.reset();
      const batch = makeBatch({ ...plan, allocate });
      const encoder = createEncoder(format, { recordId, gapRecords: true, color: recordId }, kernel);
      const roomy = allocate(1 << 16);
      const need = encoder.encode(batch, roomy, 0);
      const memory = allocate(2 * MARGIN_BYTES + at + need + 8);
      // Every size near the borders, and a share of those between: all of them would only repeat the same few cases.
      const step = Math.max(1, Math.floor(need / 60));
      for (let size = 0; size <= need + 8; size += size + step < need - 40 ? step : 1) {
        memory.fill(CANARY);
        const target = memory.subarray(MARGIN_BYTES, MARGIN_BYTES + at + size);
        const end = encoder.encode(batch, target, at);
        expect(end).toBe(size >= need ? at + need : NO_ROOM);
        expect(memory.subarray(0, MARGIN_BYTES + at).every((byte) => byte === CANARY)).toBe(true);
        expect(memory.subarray(MARGIN_BYTES + at + size).every((byte) => byte === CANARY)).toBe(true);
        const written = end === NO_ROOM ? roomy.subarray(0, need) : target.subarray(at, end);
        expect(Buffer.compare(written, roomy.subarray(0, need))).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
});

test.each(FORMATS.filter((format) => format !== 'none'))(
  '%s answers NO_ROOM for a start behind the target',
  (format) => {
    const encoder = createEncoder(
      format,
      { recordId: false, gapRecords: true, color: false },
      typescriptKernel(),
    );
    const batch = makeBatch({ records: [{ message: 'x' }] });
    expect(encoder.encode(batch, new Uint8Array(4), 4)).toBe(NO_ROOM);
    expect(encoder.encode(batch, new Uint8Array(4), 9)).toBe(NO_ROOM);
  },
);

test.each(FORMATS)('%s estimates enough for text as containers write it', (format) => {
  const words = fc.array(fc.constantFrom('GET', '/cart', '200', 'é', '漢字', '"quoted"', '{"a":1}'), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.array(words, { maxLength: 20 }), fc.boolean(), (messages, recordId) => {
      const records = messages.map((message) => ({
        message: message.join(' - '),
        ...(message.length % 2 === 0 ? { fields: `"words":${JSON.stringify(message)},`.repeat(4) } : {}),
      }));
      const batch = makeBatch({ records });
      const encoder = createEncoder(format, { recordId, gapRecords: true, color: true }, typescriptKernel());
      const need = encoder.encode(batch, new Uint8Array(1 << 18), 0);
      expect(encoder.estimate(batch)).toBeGreaterThanOrEqual(need);
    }),
  );
});
