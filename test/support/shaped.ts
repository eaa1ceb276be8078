import { randomInt } from 'node:crypto';
import {
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  RecordTable,
  SLOTS,
  STREAM_KNOWN,
} from '../../src/core/record-table.ts';
import { Region } from '../../src/core/region.ts';
import type { ShapeCounts } from '../../src/core/treatment.ts';
import { parseLabelSelector } from '../../src/enrich/label-selector.ts';
import { newShaping, type Shaping } from '../../src/shape/shaping.ts';
import type { Transform } from '../../src/shape/transforms.ts';
import { testOrigin } from './batches.ts';

export interface RawRecord {
  readonly message: string | Uint8Array;
  /** Default: stdout. With JOINED the message lies in the arena. */
  readonly flags?: number;
  readonly sourceOffset?: number;
}

export interface ShapedRecord {
  readonly message: Buffer;
  /** As an object; undefined if the row has none. */
  readonly fields: Record<string, unknown> | undefined;
  readonly fieldsText: string;
  readonly flags: number;
}

export interface Shaped extends ShapeCounts {
  readonly records: readonly ShapedRecord[];
  readonly table: RecordTable;
  readonly region: Region;
}

const MAX_MESSAGE_BYTES = 64 * 1024;

export const shapingOf = (transforms: readonly Transform[], maxMessageBytes = MAX_MESSAGE_BYTES): Shaping =>
  newShaping(transforms, maxMessageBytes, (text) => {
    const parsed = parseLabelSelector(text);
    if (parsed.kind === 'problem') throw new Error(parsed.problem);
    return parsed.value;
  });

/** Lays records out as decoders do, in just as much memory as shaping says that it needs, and shapes them. */
export const shape = (
  transforms: readonly Transform[] | Shaping,
  raw: readonly (RawRecord | string)[],
): Shaped => {
  const shaping = 'shaperFor' in transforms ? transforms : shapingOf(transforms);
  const records = raw.map((record) => (typeof record === 'string' ? { message: record } : record));
  const messages = records.map(({ message }) => Buffer.from(message));
  const total = messages.reduce((sum, { length }) => sum + length, 0);
  const inputBytes = total + messages.length + 8;
  const region = new Region(inputBytes, total + shaping.arenaBytes(total, records.length));
  const table = new RecordTable(Math.max(1, records.length));
  // What is left over from other batches must not matter.
  region.bytes.fill(randomInt(256));
  let input = region.inputStart;
  for (const [index, record] of records.entries()) {
    const message = messages[index] ?? Buffer.alloc(0);
    const flags = record.flags ?? STREAM_KNOWN;
    const start = (flags & JOINED) === 0 ? input : region.arenaUsed;
    region.bytes.set(message, start);
    if ((flags & JOINED) === 0) {
      input = start + message.length;
      region.bytes[input++] = 0x0a;
    } else region.arenaUsed += message.length;
    table.add({
      timeStart: 0,
      timeEnd: 0,
      messageStart: start,
      messageEnd: start + message.length,
      flags,
      nanoseconds: index,
      sourceOffset: record.sourceOffset ?? index * 100,
      seconds: 0,
    });
  }
  const counts = { droppedRecords: 0, droppedBytes: 0 };
  shaping.shaperFor(testOrigin, {})?.shape(region, table, counts);
  return { ...counts, records: shapedRecords(region, table), table, region };
};

const shapedRecords = ({ bytes }: Region, { ints, rows }: RecordTable): ShapedRecord[] =>
  Array.from({ length: rows }, (_, row) => {
    const slot = row * SLOTS;
    const flags = ints[slot + FLAGS] ?? 0;
    const fieldsText =
      (flags & FIELDS) === 0
        ? ''
        : bytes.subarray(ints[slot + FIELDS_START], ints[slot + FIELDS_END]).toString('utf8');
    return {
      message: Buffer.from(bytes.subarray(ints[slot + MESSAGE_START], ints[slot + MESSAGE_END])),
      fields:
        fieldsText === ''
          ? undefined
          : (JSON.parse(`{${fieldsText.slice(0, -1)}}`) as Record<string, unknown>),
      fieldsText,
      flags,
    };
  });

/** The texts of the messages that are left. */
export const messagesOf = ({ records }: Shaped): string[] => records.map(({ message }) => message.toString());

export const mergeJson = (of: Partial<Extract<Transform, { type: 'merge_json' }>> = {}): Transform => ({
  type: 'merge_json',
  log: 'keep',
  under: '',
  maxBytes: 64 * 1024,
  maxFields: 128,
  maxDepth: 8,
  match: [],
  ...of,
});

export const redact = (of: Partial<Extract<Transform, { type: 'redact' }>> = {}): Transform => ({
  type: 'redact',
  patterns: [],
  regexes: [],
  fields: [],
  match: [],
  ...of,
});

export const LEVEL: Transform = { type: 'level', match: [] };

/** Conditions that ask for nothing. */
export const ANYTHING = { contains: [], regex: null, levels: [], fields: [], stream: null } as const;
