/**
 * Rows -> JSON lines, for the rows that nearly all rows are; the lines are described in src/encode/json.ts:
 *
 *   {"time":"…",["stream":"stdout",]"log":"…",["id":"<16 hex>",][<fields>,]"kubernetes":{…}}\n
 *
 * It stops at the first row that is not so (PARTIAL or TRUNCATED, or CARRIED where ids are wanted), whose text is not valid
 * UTF-8, or that might not fit. src/encode/json.ts encodes that row, or says that there is no room, and calls again.
 */
import { copyBlocks } from './copy';
import { escapeInto, GAVE_UP } from './escape';
import {
  CARRIED,
  ENDING,
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  INTS_SHIFT,
  LOG_KEY_BYTES,
  LOG_KEYS,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  RESULT_INDEX,
  STDERR,
  STREAM_KNOWN,
  TIME_END,
  TIME_KEY,
  TIME_KEY_BYTES,
  TIME_START,
  TRUNCATED,
} from './layout';
import { putId } from './record-id';

/** Longer times are left to TypeScript: the time is copied with three stores. */
const MOST_TIME_BYTES: usize = 48;
/**
 * What a row takes beside twice its message and the ending, at most: time key 32, time 48, log key 32, id 32; and what the last
 * stores of its copies write beyond their end, at most 63 bytes.
 */
const OVERRUN_BYTES: u64 = 64;
const ID_BYTES: u64 = 32;
const ROW_BYTES: u64 = 112 + ID_BYTES + OVERRUN_BYTES;
/** `",` between the message and what follows. */
const QUOTE_COMMA_BYTES: usize = 2;

/**
 * @param base where the bytes begin that the rows' spans are indexes of
 * @param endingBytes how long the text at ENDING is: the end of a line and, behind it, the time key of the next
 * @param limit nothing is written at or behind this address
 * @param seedHigh with which the ids begin, if they are wanted
 * @returns the row at which it stopped; the address after the last byte of the row before is at RESULT_INDEX
 */
export function encodeJson(
  base: usize,
  ints: usize,
  floats: usize,
  firstRow: i32,
  rows: i32,
  endingBytes: usize,
  at: usize,
  limit: usize,
  withId: bool,
  seedHigh: i32,
  seedLow: i32,
): i32 {
  const leave = PARTIAL | TRUNCATED | (withId ? CARRIED : 0);
  const keyBytes = load<u32>(TIME_KEY_BYTES);
  const lineEndBytes = endingBytes - keyBytes;
  let row = firstRow;
  let lineEnd = at;
  if (at + 16 <= limit) v128.store(at, v128.load(TIME_KEY));
  for (; row < rows; row++) {
    const slot = ints + ((<usize>row) << INTS_SHIFT);
    const flags = load<i32>(slot, FLAGS);
    const start = base + load<u32>(slot, MESSAGE_START);
    const end = base + load<u32>(slot, MESSAGE_END);
    const timeStart = base + load<u32>(slot, TIME_START);
    const timeBytes = base + load<u32>(slot, TIME_END) - timeStart;
    const fieldsStart: usize = (flags & FIELDS) == 0 ? 0 : load<u32>(slot, FIELDS_START);
    const fieldsBytes: usize = (flags & FIELDS) == 0 ? 0 : load<u32>(slot, FIELDS_END) - fieldsStart;
    const need = <u64>(end - start) * 2 + <u64>fieldsBytes + <u64>endingBytes + ROW_BYTES;
    if ((flags & leave) != 0 || timeBytes > MOST_TIME_BYTES) break;
    if (<u64>lineEnd + need > <u64>limit) break;

    // The time key stands there already: it was copied with the ending of the row before.
    let write = lineEnd + keyBytes;
    v128.store(write, v128.load(timeStart));
    v128.store(write, v128.load(timeStart, 16), 16);
    if (timeBytes > 32) v128.store(write, v128.load(timeStart, 32), 32);
    write += timeBytes;

    const variant = (flags & STREAM_KNOWN) == 0 ? 0 : 1 + (flags & STDERR);
    const key = LOG_KEYS + ((<usize>variant) << 5);
    v128.store(write, v128.load(key));
    v128.store(write, v128.load(key, 16), 16);
    write += load<u32>(LOG_KEY_BYTES + ((<usize>variant) << 2));

    const messageLimit = <u64>limit - <u64>fieldsBytes - <u64>endingBytes - ID_BYTES - OVERRUN_BYTES;
    write = escapeInto(start, end, write, messageLimit);
    if (write == GAVE_UP) break;

    if (withId) write = putId(start, end, floats, row, seedHigh, seedLow, write);
    if (fieldsBytes == 0) {
      copyBlocks(ENDING, write, endingBytes);
      lineEnd = write + lineEndBytes;
    } else {
      store<u16>(write, load<u16>(ENDING));
      copyBlocks(base + fieldsStart, write + QUOTE_COMMA_BYTES, fieldsBytes);
      copyBlocks(
        ENDING + QUOTE_COMMA_BYTES,
        write + QUOTE_COMMA_BYTES + fieldsBytes,
        endingBytes - QUOTE_COMMA_BYTES,
      );
      lineEnd = write + fieldsBytes + lineEndBytes;
    }
  }
  store<u32>(RESULT_INDEX, lineEnd);
  return row;
}
