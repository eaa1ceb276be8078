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
export const RESULT_ANY_FLAGS = 0;
export const RESULT_ALL_FLAGS = 1;
const KEYS = 16;
const KEY_ROOM_BYTES = 32;
const KEY_BYTES = 144;
const SPLATS = 288;
const ESCAPE_LETTERS = 384;
const LAST_CONTROL = 400;
const HEX_DIGITS = 416;
const LOW_NIBBLES = 432;
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
  for (let mask = 0; mask < 256; mask++) layShuffle(bytes, SHUFFLES + 16 * mask, mask);
};

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
