import { expect, test } from 'vitest';
import type { Batch } from '../../../src/core/batch.ts';
import type { OutputFormat } from '../../../src/core/encoder.ts';
import type { Gap } from '../../../src/core/gap.ts';
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
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch } from '../../support/batches.ts';

const encode = (format: OutputFormat, batch: Batch, observedTime?: () => string): string => {
  const encoder = createEncoder(
    format,
    { recordId: true, gapRecords: true, color: false, observedTime },
    typescriptKernel(),
  );
  const target = new Uint8Array(8192);
  return Buffer.from(target.subarray(0, encoder.encode(batch, target, 0))).toString();
};

const gap: Gap = { reason: 'truncated', bytes: 7, generation: 1, file: '0\n.log', from: 0 };
const time = '2026-11-20T20:19:53.1Z';

test('raw is the message and a newline, and says nothing of gaps', () => {
  const batch = makeBatch({
    gaps: [gap],
    records: [{ message: 'a "b"' }, { message: 'c\nd', flags: JOINED }],
  });
  expect(encode('raw', batch)).toBe('a "b"\nc\nd\n');
});

test('raw keeps bytes that are not UTF-8', () => {
  const target = new Uint8Array(8);
  const encoder = createEncoder(
    'raw',
    { recordId: false, gapRecords: false, color: false },
    typescriptKernel(),
  );
  expect(encoder.encode(makeBatch({ records: [{ message: Buffer.from([0xff, 0xc3]) }] }), target, 0)).toBe(3);
  expect([...target.subarray(0, 3)]).toEqual([0xff, 0xc3, 0x0a]);
});

test('raw copies what stands between two messages only where it is a newline', () => {
  const batch = makeBatch({ records: [{ message: 'a|b' }, { message: '' }] });
  const { ints } = batch.table;
  const start = ints[MESSAGE_START] ?? 0;
  ints[MESSAGE_END] = start + 1;
  ints[SLOTS + MESSAGE_START] = start + 2;
  ints[SLOTS + MESSAGE_END] = start + 3;
  expect(encode('raw', batch)).toBe('a\nb\n');
});

test('cri writes every record whole, with tag F, in its stream', () => {
  const records = [
    { message: 'out', time },
    { message: 'cut', time, flags: STREAM_KNOWN | STDERR | TRUNCATED | PARTIAL },
    { message: '', time, flags: 0 },
  ];
  expect(encode('cri', makeBatch({ records }))).toBe(
    `${time} stdout F out\n${time} stderr F cut\n${time} stdout F \n`,
  );
});

test('cri writes a message of several lines as the container did: line by line', () => {
  const records = [{ message: 'Traceback:\n  File\n', time, flags: STREAM_KNOWN | STDERR | JOINED }];
  expect(encode('cri', makeBatch({ records }))).toBe(
    `${time} stderr F Traceback:\n${time} stderr F   File\n${time} stderr F \n`,
  );
});

test('cri writes a gap as one line on stderr', () => {
  const text =
    '[birler] 7 bytes were not delivered: the file was truncated before it was read (0 .log from offset 0)\n';
  expect(encode('cri', makeBatch({ gaps: [gap], records: [{ message: 'x', time }] }))).toBe(
    `${time} stderr F ${text}${time} stdout F x\n`,
  );
  expect(encode('cri', makeBatch({ gaps: [gap], records: [] }), () => time)).toBe(`${time} stderr F ${text}`);
  expect(encode('cri', makeBatch({ gaps: [gap], records: [] }))).toBe(
    `1970-01-01T00:00:00Z stderr F ${text}`,
  );
});

test('none writes nothing, not even a gap', () => {
  expect(encode('none', makeBatch({ gaps: [gap], records: [{ message: 'x', time }] }))).toBe('');
});
