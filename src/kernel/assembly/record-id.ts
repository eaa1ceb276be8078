/**
 * Record ids; src/encode/record-id.ts says what they are made of, and this is the same with the same integers. Not for records
 * that began in an earlier generation.
 */
import { FLOATS_SHIFT, SOURCE_OFFSET, SPLATS } from './layout';

/** `","id":"` as a little-endian word. */
const ID_KEY: u64 = 0x223a226469222c22;
const HIGH_FACTOR: i32 = 0xcc9e2d51;
const LOW_FACTOR: i32 = 0x1b873593;

/** Closes the message and writes the id: 24 bytes, without the quote behind it. @returns the address after them */
export function putId(
  start: usize,
  end: usize,
  floats: usize,
  row: i32,
  seedHigh: i32,
  seedLow: i32,
  target: usize,
): usize {
  const offset = load<f64>(floats + ((<usize>row) << FLOATS_SHIFT), SOURCE_OFFSET);
  let high = seedHigh;
  let low = seedLow;
  high = mixHigh(high, low, <i32>(<i64>offset));
  low = mixLow(low, high, <i32>(<i64>offset));
  const offsetHigh = <i32>(offset / 4294967296);
  high = mixHigh(high, low, offsetHigh);
  low = mixLow(low, high, offsetHigh);
  const words = start + ((end - start) & ~3);
  for (let at = start; at < words; at += 4) {
    const word = load<i32>(at);
    high = mixHigh(high, low, word);
    low = mixLow(low, high, word);
  }
  // 0 to 3 bytes are left; what stands behind them is cut off.
  const last = load<i32>(words) & ((1 << (8 * <i32>((end - start) & 3))) - 1);
  high = mixHigh(high, low, last);
  low = mixLow(low, high, last);
  const length = <i32>(end - start);
  high = mixHigh(high, low, length);
  low = mixLow(low, high, length);
  high = avalanche(high + low);
  low = avalanche(low + high);
  high += low;
  store<u64>(target, ID_KEY);
  putHex(((<u64>(<u32>high)) << 32) | <u64>(<u32>low), target + 8);
  return target + 24;
}

function mixHigh(high: i32, low: i32, word: i32): i32 {
  return rotl<i32>(high ^ (word * HIGH_FACTOR), 15) + low;
}

/** @param high the new one */
function mixLow(low: i32, high: i32, word: i32): i32 {
  return rotl<i32>(low ^ (word * LOW_FACTOR), 13) * 5 + high;
}

function avalanche(value: i32): i32 {
  const first = (value ^ (value >>> 16)) * <i32>0x85ebca6b;
  const second = (first ^ (first >>> 13)) * <i32>0xc2b2ae35;
  return second ^ (second >>> 16);
}

/** 16 digits, the highest first. */
function putHex(value: u64, target: usize): void {
  const nibbles = v128.load(SPLATS, 144);
  // All 8 bytes turned round: within pairs, pairs, halves.
  let bytes = ((value >> 8) & 0x00ff00ff00ff00ff) | ((value & 0x00ff00ff00ff00ff) << 8);
  bytes = ((bytes >> 16) & 0x0000ffff0000ffff) | ((bytes & 0x0000ffff0000ffff) << 16);
  bytes = rotl<u64>(bytes, 32);
  const lower = v128.and(i64x2.splat(bytes), nibbles);
  const upper = v128.and(i64x2.splat(bytes >> 4), nibbles);
  const digits = v128.shuffle<u8>(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  v128.store(target, i8x16.swizzle(v128.load(SPLATS, 128), digits));
}
