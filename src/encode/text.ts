import { NO_ROOM } from '../core/encoder.ts';

const encoder = new TextEncoder();

/** Writes a string as UTF-8 and returns the index after it, or NO_ROOM. For what is rare: it costs a subarray and more. */
export const putText = (text: string, target: Uint8Array, at: number): number => {
  if (at > target.length) return NO_ROOM;
  const { read, written } = encoder.encodeInto(text, target.subarray(at));
  return read === text.length ? at + written : NO_ROOM;
};
