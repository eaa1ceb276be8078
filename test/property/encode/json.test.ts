import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../../src/core/batch.ts';
import { NO_ROOM } from '../../../src/core/encoder.ts';
import type { Gap } from '../../../src/core/gap.ts';
import { PARTIAL, STDERR, STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { escapeRepairing, escapeTrusted } from '../../../src/encode/json-escape.ts';
import { memoryOf } from '../../../src/encode/memory.ts';
import { makeBatch, type TestBatch, type TestRecord } from '../../support/batches.ts';
import { type TestKernel, TYPESCRIPT, WASM } from '../../support/test-kernels.ts';
import { anyBatch, messageOf } from './arbitraries.ts';

const CANARY = 0xa5;
const TARGET_BYTES = 1 << 16;

const encodedBy = (
  { kernel, allocate, reset, check }: TestKernel,
  plan: TestBatch,
  recordId = false,
): Buffer => {
  reset();
  const target = allocate(TARGET_BYTES);
  const encoder = createEncoder('json', { recordId, gapRecords: true, color: false }, kernel);
  const end = encoder.encode(makeBatch({ ...plan, allocate }), target, 0);
  expect(end).not.toBe(NO_ROOM);
  check();
  return Buffer.from(target.subarray(0, end));
};

/** By both kernels, which must agree. */
const encoded = (plan: TestBatch): Buffer => {
  const [output, reference] = [encodedBy(WASM, plan), encodedBy(TYPESCRIPT, plan)];
  expect(output.equals(reference)).toBe(true);
  return output;
};

const originFields = ({ origin }: Batch): object => {
  if (origin.kind === 'file') return { file: origin.file };
  const { namespace, pod, uid, container, containerId, restart, host, facts } = origin;
  const unknown = (text = ''): string | undefined => (text === '' ? undefined : text);
  const none = (texts: object = {}): object | undefined =>
    Object.keys(texts).length === 0 ? undefined : texts;
  return {
    kubernetes: {
      namespace_name: unknown(namespace),
      pod_name: unknown(pod),
      pod_id: unknown(uid),
      container_name: unknown(container),
      container_id: unknown(containerId),
      restart_count: restart,
      host: unknown(host),
      container_image: unknown(facts?.image),
      owner: facts?.owner,
      labels: none(facts?.labels),
      annotations: none(facts?.annotations),
      namespace_labels: none(facts?.namespaceLabels),
    },
  };
};

/** What a line should be, by the slow way: an object, and JSON.stringify. */
const recordLine = (record: TestRecord, batch: Batch): string => {
  const flags = record.flags ?? 0;
  const head = JSON.stringify({
    time: record.time,
    stream: (flags & STREAM_KNOWN) === 0 ? undefined : (flags & STDERR) === 0 ? 'stdout' : 'stderr',
    log: Buffer.from(record.message).toString('utf8'),
    partial: (flags & PARTIAL) === 0 ? undefined : true,
    truncated: (flags & TRUNCATED) === 0 ? undefined : true,
  });
  return `${head.slice(0, -1)},${record.fields ?? ''}${JSON.stringify(originFields(batch)).slice(1)}`;
};

const gapFields = ({ reason, bytes, file, generation, from }: Gap): object => ({
  reason,
  bytes,
  file,
  generation,
  from,
});

const expectedLines = (plan: TestBatch, batch: Batch): string =>
  plan.records.map((record) => `${recordLine(record, batch)}\n`).join('');

test('a batch is, byte for byte, what JSON.stringify makes of its records', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      const batch = makeBatch({ ...plan, gaps: [] });
      const output = encoded({ ...plan, gaps: [] });
      expect(output.toString('utf8')).toBe(expectedLines(plan, batch));
      expect(isUtf8(output)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('both kernels give the same ids', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      expect(encodedBy(WASM, plan, true).equals(encodedBy(TYPESCRIPT, plan, true))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a gap is a record of its own before the others', () => {
  fc.assert(
    fc.property(anyBatch, (plan) => {
      const batch = makeBatch(plan);
      const lines = encoded(plan).toString('utf8').split('\n');
      for (const [index, gap] of batch.gaps.entries()) {
        const line = JSON.parse(lines[index] ?? '') as Record<string, unknown>;
        expect(line['gap']).toEqual(gapFields(gap));
        expect(line['time']).toBe(plan.records[0]?.time);
        expect(line['log']).toContain(' not delivered: ');
        expect(JSON.stringify(line)).toContain(JSON.stringify(originFields(batch)).slice(1));
      }
      expect(lines.slice(batch.gaps.length).join('\n')).toBe(expectedLines(plan, batch));
    }),
    { numRuns: 300 },
  );
});

test('valid text is escaped alike by the quick and by the careful way, and as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.nat({ max: 9 }), (text, at) => {
      const bytes = Buffer.from(text);
      const slow = JSON.stringify(bytes.toString('utf8')).slice(1, -1);
      for (const escape of [escapeTrusted, escapeRepairing]) {
        const to = memoryOf(new Uint8Array(600));
        const end = escape(memoryOf(bytes), 0, bytes.length, to, at, 600);
        expect(Buffer.from(to.bytes.subarray(at, end)).toString('utf8')).toBe(slow);
      }
    }),
    { numRuns: 2000 },
  );
});

test('both ways keep to their room, to the byte', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), messageOf(true), (text, anything) => {
      for (const [escape, bytes] of [
        [escapeTrusted, Buffer.from(text)],
        [escapeRepairing, Buffer.from(text)],
        [escapeRepairing, anything],
      ] as const) {
        const from = memoryOf(bytes);
        const need = escape(from, 0, bytes.length, memoryOf(new Uint8Array(4096)), 0, 4096);
        const to = memoryOf(new Uint8Array(need + 24));
        for (let room = 0; room <= need + 8; room++) {
          to.bytes.fill(CANARY);
          const end = escape(from, 0, bytes.length, to, 8, 8 + room);
          expect(end).toBe(room < need ? NO_ROOM : 8 + need);
          expect(to.bytes.subarray(0, 8).every((byte) => byte === CANARY)).toBe(true);
          expect(to.bytes.subarray(8 + room).every((byte) => byte === CANARY)).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a message at any place of the batch comes out the same, whatever stands before and behind it', () => {
  fc.assert(
    fc.property(messageOf(false), messageOf(false), messageOf(false), (before, message, behind) => {
      const lineOf = (records: readonly TestRecord[], index: number): string | undefined =>
        encoded({ records }).toString('utf8').split('\n')[index];
      expect(lineOf([{ message: before }, { message }, { message: behind }], 1)).toBe(
        lineOf([{ message }], 0),
      );
    }),
    { numRuns: 500 },
  );
});
