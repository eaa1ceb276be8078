import { shortHash } from '../core/hash.ts';
import type { FileRecord } from '../core/identity.ts';
import type { Files } from '../system/system.ts';
import { holdsRecord } from './candidate.ts';
import type { Generation } from './generation.ts';
import { keyOf } from './inspection.ts';
import type { Observation } from './observation.ts';

/**
 * Files that were seen and not judged, that nobody held, and that are gone: nobody has read them. An agent that stopped, or
 * that had no descriptor for them, knows of them what its checkpoint says. They are no loss if their bytes are elsewhere: in a file
 * that they were copied from or into, or in their compressed form. Throws nothing: what cannot be read proves nothing.
 */
export const findLost = ({ stream, candidates, lost }: Observation, files: Files): void => {
  const seen = [...candidates, ...stream.generations.map(({ sighted }) => sighted)];
  const keys = new Set(seen.map(({ identity }) => keyOf(identity)));
  for (const record of stream.postponed.takeMissed(keys)) {
    const isElsewhere =
      stream.generations.some((generation) => quietly(() => beginsWithRecord(generation, record))) ||
      candidates.some((candidate) => quietly(() => holdsRecord(files, candidate, record)));
    if (!isElsewhere) lost.push(record);
  }
};

/** Whether a generation begins with all that is known of a plain file: that one was a copy of it. */
const beginsWithRecord = (generation: Generation, { compressed, head, size, tail }: FileRecord): boolean => {
  if (compressed || head.length === 0) return false;
  const known = generation.toRecord();
  if (known.head.length === head.length && known.size === size)
    return known.head.hash === head.hash && known.tail === tail;
  const { isOpen, isCompressedSource, isEnded } = generation;
  if (!isOpen || isCompressedSource || isEnded || generation.size < size) return false;
  const bytes = Buffer.alloc(head.length);
  const count = generation.read(bytes, 0, head.length, 0);
  return shortHash(bytes.subarray(0, count)) === head.hash && generation.markerBefore(size) === tail;
};

const quietly = (isProven: () => boolean): boolean => {
  try {
    return isProven();
  } catch {
    return false;
  }
};
