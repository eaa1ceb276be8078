import { describe, expect, it } from 'vitest';
import { createJsonEncoder } from '../../../src/encode/json.ts';
import { makeBatch, type TestRecord, testOrigin } from '../../support/batches.ts';
import { WASM } from '../../support/test-kernels.ts';

/** How many rows the kernel encodes by itself, of records whose lines end in so many bytes. */
const rowsTaken = (records: readonly TestRecord[], endingBytes = 300): number => {
  WASM.reset();
  const { kernel, allocate } = WASM;
  const batch = makeBatch({ records, allocate });
  const work = {
    ...{ batch, target: allocate(100_000), hasIds: false },
    ending: Buffer.alloc(endingBytes, '"'),
  };
  return kernel.encodeJson(work, 0, 0);
};

describe('the kernel takes', () => {
  it('rows with fields', () => {
    expect(rowsTaken([{ message: 'a', fields: '"level":"warn",' }, { message: 'b' }])).toBe(2);
  });

  it('lines with many labels', () => {
    expect(rowsTaken([{ message: 'a' }, { message: 'b' }], 16_000)).toBe(2);
    expect(rowsTaken([{ message: 'a' }], 17_000)).toBe(0);
  });
});

it('a pod with a few KiB of labels has the same line from both ways', () => {
  WASM.reset();
  const { kernel, allocate } = WASM;
  const labels = Object.fromEntries(
    Array.from({ length: 60 }, (_, label) => [`example.com/label-${label}`, 'x'.repeat(63)]),
  );
  const facts = { labels, annotations: {}, namespaceLabels: {}, owner: undefined, image: '' };
  const batch = makeBatch({
    origin: { ...testOrigin, facts },
    records: [{ message: 'a' }, { message: 'b' }],
    allocate,
  });
  const target = allocate(50_000);
  const encoder = createJsonEncoder({ recordId: false, gapRecords: false, color: false }, kernel);
  const lines = target
    .toString('utf8', 0, encoder.encode(batch, target, 0))
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ kubernetes: { labels } });
});
