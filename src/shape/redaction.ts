import type { SecretFinder } from './secret-finder.ts';
import { REPLACEMENT } from './transforms.ts';

const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const QUOTED = Buffer.from(`"${REPLACEMENT}"`);
const ASTERISK = 0x2a;
const QUOTE = 0x22;
const COLON = 0x3a;

/** The longest that a text can be after it was redacted. */
export const redactedBytes = (length: number): number => length + (length >> 1) + 16;

/**
 * Writes [start, end) to `target` without its secrets: each becomes `[redacted]`, or as many asterisks as it has bytes once
 * the text would become longer than `mostBytes`. A secret that is a bare value in JSON text is put into quotes, so
 * that JSON stays JSON. All other bytes stay as they are, valid UTF-8 or not.
 *
 * @returns the index after the last byte written, or -1 if nothing is to be hidden
 */
export const redactText = (
  finder: SecretFinder,
  bytes: Uint8Array,
  start: number,
  end: number,
  isCut: boolean,
  target: Uint8Array,
  at: number,
  mostBytes = redactedBytes(end - start),
): number => {
  if (!finder.find(bytes, start, end, isCut)) return -1;
  const limit = at + mostBytes;
  const isJson = bytes[start] === 0x7b || bytes[start] === 0x5b;
  let from = start;
  let write = at;
  for (const [index, spanStart] of finder.starts.entries()) {
    const spanEnd = finder.ends[index] ?? spanStart;
    write = copy(bytes, from, spanStart, target, write);
    from = spanEnd;
    const replacement =
      isJson && isBareValue(bytes, start, spanStart, spanEnd, end) ? QUOTED : REPLACEMENT_BYTES;
    if (write + replacement.length + (end - spanEnd) <= limit) {
      target.set(replacement, write);
      write += replacement.length;
    } else {
      target.fill(ASTERISK, write, write + (spanEnd - spanStart));
      write += spanEnd - spanStart;
    }
  }
  return copy(bytes, from, end, target, write);
};

const copy = (bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number => {
  target.set(bytes.subarray(from, to), at);
  return at + to - from;
};

/** `"key": 1234,`: a number, most likely. */
const isBareValue = (
  bytes: Uint8Array,
  textStart: number,
  start: number,
  end: number,
  textEnd: number,
): boolean => {
  let at = start - 1;
  while (at > textStart && bytes[at] === 0x20) at--;
  if (bytes[at] !== COLON || bytes[at - 1] !== QUOTE) return false;
  return end === textEnd || VALUE_ENDS.includes(bytes[end] ?? 0);
};

const VALUE_ENDS = [...Buffer.from(',}] \t\r\n')];
