import { isUtf8 } from 'node:buffer';
import type { Batch } from '../core/batch.ts';
import { FLAGS, JOINED, MESSAGE_END, MESSAGE_START, SLOTS } from '../core/record-table.ts';

/** All messages that lie in the input together make valid UTF-8 with what stands between them. */
const INPUT_TRUSTED = 1;
/** The same for the messages in the arena. */
const ARENA_TRUSTED = 2;
/** Nobody has looked: each message is checked by itself. */
export const UNCHECKED = 0;

/**
 * Checks the text of a whole batch with two calls (isUtf8 over 256 KiB takes 2 µs), so that ordinary rows need no check
 * of their own, which costs a subarray and about 100 ns each.
 *
 * What is checked is the span from the first message to the last, not the chunk as it was read: a chunk that ends in the
 * middle of a character is ordinary, a message that does is not.
 *
 * @returns what `isTrusted` wants to know of the batch
 */
export const checkText = (batch: Batch): number => {
  return (isSpanUtf8(batch, 0) ? INPUT_TRUSTED : 0) | (isSpanUtf8(batch, JOINED) ? ARENA_TRUSTED : 0);
};

/** From the first to the last message that lies in the arena (JOINED) or in the input (0): they are in order. */
const isSpanUtf8 = ({ bytes, table }: Batch, place: number): boolean => {
  const { ints, rows, joinedRows } = table;
  if (joinedRows === (place === JOINED ? 0 : rows)) return false;
  let first = 0;
  while (placeOf(ints, first) !== place) first++;
  let last = rows - 1;
  while (placeOf(ints, last) !== place) last--;
  const start = ints[first * SLOTS + MESSAGE_START] ?? 0;
  const end = ints[last * SLOTS + MESSAGE_END] ?? 0;
  return isUtf8(bytes.subarray(start, end));
};

const placeOf = (ints: Int32Array, row: number): number => (ints[row * SLOTS + FLAGS] ?? 0) & JOINED;

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/**
 * Whether a message is valid UTF-8. Part of a valid span is valid if it does not begin or end inside a character; only
 * where that does not settle it, the message is checked by itself.
 */
export const isTrusted = (
  trust: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
): boolean => {
  const spanTrusted = (trust & ((flags & JOINED) === 0 ? INPUT_TRUSTED : ARENA_TRUSTED)) !== 0;
  if (spanTrusted && !isContinuation(bytes[start]) && !isContinuation(bytes[end])) return true;
  if (start === end) return true;
  return isUtf8(bytes.subarray(start, end));
};

/**
 * Looks at the byte sequence that begins at `index` with a byte ≥ 0x80.
 *
 * @returns its length if it is one well-formed character; else minus the length of the *maximal subpart*: the bytes that
 *   one U+FFFD stands for (Unicode 17, section 3.9, table 3-7; the WHATWG decoder, and so Buffer.toString, do the same)
 */
export const sequenceLength = (bytes: Uint8Array, index: number, end: number): number => {
  const lead = bytes[index] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const second = index + 1 < end ? (bytes[index + 1] ?? 0) : 0;
  // Overlong forms (E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4) show in the second byte.
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return -1;
  if (lead < 0xe0) return 2;
  if (index + 2 >= end || !isContinuation(bytes[index + 2])) return -2;
  if (lead < 0xf0) return 3;
  if (index + 3 >= end || !isContinuation(bytes[index + 3])) return -3;
  return 4;
};
