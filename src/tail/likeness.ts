import type { Decoding } from '../core/decoder.ts';
import { HEAD_BYTES, MARKER_BYTES, markerHash } from '../core/identity.ts';
import type { Compression, Files } from '../system/system.ts';
import { beginsWith, type Candidate, holdsMarker } from './candidate.ts';
import { contentOf, tailAt } from './content.ts';
import type { Generation } from './generation.ts';
import type { CutFile } from './newcomer.ts';
import type { Source } from './source.ts';
import { wasCut } from './standing.ts';

/**
 * Whether a file holds the bytes of a generation. A wrong yes would lose bytes and a wrong no only repeats some, so a yes
 * needs proof: the same head, and
 *
 * - a time stamp in it (CRI, Docker), and for a plain file the same bytes before the known end; or
 * - for a plain file without times, the same bytes before the known end and a reason to expect it (`isLikelyUntimed`); or
 * - for a .gz without times, just the known length, or the same bytes before the known end once it is inflated so far.
 */
/** A .gz is inflated at once, in memory, to compare its bytes before the known end: no further than this. */
const MOST_INFLATED_BYTES = 32 * 1024 * 1024;

/** Between the last read of a copy and its last write. */
const LONGEST_STEP_MS = 100;

/** What else was seen. */
export interface Circumstances {
  /** The live file has changed: unknown rotated files are to be expected. */
  readonly rotated: boolean;
  /** The latest generation that is known. */
  readonly latest: Generation | undefined;
  /** All generations that are known. */
  readonly generations: readonly Generation[];
  /** The files of those that were cut. */
  readonly cut: ReadonlyMap<Generation, CutFile>;
  /** The other unknown files that were seen. */
  readonly others: readonly Candidate[];
  /** Files come oldest first: what is alike to the last byte can only be younger than the last that was recognised. */
  readonly after: number;
  /** The generation that it was a copy of when that still stood. */
  readonly copyOf: number | undefined;
}

export class Likeness {
  readonly #files: Files;
  readonly #compression: Compression;
  readonly #detectFormat: Decoding['detectFormat'];

  constructor(files: Files, compression: Compression, detectFormat: Decoding['detectFormat']) {
    this.#files = files;
    this.#compression = compression;
    this.#detectFormat = detectFormat;
  }

  isSame(generation: Generation, candidate: Candidate, circumstances: Circumstances): boolean {
    const isTimed = this.#isTimed(candidate);
    if (
      !isTimed &&
      (generation.sequence <= circumstances.after || isYoungerByName(generation, candidate, circumstances))
    )
      return false;
    if (this.#isShortCopy(generation, candidate, isTimed, circumstances)) return true;
    if (!beginsWith(candidate, generation.head) || isLongerThanHeld(generation, candidate)) return false;
    const { tail, size } = generation.toRecord();
    if (candidate.file.compressed) {
      return this.#isSameCompressed(generation, candidate, isTimed, generation === circumstances.latest);
    }
    if (!isTimed && !isLikelyUntimed(generation, candidate, circumstances)) return false;
    if (candidate.size < size) return generation.listed && this.#isPrefix(candidate, generation);
    return holdsMarker(this.#files, candidate, size, tail);
  }

  /**
   * A copy of a file that was written to between copy and cut, and looked at then: it ends before what was seen. It was proven
   * to be a copy before the cut, or an earlier look saw where the file had ended before; else the time of its first record
   * must do.
   */
  #isShortCopy(
    generation: Generation,
    candidate: Candidate,
    isTimed: boolean,
    { copyOf, others }: Circumstances,
  ): boolean {
    const { ending, head } = generation;
    const { file, size } = candidate;
    if (ending?.reason !== 'truncated' || file.compressed || file.age.kind === 'live') return false;
    if (size === 0 || size >= (ending.size ?? 0)) return false;
    if (others.some((other) => this.#isWholeCopy(generation, other))) return false;
    if (copyOf === generation.sequence) return true;
    // Made after the last bytes were written it would have them; what it begins with may be a banner.
    if (!isTimed && candidate.mtimeMs > generation.mtimeMs + LONGEST_STEP_MS) return false;
    const mark = generation.markUpTo(size);
    if (mark !== undefined && !holdsMarker(this.#files, candidate, mark.size, mark.tail)) return false;
    return beginsWith(candidate, head)
      ? isTimed || mark !== undefined
      : size < head.length && mark !== undefined;
  }

  #isWholeCopy(generation: Generation, other: Candidate): boolean {
    if (other.file.compressed || !beginsWith(other, generation.head)) return false;
    const { size, tail } = generation.toRecord();
    return holdsMarker(this.#files, other, size, tail);
  }

  /** A head of nothing but NULs (a hole) has no format, and says nothing. */
  #isTimed({ head }: Candidate): boolean {
    const format = this.#detectFormat(head, 0, head.length, false);
    return format === 'cri' || format === 'docker';
  }

  /** Whether a file holds just what an open plain source holds. */
  isSameAs(source: Source, candidate: Candidate): boolean {
    const { size } = source.look();
    if (size === 0 || candidate.size !== size || Buffer.compare(contentOf(source).head, candidate.head) !== 0)
      return false;
    const marker = tailAt(source, size);
    return candidate.file.compressed
      ? this.#inflatesTo(candidate, size, marker)
      : holdsMarker(this.#files, candidate, size, marker);
  }

  #isSameCompressed(
    generation: Generation,
    candidate: Candidate,
    isTimed: boolean,
    isLatest: boolean,
  ): boolean {
    const { tail, size } = generation.toRecord();
    if (isTimed || candidate.size === size) return true;
    // Only what was written to last can have grown since it was seen.
    if (candidate.size < size || size > MOST_INFLATED_BYTES || !isLatest) return false;
    return this.#inflatesTo(candidate, size, tail);
  }

  #inflatesTo(candidate: Candidate, size: number, marker: number): boolean {
    const content = this.#inflate(candidate);
    if (content === undefined || content.length < size) return false;
    const start = size - Math.min(MARKER_BYTES, size);
    return markerHash(new DataView(content.buffer, content.byteOffset), start, size) === marker;
  }

  #inflate(candidate: Candidate): Uint8Array | undefined {
    const { size } = this.#files.look(candidate.descriptor);
    if (size > MOST_INFLATED_BYTES || candidate.size > MOST_INFLATED_BYTES) return undefined;
    const compressed = Buffer.alloc(size);
    const count = this.#files.read(candidate.descriptor, compressed, 0, size, 0);
    try {
      return this.#compression.inflateHead(compressed.subarray(0, count));
    } catch {
      // Corrupt: whatever it is, it is not proven to be what we know.
      return undefined;
    }
  }

  /** Whether a shorter file ends with the bytes that the generation has there: a copy, made earlier or still growing. */
  #isPrefix(candidate: Candidate, generation: Generation): boolean {
    if (!generation.isOpen || generation.ending !== undefined) return false;
    const marker = generation.markerBefore(candidate.size);
    return holdsMarker(this.#files, candidate, candidate.size, marker);
  }
}

/** What is held and whole is all that there is of it: no copy has more. A live file may replace it and go on. */
const isLongerThanHeld = (generation: Generation, { file, size }: Candidate): boolean =>
  file.age.kind !== 'live' &&
  generation.isOpen &&
  !generation.isEnded &&
  size > generation.size &&
  size > generation.sizeNow;

/**
 * Numbered names are shifted together: what has a lower number than a later generation, or than the new content of the file that
 * was cut, is later than that.
 */
const isYoungerByName = (
  generation: Generation,
  { file: { age } }: Candidate,
  { generations, cut }: Circumstances,
): boolean => {
  const later = generations.filter(({ listed, isEnded, sequence }) => {
    return listed && !isEnded && sequence > generation.sequence;
  });
  const ages = [...later.map(({ sighted }) => sighted.age), cut.get(generation)?.now?.age];
  return ages.some(
    (other) => age.kind === 'shifted' && other?.kind === 'shifted' && other.number > age.number,
  );
};

/**
 * Files without times can be alike to the last byte and yet be different ones, as banners of a program that was started
 * twice. So there must be a reason to expect this file: a copy of one that was cut, a copy beside one that stays, or a file
 * that begins with all of one that is gone, where no other file does.
 */
const isLikelyUntimed = (
  generation: Generation,
  candidate: Candidate,
  { rotated, latest, others, generations }: Circumstances,
): boolean => {
  // Only what was written to last can have grown since it was seen.
  const isLatest = generation === latest;
  if (candidate.file.age.kind === 'live') {
    // What was told as lost is lost: a file that begins like it was begun anew.
    const isSettled = generation.listed || generation.isEnded;
    return isLatest && !isSettled && others.length === 0 && generation.size > HEAD_BYTES;
  }
  // What was told as gone is gone: it had been looked for, or given up. Only what was cut goes on in a copy. And nobody unpacks logs.
  if (generation.sighted.compressed) return false;
  if (generation.ending !== undefined) return generation.ending.reason === 'truncated';
  // An agent before this one saw it cut.
  if (wasCut({ generations }, generation)) return true;
  if (!rotated) return true;
  const isGone = !generation.isOpen && !generation.listed;
  const isOnlyOne = !others.some(
    (other) => other.size >= generation.size && beginsWith(other, generation.head),
  );
  return isGone && isOnlyOne && (isLatest || candidate.size === generation.size);
};
