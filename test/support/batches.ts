import { type Allocate, allocateApart } from '../../src/core/allocate.ts';
import type { Batch, GenerationSeed } from '../../src/core/batch.ts';
import type { Gap } from '../../src/core/gap.ts';
import { type KubernetesOrigin, type Origin, streamKeyOf } from '../../src/core/origin.ts';
import { positionAt } from '../../src/core/position.ts';
import {
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  NANOSECONDS,
  RecordTable,
  SECONDS,
  SLOTS,
  SOURCE_OFFSET,
  STREAM_KNOWN,
  TIME_END,
  TIME_START,
} from '../../src/core/record-table.ts';

/** A record as a test wants to say it. */
export interface TestRecord {
  readonly message: string | Uint8Array;
  readonly time?: string;
  /** Default: stdout of a file that tells the stream. With JOINED the message is laid into the arena. */
  readonly flags?: number;
  readonly sourceOffset?: number;
  /** Ready JSON members for a row with FIELDS, each with a comma behind it. */
  readonly fields?: string;
}

export interface TestBatch {
  readonly records: readonly TestRecord[];
  readonly origin?: Origin;
  readonly gaps?: readonly Gap[];
  readonly seed?: GenerationSeed;
  readonly carriedSeed?: readonly [GenerationSeed, GenerationSeed];
  /** How many readable bytes follow the last message: a region has at least 64, a sink's copy may have none. */
  readonly slackBytes?: number;
  /** `raw`: the lines follow each other as in a raw file, and all have the first record's time. */
  readonly layout?: 'cri' | 'raw';
  /** What stands behind the last line of the input, as if a chunk had been cut there. */
  readonly inputTail?: Uint8Array;
  /** Where table and bytes are to lie. */
  readonly allocate?: Allocate;
}

const TEST_TIME = '2026-11-20T20:19:53.123456789Z';

export const testOrigin: KubernetesOrigin = {
  kind: 'kubernetes',
  namespace: 'shop',
  pod: 'web-0',
  uid: '0b1c3f6e-5a55-4f0e-9d2c-0a4f5cf0c1de',
  container: 'app',
  containerId: 'c0ffee'.padEnd(64, '0'),
  restart: 2,
  host: 'node-a',
};

/** Lays records out as a reader does: lines in the input, joined messages in the arena, all indexes into the same bytes. */
export const makeBatch = (options: TestBatch): Batch => {
  const origin = options.origin ?? testOrigin;
  const seed = options.seed ?? { high: 0x01234567, low: 0x89abcdef | 0 };
  const table = new RecordTable(Math.max(1, options.records.length), options.allocate);
  const bytes = new Pieces();
  const raw = options.layout === 'raw';
  if (raw) bytes.add(options.records[0]?.time ?? TEST_TIME);
  const observedEnd = bytes.length;
  for (const record of options.records) {
    const row = table.rows++;
    const slot = row * SLOTS;
    const flags = record.flags ?? STREAM_KNOWN;
    table.ints[slot + TIME_START] = raw ? 0 : bytes.length;
    if (!raw) bytes.add(record.time ?? TEST_TIME);
    table.ints[slot + TIME_END] = raw ? observedEnd : bytes.length;
    if (!raw) bytes.add(' stdout F ');
    if ((flags & JOINED) === 0) {
      table.ints[slot + MESSAGE_START] = bytes.length;
      bytes.add(record.message);
      table.ints[slot + MESSAGE_END] = bytes.length;
    }
    bytes.add('\n');
    table.ints[slot + FLAGS] = flags;
    table.ints[slot + NANOSECONDS] = 123_456_789;
    table.floats[row * FLOATS + SOURCE_OFFSET] = record.sourceOffset ?? row * 100;
    table.floats[row * FLOATS + SECONDS] = 1_795_205_993;
    table.messageBytes += Buffer.byteLength(record.message);
    if ((flags & JOINED) !== 0) table.joinedRows++;
  }
  bytes.add(options.inputTail ?? '');
  const inputEnd = bytes.length;
  for (const [row, record] of options.records.entries()) {
    if (((record.flags ?? STREAM_KNOWN) & JOINED) !== 0) {
      table.ints[row * SLOTS + MESSAGE_START] = bytes.length;
      bytes.add(record.message);
      table.ints[row * SLOTS + MESSAGE_END] = bytes.length;
    }
    if (record.fields !== undefined) addFields(bytes, table, row, record.fields);
  }
  bytes.add(new Uint8Array(options.slackBytes ?? 64));
  return {
    streamKey: streamKeyOf(origin),
    origin,
    bytes: bytes.joined(options.allocate ?? allocateApart),
    table,
    inputStart: 0,
    inputEnd,
    seed,
    carriedSeed: options.carriedSeed ?? [seed, seed],
    gaps: options.gaps ?? [],
    oversizeBytes: 0,
    end: positionAt(1, inputEnd),
  };
};

const addFields = (bytes: Pieces, table: RecordTable, row: number, fields: string): void => {
  const start = bytes.length;
  bytes.add(fields);
  table.ints[row * SLOTS + FLAGS] = (table.ints[row * SLOTS + FLAGS] ?? 0) | FIELDS;
  table.ints[row * SLOTS + FIELDS_START] = start;
  table.ints[row * SLOTS + FIELDS_END] = bytes.length;
  table.fieldsBytes += bytes.length - start;
};

class Pieces {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  add(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }

  joined(allocate: Allocate): Uint8Array {
    const bytes = allocate(this.length);
    bytes.set(Buffer.concat(this.#pieces));
    return bytes;
  }
}
