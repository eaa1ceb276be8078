import { HEAD_BYTES } from '../core/identity.ts';
import { compareAges, type SightedFile } from '../core/sighting.ts';
import { firstTimeMs } from './first-time.ts';
import type { Sighted } from './generation.ts';
import type { Source } from './source.ts';

/** A file, or the new content of a file that was cut, that is about to become a generation. */
export interface Newcomer {
  readonly sighted: Sighted;
  /** Whether a directory lists it; a file that was cut may have lost its name since. */
  readonly listed: boolean;
  readonly mtimeMs: number;
  readonly firstTimeMs: number;
  /** What a .gz's footer says; 0 for plain files, which are looked at. */
  readonly compressedSize: number;
  readonly head: Uint8Array;
  readonly source: Source;
}

/** What was written into a file after it was cut. Its name is unknown if it was removed or moved away since. */
export const afterCut = (cut: Sighted, source: Source, file: SightedFile | undefined): Newcomer => {
  const head = Buffer.alloc(HEAD_BYTES);
  const count = source.read(head, 0, HEAD_BYTES, 0);
  const { path, age, compressed } = file ?? {
    path: cut.path,
    age: { kind: 'shifted', number: 0 },
    compressed: false,
  };
  return {
    sighted: { path, age, compressed, identity: cut.identity },
    listed: file !== undefined,
    mtimeMs: source.look().mtimeMs,
    firstTimeMs: firstTimeMs(head.subarray(0, count)),
    compressedSize: 0,
    head: head.subarray(0, count),
    source,
  };
};

/** Oldest first: by the first record's time where both have one (a clock step can misorder names), else by name. */
export const compareNewcomers = (a: Newcomer, b: Newcomer): number => {
  if (a.sighted.age.kind === 'live' || b.sighted.age.kind === 'live')
    return compareAges(a.sighted.age, b.sighted.age);
  const byTime = a.firstTimeMs - b.firstTimeMs;
  if (!Number.isNaN(byTime) && byTime !== 0) return byTime;
  return compareAges(a.sighted.age, b.sighted.age) || a.mtimeMs - b.mtimeMs;
};
