/**
 * CRI lines, as the container runtimes write them, with each record whole again:
 *
 *   <time as written> SP stdout|stderr SP F SP <message> LF
 *
 * - Every line has the tag F, also where the record was never closed or was cut: after a P a reader would wait for a rest
 *   that does not come, and join it with whatever comes next.
 * - A newline inside a message (records that were put together from several lines) ends the line: each line of the message
 *   becomes a line of its own, which is how the container wrote it. As pieces tagged P a reader would lose the newlines.
 * - Lines of a file that does not tell the std stream are stdout, at the time at which they were seen.
 * - Message bytes are untouched, valid UTF-8 or not.
 * - A gap is a line on stderr that begins with `[birler] `.
 */
import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import {
  FLAGS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  SLOTS,
  STDERR,
  TIME_END,
  TIME_START,
} from '../core/record-table.ts';
import { gapBytes, gapText, gapTime } from './gap-text.ts';
import { copyShort, copySpan, type Memory, memoryOf, textMemory } from './memory.ts';
import type { EncoderOptions } from './options.ts';
import { putText } from './text.ts';

const STDOUT_FULL = textMemory(' stdout F ');
const STDERR_FULL = textMemory(' stderr F ');
const NEWLINE = 0x0a;
/** A time with nanoseconds and a zone, the stream, the tag, the spaces and the newline. */
const ROW_BYTES = 35 + 10 + 1;
/** A CRI line cannot go without a time; this one stands where none is known. */
const NO_TIME = '1970-01-01T00:00:00Z';

export const createCriEncoder = (options: EncoderOptions): Encoder => ({
  estimate: (batch) => {
    const rows = batch.table.messageBytes + batch.table.rows * ROW_BYTES;
    return options.gapRecords ? rows + gapBytes(batch.gaps, ROW_BYTES) : rows;
  },

  encode: (batch, target, at) => {
    let write = at;
    if (options.gapRecords && batch.gaps.length > 0) {
      write = putText(gapLines(batch, options), target, write);
      if (write === NO_ROOM) return NO_ROOM;
    }
    const from = memoryOf(batch.bytes);
    const to = memoryOf(target);
    for (let row = 0; row < batch.table.rows; row++) {
      write = encodeRow(batch.table.ints, row, from, to, write);
      if (write === NO_ROOM) return NO_ROOM;
    }
    return write;
  },
});

const encodeRow = (ints: Int32Array, row: number, from: Memory, to: Memory, at: number): number => {
  const slot = row * SLOTS;
  const timeStart = ints[slot + TIME_START] ?? 0;
  const timeEnd = ints[slot + TIME_END] ?? 0;
  const end = ints[slot + MESSAGE_END] ?? 0;
  const flags = ints[slot + FLAGS] ?? 0;
  const middle = (flags & STDERR) === 0 ? STDOUT_FULL : STDERR_FULL;
  const headBytes = timeEnd - timeStart + middle.bytes.length;
  let lineStart = ints[slot + MESSAGE_START] ?? 0;
  let write = at;
  for (;;) {
    // What was not put together is one line of the input: there is no newline to look for.
    const lineEnd = (flags & JOINED) === 0 ? end : endOfLine(from, lineStart, end);
    if (write + headBytes + (lineEnd - lineStart) + 1 > to.bytes.length) return NO_ROOM;
    write = copyShort(from, timeStart, timeEnd, to, write);
    write = copyShort(middle, 0, middle.bytes.length, to, write);
    write = copySpan(from, lineStart, lineEnd, to, write);
    to.bytes[write++] = NEWLINE;
    if (lineEnd === end) return write;
    lineStart = lineEnd + 1;
  }
};

/** The index of the first newline in [start, end), or `end`. Four bytes at a time; `Uint8Array.indexOf` knows no end. */
const endOfLine = (from: Memory, start: number, end: number): number => {
  let index = start;
  for (const last = end - 4; index <= last; index += 4) {
    const word = from.view.getInt32(index, true) ^ 0x0a0a0a0a;
    if (((word - 0x01010101) & ~word & 0x80808080) !== 0) break;
  }
  while (index < end && from.bytes[index] !== NEWLINE) index++;
  return index;
};

const gapLines = (batch: Batch, options: EncoderOptions): string => {
  const time = gapTime(batch) || (options.observedTime?.() ?? NO_TIME);
  let lines = '';
  for (const gap of batch.gaps) lines += `${time} stderr F [birler] ${gapText(gap).replaceAll('\n', ' ')}\n`;
  return lines;
};
