import { alignedBytes } from '../core/allocate.ts';
import { LOG_KEY_TEXTS, TIME_KEY_TEXT } from '../core/json-keys.ts';

/**
 * The first page of the kernel's memory: what both sides of the call have to know. The picture of it, and the same numbers for
 * the other side, are in assembly/layout.ts.
 */
const PAGE_BYTES = 65_536;
export const RESERVED_BYTES = PAGE_BYTES;
/** Reads go up to 64 bytes beyond what they are for; and each of the two parts may be rounded up. */
const SLACK_BYTES = 128;

/** Results, as indexes of 32-bit integers. */
export const RESULT_INDEX = 0;
export const RESULT_MESSAGE_BYTES = 1;
export const RESULT_JOINED_ROWS = 2;
export const RESULT_ARENA = 3;
export const RESULT_ANY_FLAGS = 0;
export const RESULT_ALL_FLAGS = 1;
const KEYS = 16;
const KEY_ROOM_BYTES = 32;
const KEY_BYTES = 144;
const UTF8_SPLATS = 160;
const SPLATS = 288;
const ESCAPE_LETTERS = 384;
const LAST_CONTROL = 400;
const HEX_DIGITS = 416;
const LOW_NIBBLES = 432;
const UTF8_TABLES = 448;
const POSITIONS = 496;
const SHUFFLES = 512;
export const ENDING = 4608;
/** Longer endings are left to TypeScript. All names and ids take less than 1 KiB; the rest is for labels and annotations. */
export const MOST_ENDING_BYTES = 16_384;

export const PAIRS = 22_528;
export const FOUND = 24_576;
/** So many rows are looked at in one call: each may be found. */
export const MOST_FOUND = 8192;

/** How many pages hold this much beside the reserved one. */
export const pagesFor = (bytes: number): number =>
  Math.ceil((RESERVED_BYTES + alignedBytes(bytes) + SLACK_BYTES) / PAGE_BYTES);

/** Writes the constants that the kernel reads. */
export const layConstants = (memory: ArrayBuffer): void => {
  const bytes = Buffer.from(memory, 0, RESERVED_BYTES);
  for (const [index, text] of [TIME_KEY_TEXT, ...LOG_KEY_TEXTS].entries()) {
    bytes.write(text, KEYS + index * KEY_ROOM_BYTES, 'latin1');
    bytes.writeInt32LE(text.length, KEY_BYTES + index * 4);
  }
  for (const [index, byte] of [0x02, 0x20, 0x5c, 0x0a, 0x30, 0x09].entries())
    bytes.fill(byte, SPLATS + 16 * index, SPLATS + 16 * (index + 1));
  bytes.fill(0x1f, LAST_CONTROL, LAST_CONTROL + 16);
  bytes.write('0123456789abcdef', HEX_DIGITS, 'latin1');
  bytes.fill(0x0f, LOW_NIBBLES, LOW_NIBBLES + 16);
  for (const [byte, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr'].map((pair) => Buffer.from(pair)))
    bytes[ESCAPE_LETTERS + (byte ?? 0)] = letter ?? 0;
  for (const [index, byte] of [TWO_CONTINUATIONS, 0xe0 - 0x80, 0xf0 - 0x80].entries())
    bytes.fill(byte, UTF8_SPLATS + 16 * index, UTF8_SPLATS + 16 * (index + 1));
  bytes.set([...LEAD_HIGH, ...LEAD_LOW, ...NEXT_HIGH], UTF8_TABLES);
  for (let position = 0; position < 16; position++) bytes[POSITIONS + position] = position;
  for (let mask = 0; mask < 256; mask++) layShuffle(bytes, SHUFFLES + 16 * mask, mask);
};

/**
 * What can be wrong with two neighbouring bytes of UTF-8, a bit each; see assembly/utf8.ts. By the upper half of the first byte, by
 * its lower half, and by the upper half of the second.
 */
const TOO_SHORT = 0x01;
const TOO_LONG = 0x02;
const OVERLONG_3 = 0x04;
const TOO_LARGE = 0x08;
const SURROGATE = 0x10;
const OVERLONG_2 = 0x20;
/** F0 80 to F0 8F, and F5 80 and above: told apart by the lower half of the first byte. */
const OVERLONG_4 = 0x40;
const TWO_CONTINUATIONS = 0x80;
const ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
const ABOVE_F4 = ANY_LOW | TOO_LARGE | OVERLONG_4;

const table = (size: number, at: (half: number) => number): number[] =>
  Array.from({ length: size }, (_, half) => at(half));

const LEAD_HIGH = table(16, (half) => {
  if (half < 0x8) return TOO_LONG;
  if (half < 0xc) return TWO_CONTINUATIONS;
  if (half === 0xc) return TOO_SHORT | OVERLONG_2;
  if (half === 0xd) return TOO_SHORT;
  return half === 0xe ? TOO_SHORT | OVERLONG_3 | SURROGATE : TOO_SHORT | TOO_LARGE | OVERLONG_4;
});
const LEAD_LOW = table(16, (half) => {
  if (half === 0) return ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4;
  if (half === 1) return ANY_LOW | OVERLONG_2;
  if (half < 4) return ANY_LOW;
  if (half === 4) return ANY_LOW | TOO_LARGE;
  return half === 0xd ? ABOVE_F4 | SURROGATE : ABOVE_F4;
});
const NEXT_HIGH = table(16, (half) => {
  if (half < 0x8 || half > 0xb) return TOO_SHORT;
  const common = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
  if (half === 0x8) return common | OVERLONG_3 | OVERLONG_4;
  return half === 0x9 ? common | OVERLONG_3 | TOO_LARGE : common | SURROGATE | TOO_LARGE;
});

/** Takes byte n of the input to its place, and a backslash (bytes 8 to 15 of the input) before it if bit n of the mask is set. */
const layShuffle = (bytes: Buffer, at: number, mask: number): void => {
  const BACKSLASH_SOURCE = 8;
  let write = at;
  for (let bit = 0; bit < 8; bit++) {
    if (((mask >> bit) & 1) === 1) bytes[write++] = BACKSLASH_SOURCE;
    bytes[write++] = bit;
  }
  bytes.fill(BACKSLASH_SOURCE, write, at + 16);
};
