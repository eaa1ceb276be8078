/**
 * JSON lines: one object a record, in the shape that the field's dashboards know. Keys always come in this order, and
 * those in brackets only where they apply:
 *
 *   {"time":"…",["stream":"stdout",]"log":"…",["partial":true,]["truncated":true,]["id":"<16 hex>",]
 *    [<fields>,]"kubernetes":{…}}\n
 *   {["time":"…",]"log":"birler: 1234 bytes were not delivered: …","gap":{…},"kubernetes":{…}}\n
 *
 * `"file":"…"` stands in the place of `"kubernetes"` where the file has no kubelet name. `time` is copied as the runtime
 * wrote it: the decoder has checked that it is a time, so nothing in it needs an escape. `partial` says that the record
 * was never closed, `truncated` that its end was cut off. Fields are what a row with FIELDS brings along, copied as they
 * stand. The output is valid UTF-8, whatever the input was.
 *
 * Node 26, one core, suffix of 300 bytes: 133 ns a record with messages of 150 bytes, ASCII or not; 200 ns in a chunk that
 * holds invalid UTF-8; 100 ns more with an id; messages that are dense JSON (a quote every five bytes) 600 ns.
 */
import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import { LOG_KEY_TEXTS, TIME_KEY_TEXT } from '../core/json-keys.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Origin } from '../core/origin.ts';
import {
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  SLOTS,
  STDERR,
  STREAM_KNOWN,
  TIME_END,
  TIME_START,
  TRUNCATED,
} from '../core/record-table.ts';
import { gapBytes, gapText, gapTime } from './gap-text.ts';
import { escapeRepairing, escapeTrusted } from './json-escape.ts';
import { copyShort, copySpan, type Memory, memoryOf, textMemory } from './memory.ts';
import type { EncoderOptions } from './options.ts';
import { originJson } from './origin-json.ts';
import { hashRecord, putRecordId, RECORD_ID_BYTES, type RecordId } from './record-id.ts';
import { putText } from './text.ts';
import { checkText, isTrusted, UNCHECKED } from './utf8.ts';

const TIME_KEY = textMemory(TIME_KEY_TEXT);
const [LOG, STDOUT_LOG, STDERR_LOG] = [
  textMemory(LOG_KEY_TEXTS[0]),
  textMemory(LOG_KEY_TEXTS[1]),
  textMemory(LOG_KEY_TEXTS[2]),
];
const PARTIAL_FLAG = textMemory('"partial":true,');
const TRUNCATED_FLAG = textMemory('"truncated":true,');
const ID_KEY = textMemory('"id":"');

/** Everything of a line that is neither suffix nor message nor time. */
const ROW_BYTES = TIME_KEY.bytes.length + STDOUT_LOG.bytes.length + 8;
/** A time with nanoseconds and a zone, which is the longest that a runtime writes. */
const TIME_BYTES = 35;

/** How a stream's lines end; made once per origin and remembered by reference. */
interface Ending {
  /** `","kubernetes":{…}}\n`, from the quote that closes the message. */
  readonly whole: Uint8Array;
  /** `"kubernetes":{…}}\n`: for a line that has more to say between the message and the origin. */
  readonly rest: Uint8Array;
}

export const createJsonEncoder = (options: EncoderOptions, kernel: Kernel): Encoder => {
  const endings = new WeakMap<Origin, Ending>();
  const endingOf = (origin: Origin): Ending => {
    const remembered = endings.get(origin);
    if (remembered !== undefined) return remembered;
    const whole = new TextEncoder().encode(`",${originJson(origin)}}\n`);
    const ending = { whole, rest: whole.subarray(2) };
    endings.set(origin, ending);
    return ending;
  };
  const id: RecordId | undefined = options.recordId ? { high: 0, low: 0 } : undefined;

  return {
    estimate: (batch) => {
      const suffix = endingOf(batch.origin).whole.length;
      const perRow = ROW_BYTES + TIME_BYTES + suffix + (options.recordId ? RECORD_ID_BYTES + 8 : 0);
      const messages = batch.table.messageBytes;
      // A quarter on top: JSON in JSON grows by a fifth, other text by next to nothing.
      const rows = batch.table.rows * perRow + messages + (messages >> 2) + batch.table.fieldsBytes;
      return options.gapRecords ? rows + gapBytes(batch.gaps, suffix + ROW_BYTES + TIME_BYTES) : rows;
    },

    encode: (batch, target, at) => {
      const ending = endingOf(batch.origin);
      let write = at;
      if (options.gapRecords && batch.gaps.length > 0) {
        write = putText(gapLines(batch, options), target, write);
        if (write === NO_ROOM) return NO_ROOM;
      }
      const from = memoryOf(batch.bytes);
      const to = memoryOf(target);
      const { rows } = batch.table;
      const work = { batch, target, ending: ending.whole, hasIds: id !== undefined };
      let trust = UNCHECKED;
      for (let row = 0; row < rows; row++) {
        row = kernel.encodeJson(work, row, write);
        write = kernel.written;
        if (row === rows) break;
        // A kernel that leaves the first row leaves them all, as a rule; one that does not checks the text as it goes.
        if (row === 0) trust = checkText(batch);
        write = encodeRow(batch, row, trust, ending, id, from, to, write);
        if (write === NO_ROOM) return NO_ROOM;
      }
      return write;
    },
  };
};

const encodeRow = (
  batch: Batch,
  row: number,
  trust: number,
  ending: Ending,
  id: RecordId | undefined,
  from: Memory,
  to: Memory,
  at: number,
): number => {
  const { ints } = batch.table;
  const slot = row * SLOTS;
  const timeStart = ints[slot + TIME_START] ?? 0;
  const timeEnd = ints[slot + TIME_END] ?? 0;
  const start = ints[slot + MESSAGE_START] ?? 0;
  const end = ints[slot + MESSAGE_END] ?? 0;
  const flags = ints[slot + FLAGS] ?? 0;
  const limit = to.bytes.length;

  const log = (flags & STREAM_KNOWN) === 0 ? LOG : (flags & STDERR) === 0 ? STDOUT_LOG : STDERR_LOG;
  if (at + TIME_KEY.bytes.length + (timeEnd - timeStart) + log.bytes.length > limit) return NO_ROOM;
  let write = copyShort(TIME_KEY, 0, TIME_KEY.bytes.length, to, at);
  write = copyShort(from, timeStart, timeEnd, to, write);
  write = copyShort(log, 0, log.bytes.length, to, write);

  write = isTrusted(trust, from.bytes, start, end, flags)
    ? escapeTrusted(from, start, end, to, write, limit)
    : escapeRepairing(from, start, end, to, write, limit);
  if (write === NO_ROOM) return NO_ROOM;

  let tail = ending.whole;
  if (id !== undefined || (flags & (PARTIAL | TRUNCATED | FIELDS)) !== 0) {
    if (id !== undefined) hashRecord(batch, from.view, row, id);
    write = putExtras(flags, id, to, write);
    if (write === NO_ROOM) return NO_ROOM;
    tail = ending.rest;
  }
  if ((flags & FIELDS) !== 0) {
    const fieldsStart = ints[slot + FIELDS_START] ?? 0;
    const fieldsEnd = ints[slot + FIELDS_END] ?? 0;
    if (write + (fieldsEnd - fieldsStart) > limit) return NO_ROOM;
    write = copySpan(from, fieldsStart, fieldsEnd, to, write);
  }
  if (write + tail.length > limit) return NO_ROOM;
  to.bytes.set(tail, write);
  return write + tail.length;
};

/** Closes the message, and writes what only some records or some outputs have. */
const putExtras = (flags: number, id: RecordId | undefined, to: Memory, at: number): number => {
  const partial = (flags & PARTIAL) === 0 ? 0 : PARTIAL_FLAG.bytes.length;
  const truncated = (flags & TRUNCATED) === 0 ? 0 : TRUNCATED_FLAG.bytes.length;
  const idBytes = id === undefined ? 0 : ID_KEY.bytes.length + RECORD_ID_BYTES + 2;
  if (at + 2 + partial + truncated + idBytes > to.bytes.length) return NO_ROOM;
  let write = putQuoteComma(to.bytes, at);
  write = copyShort(PARTIAL_FLAG, 0, partial, to, write);
  write = copyShort(TRUNCATED_FLAG, 0, truncated, to, write);
  if (id === undefined) return write;
  write = copyShort(ID_KEY, 0, ID_KEY.bytes.length, to, write);
  write = putRecordId(id, to.bytes, write);
  return putQuoteComma(to.bytes, write);
};

const putQuoteComma = (target: Uint8Array, at: number): number => {
  target[at] = 0x22;
  target[at + 1] = 0x2c;
  return at + 2;
};

const gapLines = (batch: Batch, options: EncoderOptions): string => {
  const time = gapTime(batch) || (options.observedTime?.() ?? '');
  const head = time === '' ? '{' : `{"time":${JSON.stringify(time)},`;
  const origin = originJson(batch.origin);
  let lines = '';
  for (const gap of batch.gaps) {
    const { reason, bytes, file, generation, from } = gap;
    const fields = JSON.stringify({ reason, bytes, file, generation, from });
    lines += `${head}"log":${JSON.stringify(`birler: ${gapText(gap)}`)},"gap":${fields},${origin}}\n`;
  }
  return lines;
};
