import { hash } from 'node:crypto';
import type { GenerationSeed } from './batch.ts';

/** A short, stable name for some bytes: the first 64 bits of their SHA-1, as 16 hex digits. */
export const shortHash = (bytes: Uint8Array): string => hash('sha1', bytes, 'hex').slice(0, 16);

/**
 * The seed of a generation's record ids.
 *
 * @param streamKey the stream's name, the same on every machine
 * @param firstLine the generation's first line without its newline, or its first 1,024 bytes if it is longer
 */
export const generationSeed = (streamKey: string, firstLine: Uint8Array): GenerationSeed => {
  const digest = hash('sha1', Buffer.concat([Buffer.from(`${streamKey}\n`), firstLine]), 'buffer');
  return { high: digest.readInt32LE(0), low: digest.readInt32LE(4) };
};
