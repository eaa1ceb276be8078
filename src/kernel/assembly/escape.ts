/**
 * Message bytes -> the inside of a JSON string; the escapes are described in src/encode/json-escape.ts.
 *
 * 32 bytes are stored before it is known whether one of them needs an escape: then nothing has to be copied again where none
 * does, and the pointer steps back where one does.
 */
import { ESCAPE_LETTERS, SHUFFLES, SPLATS } from './layout';

export const GAVE_UP: usize = 0;

const BACKSLASH: u8 = 0x5c;

/**
 * The caller has made sure that twice the message and 64 bytes fit. Control characters can take six times their length:
 * each block of 32 that has one looks again whether that, and twice what is left, ends before `limit`.
 *
 * @param trusted the text is valid UTF-8; otherwise it gives up if a byte is beyond ASCII
 * @returns the address after the text, or GAVE_UP
 */
export function escapeInto(start: usize, end: usize, target: usize, limit: u64, trusted: bool): usize {
  let from = start;
  let write = target;
  // All bytes or-ed: whether one of them is beyond ASCII. Those behind the end may say so wrongly; then TypeScript looks.
  let seen = i64x2(0, 0);
  const flip = v128.load(SPLATS);
  const space = v128.load(SPLATS, 16);
  const backslash = v128.load(SPLATS, 32);
  for (;;) {
    const one = v128.load(from);
    const two = v128.load(from, 16);
    v128.store(write, one);
    v128.store(write, two, 16);
    seen = v128.or(seen, v128.or(one, two));
    const specialsOne = specialsIn(one, flip, space, backslash);
    const specialsTwo = specialsIn(two, flip, space, backslash);
    const left = end - from;
    if (left > 32) {
      if (!v128.any_true(v128.or(specialsOne, specialsTwo))) {
        from += 32;
        write += 32;
        continue;
      }
    }
    // The last block, of 0 to 32 bytes, goes the same way as the others: one branch that cannot be predicted, not three.
    const step: usize = min(left, 32);
    const ones = <u32>i8x16.bitmask(specialsOne);
    const mask = <u32>(<u64>(ones | ((<u32>i8x16.bitmask(specialsTwo)) << 16)) & (((<u64>1) << step) - 1));
    if (mask == 0) {
      write += step;
    } else {
      const controls = v128.or(i8x16.lt_u(one, space), i8x16.lt_u(two, space));
      if (v128.any_true(controls)) {
        if (<u64>write + 192 + 2 * <u64>(left - step) > limit) return GAVE_UP;
        write = escapeSlowly(from, from + step, write);
      } else {
        write = insertBackslashes(one, backslash, mask & 0xffff, min<usize>(step, 16), write);
        if (step > 16) write = insertBackslashes(two, backslash, mask >> 16, step - 16, write);
      }
    }
    from += step;
    if (from == end) break;
  }
  return trusted || i8x16.bitmask(seen) == 0 ? write : GAVE_UP;
}

/** `^ 02` lays the quote (22) on 20 and leaves controls below 20, so one comparison finds both. */
function specialsIn(bytes: v128, flip: v128, space: v128, backslash: v128): v128 {
  return v128.or(i8x16.le_u(v128.xor(bytes, flip), space), i8x16.eq(bytes, backslash));
}

/**
 * 16 bytes with a backslash before each whose bit is set, by table: for 8 bits a shuffle that leaves room for the backslashes
 * and takes them from the upper half of its input. A branch for each escape cannot be predicted where JSON stands in JSON: a
 * record of that kind takes 90 ns so, and 820 with branches in TypeScript.
 */
function insertBackslashes(bytes: v128, backslashes: v128, mask: u32, step: usize, target: usize): usize {
  const low = mask & 0xff;
  const lowBytes = v128.shuffle<u64>(bytes, backslashes, 0, 2);
  v128.store(target, i8x16.swizzle(lowBytes, v128.load(SHUFFLES + ((<usize>low) << 4))));
  let write = target + min<usize>(step, 8) + <usize>popcnt(low);
  if (step <= 8) return write;
  const high = mask >> 8;
  const highBytes = v128.shuffle<u64>(bytes, backslashes, 1, 3);
  v128.store(write, i8x16.swizzle(highBytes, v128.load(SHUFFLES + ((<usize>high) << 4))));
  write += step - 8 + <usize>popcnt(high);
  return write;
}

/** Byte by byte: for blocks with control characters (a stack trace has one or two a line). */
function escapeSlowly(start: usize, end: usize, target: usize): usize {
  let write = target;
  for (let from = start; from < end; from++) {
    const byte = load<u8>(from);
    if (byte >= 0x20 && byte != 0x22 && byte != BACKSLASH) {
      store<u8>(write++, byte);
      continue;
    }
    store<u8>(write, BACKSLASH);
    const letter = byte >= 0x20 ? byte : load<u8>(ESCAPE_LETTERS + <usize>byte);
    store<u8>(write, letter, 1);
    write += 2;
    if (letter != 0x75) continue;
    store<u16>(write, 0x3030);
    store<u8>(write, 0x30 + (byte >> 4), 2);
    const digit = byte & 15;
    store<u8>(write, digit < 10 ? 0x30 + digit : 0x57 + digit, 3);
    write += 4;
  }
  return write;
}
