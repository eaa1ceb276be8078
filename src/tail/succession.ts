import { compareAges } from '../core/sighting.ts';
import type { Candidate } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import { compareTimes, firstTimeNs } from './first-time.ts';
import type { Generation } from './generation.ts';

/** Where an unknown file stands in the order in which a stream's bytes were written. */

/** Whether the file at the live name is one that we know, uncut and in use: then no rotation has taken place. */
export const liveFileStays = (stream: ContainerStream): boolean =>
  stream.generations.some(({ listed, sighted, size, isEnded }) => {
    return listed && !isEnded && sighted.age.kind === 'live' && size > 0;
  });

/**
 * Whether an unknown rotated file comes after all that is known: when the live file is not the known one any more, it was
 * live itself since. Numbered names do not lie about age, as dates do when the clock was set back.
 */
export const isNext = (stream: ContainerStream, { file }: Candidate): boolean => {
  if (liveFileStays(stream)) return false;
  if (file.age.kind !== 'shifted') return true;
  return !stream.generations.some(({ listed, isEnded, sighted }) => {
    return listed && !isEnded && sighted.age.kind === 'shifted' && compareAges(file.age, sighted.age) < 0;
  });
};

/** Generations that are younger than the candidate: by their first records' times where both have one, else by name. */
export const youngerThan = (stream: ContainerStream, candidate: Candidate): readonly Generation[] =>
  stream.generations.filter((generation) => {
    if (!generation.listed || generation.isEnded) return false;
    const byTime = compareTimes(firstTimeNs(candidate.head), generation.firstTimeNs);
    const byName = compareAges(candidate.file.age, generation.sighted.age);
    return byTime === 0 ? byName < 0 : byTime < 0;
  });
