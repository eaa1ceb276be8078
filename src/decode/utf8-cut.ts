/** No UTF-8 sequence is longer. */
const MAX_SEQUENCE_BYTES = 4;

/**
 * Where to cut bytes that are longer than [start, limit), so that no character is cut in two: `limit`, or just before a
 * sequence that would go on beyond it. Only the bytes before the limit are looked at: a message that is joined from pieces
 * is cut at the same byte, wherever its pieces were cut. Bytes that are no UTF-8 are cut at the limit.
 */
export const cutAtCharacter = (bytes: Uint8Array, start: number, limit: number): number => {
  const lowest = Math.max(start, limit - (MAX_SEQUENCE_BYTES - 1));
  for (let index = limit - 1; index >= lowest; index--) {
    const byte = bytes[index] ?? 0;
    if (byte < 0x80) return limit;
    if (byte >= 0xc0) return index + sequenceBytes(byte) > limit ? index : limit;
  }
  return limit;
};

const sequenceBytes = (lead: number): number => {
  if (lead >= 0xf8) return 1;
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
};
