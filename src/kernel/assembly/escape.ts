/**
 * Message bytes -> the inside of a JSON string; the escapes are described in src/encode/json-escape.ts.
 *
 * 32 bytes are stored before it is known whether one of them needs an escape: then nothing has to be copied again where none
 * does, and the pointer steps back where one does.
 */
import { SHUFFLES, SPLATS } from './layout';
import { isUtf8 } from './utf8';

export const GAVE_UP: usize = 0;

/**
 * The caller has made sure that twice the message and 64 bytes fit. Control characters without a letter of their own take six
 * times their length: after each it looks again whether twice what is left ends before `limit`.
 *
 * @returns the address after the text, or GAVE_UP: it is not valid UTF-8, or too many of those
 */
export function escapeInto(start: usize, end: usize, target: usize, limit: u64): usize {
  let from = start;
  let write = target;
  // All bytes or-ed: whether one of them is beyond ASCII. Those behind the end may say so wrongly.
  let seen = i64x2(0, 0);
  const flip = v128.load(SPLATS);
  const space = v128.load(SPLATS, 16);
  const backslash = v128.load(SPLATS, 32);
  for (;;) {
    let one = v128.load(from);
    let two = v128.load(from, 16);
    v128.store(write, one);
    v128.store(write, two, 16);
    seen = v128.or(seen, v128.or(one, two));
    const specialsOne = specialsIn(one, flip, space, backslash);
    const specialsTwo = specialsIn(two, flip, space, backslash);
    const left = end - from;
    // The last block, of 0 to 32 bytes, goes the same way as the others: one branch that cannot be predicted, not three.
    let step: usize = min(left, 32);
    let mask = bitsOf(specialsOne, specialsTwo) & <u32>(((<u64>1) << step) - 1);
    if (mask == 0) {
      write += step;
      from += step;
      if (left <= 32) break;
      continue;
    }
    let long: u32 = 0;
    const last = v128.load(SPLATS, 112);
    const controlsOne = i8x16.le_u(one, last);
    const controlsTwo = i8x16.le_u(two, last);
    // The newline behind the text is one too, so the mask is asked.
    const controls = mask & bitsOf(controlsOne, controlsTwo);
    if (controls != 0) {
      const lettersOne = i8x16.swizzle(v128.load(SPLATS, 96), one);
      const lettersTwo = i8x16.swizzle(v128.load(SPLATS, 96), two);
      const none = i64x2(0, 0);
      const withoutOne = i8x16.eq(lettersOne, none);
      const withoutTwo = i8x16.eq(lettersTwo, none);
      one = v128.or(v128.and(one, withoutOne), lettersOne);
      two = v128.or(v128.and(two, withoutTwo), lettersTwo);
      long = controls & bitsOf(withoutOne, withoutTwo);
      if (long != 0) {
        // Up to the first of them it goes the short way.
        step = ctz(long);
        mask &= (1 << (<u32>step)) - 1;
      }
    }
    insertBackslashes(one, two, backslash, mask, write);
    write += step + <usize>popcnt(mask);
    from += step;
    if (long != 0) {
      write = escapeLong(load<u8>(from), write);
      from += 1;
      if (<u64>write + 2 * <u64>(end - from) > limit) return GAVE_UP;
    }
    if (from == end) break;
  }
  return i8x16.bitmask(seen) == 0 || isUtf8(start, end) ? write : GAVE_UP;
}

function bitsOf(one: v128, two: v128): u32 {
  return <u32>i8x16.bitmask(one) | ((<u32>i8x16.bitmask(two)) << 16);
}

/** `^ 02` lays the quote (22) on 20 and leaves controls below 20, so one comparison finds both. */
function specialsIn(bytes: v128, flip: v128, space: v128, backslash: v128): v128 {
  return v128.or(i8x16.le_u(v128.xor(bytes, flip), space), i8x16.eq(bytes, backslash));
}

/**
 * 32 bytes with a backslash before each whose bit is set, by table: for 8 bits a shuffle that leaves room for the backslashes
 * and takes them from the upper half of its input. A branch for each escape cannot be predicted where JSON stands in JSON: a
 * record of that kind takes 90 ns so, and 820 with branches in TypeScript.
 */
function insertBackslashes(one: v128, two: v128, backslashes: v128, mask: u32, target: usize): void {
  v128.store(target, spread(v128.shuffle<u64>(one, backslashes, 0, 2), mask & 0xff));
  // Each place by itself, so that none waits for the one before.
  const second = target + <usize>popcnt(mask & 0xff);
  v128.store(second, spread(v128.shuffle<u64>(one, backslashes, 1, 3), (mask >> 8) & 0xff), 8);
  const third = target + <usize>popcnt(mask & 0xffff);
  v128.store(third, spread(v128.shuffle<u64>(two, backslashes, 0, 2), (mask >> 16) & 0xff), 16);
  const fourth = target + <usize>popcnt(mask & 0xffffff);
  v128.store(fourth, spread(v128.shuffle<u64>(two, backslashes, 1, 3), mask >> 24), 24);
}

/** 8 bytes, and backslashes behind them -> up to 16 bytes. Relaxed: what the table says lies below 16, where all machines agree. */
function spread(bytes: v128, mask: u32): v128 {
  return i8x16.relaxed_swizzle(bytes, v128.load((<usize>mask) << 4, SHUFFLES));
}

/** `\u00XX` */
function escapeLong(byte: u8, target: usize): usize {
  store<u32>(target, 0x3030755c);
  store<u8>(target, 0x30 + (byte >> 4), 4);
  const digit = byte & 15;
  store<u8>(target, digit < 10 ? 0x30 + digit : 0x57 + digit, 5);
  return target + 6;
}
