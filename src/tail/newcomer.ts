import { EMPTY_MARKER } from '../core/identity.ts';
import { compareAges } from '../core/sighting.ts';
import { type Content, contentOf } from './content.ts';
import { compareTimes, firstTimeNs } from './first-time.ts';
import type { Sighted } from './generation.ts';
import type { Source } from './source.ts';

/** A file, or the new content of a file that was cut, that is about to become a generation. */
export interface Newcomer {
  readonly sighted: Sighted;
  /** Whether a directory lists it; a file that was cut may have lost its name since. */
  readonly listed: boolean;
  /** What was seen of it; of a .gz, what its head and its footer say. */
  readonly content: Content;
  readonly firstTimeNs: bigint | undefined;
  readonly source: Source;
}

/** The file of a generation that was cut. The generation itself may go on elsewhere, in a copy. */
export interface CutFile {
  /** What it was when the cut was noticed. */
  readonly was: Sighted;
  /** The descriptor that the generation held. */
  readonly source: Source;
  /** What stood in it when it was looked at last. */
  seen: Content;
  /** Where its new content is listed; undefined if it was removed or moved away since. */
  now: Sighted | undefined;
}

/** What was written into a file after it was cut. */
export const afterCut = ({ was, source, seen, now }: CutFile): Newcomer => ({
  sighted: now ?? { ...was, age: { kind: 'shifted', number: 0 } },
  listed: now !== undefined,
  content: seen,
  firstTimeNs: firstTimeNs(seen.head),
  source,
});

export const NOTHING: Content = { size: 0, head: new Uint8Array(0), tail: EMPTY_MARKER, mtimeMs: 0 };

/** That it cannot be read now is told when it is read; until then nothing is known of it. */
export const seenIn = (source: Source): Content => {
  try {
    return contentOf(source);
  } catch {
    return NOTHING;
  }
};

/** What was cut and then lost its name comes before a file that was made since it was last written to. */
const byBirth = (unlisted: Newcomer, { sighted }: Newcomer): number =>
  Number(sighted.identity.birthtimeNs / NANOSECONDS_A_MS) >= Math.floor(unlisted.content.mtimeMs) ? -1 : 1;

const NANOSECONDS_A_MS = 1_000_000n;

/**
 * Oldest first: by name; but where two have a first record's time, by that, because a clock step can misorder names. Files
 * without a time keep the places that their names give them: compared pair by pair they would lead in circles.
 */
export const inOrder = (newcomers: readonly Newcomer[]): readonly Newcomer[] => {
  const byName = newcomers.toSorted(compareNames);
  const timed = byName.filter(isTimed).toSorted((a, b) => compareTimes(a.firstTimeNs, b.firstTimeNs));
  let next = 0;
  return byName.map((newcomer) => (isTimed(newcomer) ? (timed[next++] ?? newcomer) : newcomer));
};

const isTimed = ({ sighted, firstTimeNs: time }: Newcomer): boolean =>
  sighted.age.kind !== 'live' && time !== undefined;

const compareNames = (a: Newcomer, b: Newcomer): number => {
  if (a.sighted.age.kind === 'live' || b.sighted.age.kind === 'live')
    return compareAges(a.sighted.age, b.sighted.age);
  if (a.listed !== b.listed) return a.listed ? -byBirth(b, a) : byBirth(a, b);
  const byAge = compareAges(a.sighted.age, b.sighted.age);
  const byTime = a.content.mtimeMs - b.content.mtimeMs;
  // Numbers without a name are those of different looks.
  return a.listed ? byAge || byTime : byTime || byAge;
};
