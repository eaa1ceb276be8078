/**
 * Rows -> their messages, each with a newline behind it. It stops at the first row that might not fit: what it copies goes up
 * to 63 bytes beyond its end. src/encode/raw.ts encodes that row, or says that there is no room, and calls again.
 */
import { copyBlocks } from './copy';
import { INTS_SHIFT, MESSAGE_END, MESSAGE_START, RESULT_INDEX } from './layout';

const OVERRUN_BYTES: u64 = 64;
const NEWLINE: u8 = 0x0a;

/** Parameters and result as in json.ts. */
export function encodeRaw(base: usize, ints: usize, firstRow: i32, rows: i32, at: usize, limit: usize): i32 {
  let row = firstRow;
  let write = at;
  for (; row < rows; row++) {
    const slot = ints + ((<usize>row) << INTS_SHIFT);
    const start = load<u32>(slot, MESSAGE_START);
    const bytes = load<u32>(slot, MESSAGE_END) - start;
    if (<u64>write + <u64>bytes + 1 + OVERRUN_BYTES > <u64>limit) break;
    copyBlocks(base + start, write, bytes);
    write += bytes;
    store<u8>(write, NEWLINE);
    write++;
  }
  store<u32>(RESULT_INDEX, write);
  return row;
}
