/**
 * Record ids: 64 bits that name a record for ever, so that a destination can drop what it was sent twice.
 *
 * The same bytes give the same id on every run and machine, however the input was cut into chunks. Hashed are, as 32-bit
 * words, least significant byte first:
 *
 *   seed (2 words: the stream's name and its generation's first line) | offset of the record's first byte in its
 *   generation (2 words) | the message (its last word filled up with zeros) | the message's length in bytes
 *
 * Two lanes of 32 bits take each word with multipliers of their own and are added into each other, so the state is one of
 * 64 bits; every step can be undone for a given word, so none forgets what came before. Only integer arithmetic (Math.imul,
 * shifts): a kernel in another language can do exactly the same. Not a defence against someone who wants two records to
 * have one id. Node 26: 100 ns for a message of 150 bytes; a quarter of it in WebAssembly (src/kernel/assembly/record-id.ts).
 *
 * Known limit: two files with the same stream name and first line, and the same line at the same offset, give the same id.
 * That is what a copied or restored file looks like too. CRI lines carry nanoseconds, so there it needs a real copy; raw
 * lines without a time that repeat themselves exactly from a file's start on can meet it.
 */
import type { Batch, GenerationSeed } from '../core/batch.ts';
import { STDERR_CHANNEL, STDOUT } from '../core/position.ts';
import {
  CARRIED,
  FLAGS,
  FLOATS,
  MESSAGE_END,
  MESSAGE_START,
  SLOTS,
  SOURCE_OFFSET,
  STDERR,
} from '../core/record-table.ts';

export const RECORD_ID_BYTES = 16;

/** The two halves of an id, as signed 32-bit integers. One object is used again and again. */
export interface RecordId {
  high: number;
  low: number;
}

/** Computes the id of a row into `id`. `view` is a view over `batch.bytes`. */
export const hashRecord = (batch: Batch, view: DataView, row: number, id: RecordId): void => {
  const { ints, floats } = batch.table;
  const slot = row * SLOTS;
  const seed = seedOf(batch, ints[slot + FLAGS] ?? 0);
  const offset = floats[row * FLOATS + SOURCE_OFFSET] ?? 0;
  const start = ints[slot + MESSAGE_START] ?? 0;
  const end = ints[slot + MESSAGE_END] ?? 0;

  id.high = seed.high | 0;
  id.low = seed.low | 0;
  // `| 0` takes a double modulo 2^32, so this is right up to 2^53.
  mix(id, offset | 0);
  mix(id, (offset / 0x1_0000_0000) | 0);
  const words = start + ((end - start) & ~3);
  mixSpan(id, view, start, words);
  let rest = 0;
  for (let index = end - 1; index >= words; index--) rest = (rest << 8) | view.getUint8(index);
  mix(id, rest);
  mix(id, end - start);
  finish(id);
};

/** Writes an id as 16 hex digits and returns the index after it. The caller has checked that it fits. */
export const putRecordId = (id: RecordId, target: Uint8Array, at: number): number => {
  for (let digit = 0; digit < 8; digit++) {
    const shift = 28 - 4 * digit;
    target[at + digit] = HEX[(id.high >>> shift) & 15] ?? 0;
    target[at + 8 + digit] = HEX[(id.low >>> shift) & 15] ?? 0;
  }
  return at + RECORD_ID_BYTES;
};

const HEX = Buffer.from('0123456789abcdef');

/** A record that began in an earlier generation is named by that one: its offset belongs there. */
const seedOf = (batch: Batch, flags: number): GenerationSeed => {
  if ((flags & CARRIED) === 0) return batch.seed;
  return batch.carriedSeed[(flags & STDERR) === 0 ? STDOUT : STDERR_CHANNEL];
};

const mix = (id: RecordId, word: number): void => {
  const high = id.high ^ Math.imul(word, 0xcc9e2d51);
  id.high = (((high << 15) | (high >>> 17)) + id.low) | 0;
  const low = id.low ^ Math.imul(word, 0x1b873593);
  id.low = (Math.imul((low << 13) | (low >>> 19), 5) + id.high) | 0;
};

/** `mix` for many words, with the state in local variables: four times quicker. */
const mixSpan = (id: RecordId, view: DataView, start: number, end: number): void => {
  let { high, low } = id;
  for (let index = start; index < end; index += 4) {
    const word = view.getInt32(index, true);
    high ^= Math.imul(word, 0xcc9e2d51);
    high = (((high << 15) | (high >>> 17)) + low) | 0;
    low ^= Math.imul(word, 0x1b873593);
    low = (Math.imul((low << 13) | (low >>> 19), 5) + high) | 0;
  }
  id.high = high;
  id.low = low;
};

/** Spreads every bit of the state over all 64 bits of the id. */
const finish = (id: RecordId): void => {
  id.high = avalanche(id.high + id.low);
  id.low = avalanche(id.low + id.high);
  id.high = (id.high + id.low) | 0;
};

const avalanche = (value: number): number => {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
};
