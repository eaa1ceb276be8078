import { HEAD_BYTES } from '../core/identity.ts';
import { compareAges } from '../core/sighting.ts';
import { compareTimes, firstTimeNs } from './first-time.ts';
import type { Sighted } from './generation.ts';
import type { Source } from './source.ts';

/** A file, or the new content of a file that was cut, that is about to become a generation. */
export interface Newcomer {
  readonly sighted: Sighted;
  /** Whether a directory lists it; a file that was cut may have lost its name since. */
  readonly listed: boolean;
  readonly mtimeMs: number;
  readonly firstTimeNs: bigint | undefined;
  /** What a .gz's footer says; undefined where the source is plain, which is looked at. */
  readonly compressedSize: number | undefined;
  readonly head: Uint8Array;
  readonly source: Source;
}

/** The file of a generation that was cut. The generation itself may go on elsewhere, in a copy. */
export interface CutFile {
  /** What it was when the cut was noticed. */
  readonly was: Sighted;
  /** The descriptor that the generation held. */
  readonly source: Source;
  /** Where its new content is listed; undefined if it was removed or moved away since. */
  now: Sighted | undefined;
}

/** What was written into a file after it was cut. */
export const afterCut = ({ was, source, now }: CutFile): Newcomer => {
  const head = headOf(source);
  return {
    sighted: now ?? { ...was, age: { kind: 'shifted', number: 0 } },
    listed: now !== undefined,
    mtimeMs: source.look().mtimeMs,
    firstTimeNs: firstTimeNs(head),
    compressedSize: undefined,
    head,
    source,
  };
};

export const headOf = (source: Source): Uint8Array => {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    return head.subarray(0, source.read(head, 0, HEAD_BYTES, 0));
  } catch {
    // It only helps to put files in order; that it cannot be read is told when it is read.
    return head.subarray(0, 0);
  }
};

/** What was cut and then lost its name comes before a file that was made since it was last written to. */
const byBirth = (unlisted: Newcomer, { sighted }: Newcomer): number =>
  Number(sighted.identity.birthtimeNs / NANOSECONDS_A_MS) >= Math.floor(unlisted.mtimeMs) ? -1 : 1;

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
  return compareAges(a.sighted.age, b.sighted.age) || a.mtimeMs - b.mtimeMs;
};
