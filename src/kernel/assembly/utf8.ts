/**
 * Whether a text is valid UTF-8 (Unicode 17, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF), 16 bytes
 * at a time: John Keiser and Daniel Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte", 2021.
 *
 * Everything that can be wrong shows in two neighbouring bytes. Three tables, asked with the halves of those two bytes, say
 * each which faults are possible; a fault that all three see is one. What is left are the third and fourth bytes of a character.
 *
 * Halves are below 16, so the relaxed swizzle asks the tables just as the strict one does, in one instruction instead of three.
 */
import { LOW_NIBBLES, POSITIONS, UTF8_SPLATS, UTF8_TABLES } from './layout';

/** Reads up to 15 bytes behind the end. */
export function isUtf8(start: usize, end: usize): bool {
  const leadHigh = v128.load(UTF8_TABLES);
  const leadLow = v128.load(UTF8_TABLES, 16);
  const nextHigh = v128.load(UTF8_TABLES, 32);
  const nibble = v128.load(LOW_NIBBLES);
  // From memory, because V8 makes a constant anew wherever it is used.
  const continuations = v128.load(UTF8_SPLATS);
  const thirds = v128.load(UTF8_SPLATS, 16);
  const fourths = v128.load(UTF8_SPLATS, 32);
  let faults = i64x2(0, 0);
  let before = i64x2(0, 0);
  // One block more than is full, and zeros behind the end: so a character that the end cuts off is followed by something wrong.
  for (let at = start; at <= end; at += 16) {
    let block = v128.load(at);
    const left = end - at;
    if (left < 16) {
      block = v128.and(block, i8x16.lt_u(v128.load(POSITIONS), i8x16.splat(<i8>left)));
    }
    // biome-ignore format: sixteen neighbours in a row read better than one below the other
    const one = v128.shuffle<u8>(before, block, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
    // biome-ignore format: sixteen neighbours in a row read better than one below the other
    const two = v128.shuffle<u8>(before, block, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
    // biome-ignore format: sixteen neighbours in a row read better than one below the other
    const three = v128.shuffle<u8>(before, block, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
    const pairs = v128.and(
      v128.and(
        i8x16.relaxed_swizzle(leadHigh, upperHalves(one, nibble)),
        i8x16.relaxed_swizzle(leadLow, v128.and(one, nibble)),
      ),
      i8x16.relaxed_swizzle(nextHigh, upperHalves(block, nibble)),
    );
    const goesOn = v128.or(i8x16.sub_sat_u(two, thirds), i8x16.sub_sat_u(three, fourths));
    faults = v128.or(faults, v128.xor(v128.and(goesOn, continuations), pairs));
    before = block;
  }
  return !v128.any_true(faults);
}

/** Of each byte. V8 would make the mask anew for each `i8x16.shr_u`. */
function upperHalves(bytes: v128, nibble: v128): v128 {
  return v128.and(i16x8.shr_u(bytes, 4), nibble);
}
