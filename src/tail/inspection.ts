import { type Identity, sameFile } from '../core/identity.ts';
import { compareAges, type SightedFile } from '../core/sighting.ts';
import type { FileStatus, Files } from '../system/system.ts';
import { type Candidate, recordOf } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import { beginsWithContent } from './content.ts';
import { firstTimeNs } from './first-time.ts';
import type { Generation } from './generation.ts';
import { seenIn } from './newcomer.ts';
import { noteCut, type Observation } from './observation.ts';
import type { LookTime, Opening, OpeningSettings } from './opening.ts';
import type { PostponedFile } from './postponed-files.ts';
import { plainSource } from './source.ts';
import { isAsItWas, standsThere } from './standing.ts';

/**
 * Looks at all files of a stream, and says whether they stood still meanwhile.
 *
 * A copytruncate makes a copy, fills it and then cuts the live file; several can pass while files are looked at one by one.
 * So the order of looks is: the live file, the unknown files, the directory again, the live file again. If the names still
 * lead to the same files, and the live file still holds what it held, then
 *
 * - every copy of what stood in the live file before is among the files that were seen, and whole: it was made before the
 *   cut, and the cut was before the first look;
 * - a copy of what stands in it now holds nothing that the live file does not begin with.
 *
 * So an unknown file that the live one does not begin with is an older one.
 */
export class Inspection {
  readonly #files: Files;
  readonly #opening: Opening;
  readonly #settings: OpeningSettings;

  constructor(files: Files, opening: Opening, settings: OpeningSettings) {
    this.#files = files;
    this.#opening = opening;
    this.#settings = settings;
  }

  /** Known files first: a cut is to be noticed before anything else. Then what is listed. */
  inspect(observation: Observation, listed: readonly SightedFile[], isBlind: boolean): void {
    const { stream, cut } = observation;
    stream.postponed.beginLook();
    for (const cutFile of cut.values()) {
      cutFile.now = undefined;
      cutFile.seen = seenIn(cutFile.source);
    }
    for (const generation of stream.generations) this.#look(observation, generation);
    const isBlinded = isBlind && !observation.isSettled;
    observation.strays.clear();
    observation.copies.clear();
    observation.unreadable.length = 0;
    const unknown = withoutDoubles(listed).filter((file) => !this.#recognise(observation, file));
    // What an unknown file is cannot be told while a known one cannot be looked at: it may be the same.
    const opened = isBlinded
      ? []
      : [
          ...unknown.flatMap((file) => this.#openCandidate(observation, file)),
          ...this.#takePostponed(observation),
        ];
    // Copies before live files: a generation that was cut goes on in its copy, and only then comes what replaced it.
    observation.candidates = opened.toSorted((a, b) => compareAges(a.file.age, b.file.age));
    for (const candidate of observation.candidates) this.#compare(observation, candidate);
  }

  /** What is listed now, if names or the live file have changed since `inspect`: then what was seen proves nothing. */
  stoodStill(
    observation: Observation,
    listed: readonly SightedFile[],
    again: () => readonly SightedFile[],
  ): 'still' | 'unreadable' | readonly SightedFile[] {
    const { stream, candidates, cut } = observation;
    // A list that was made while names moved may lack one of them.
    const isNew = candidates.length > 0 || cut.size > 0 || stream.postponed.records !== undefined;
    if (!isNew && !stream.generations.some((generation) => generation.awaitsProof)) return 'still';
    try {
      // At first sight nothing is known that could be out of order; and many streams are seen at once.
      const now = stream.generations.length === 0 ? listed : again();
      const isSame = this.#areSame(listed, now);
      return isSame && this.#lead(observation, listed) && this.#stand(observation) ? 'still' : now;
    } catch {
      // It is told by whoever reads it next.
      return 'unreadable';
    }
  }

  /** Puts off what was seen. The files are held, as far as that can be, lest they be removed before the next look. */
  release(observation: Observation): void {
    for (const candidate of observation.candidates) this.postpone(observation, candidate);
    observation.candidates = [];
  }

  /** What is empty is no loss. */
  readonly postpone = ({ stream, mayHold }: Observation, candidate: Candidate): void => {
    const { postponed } = stream;
    const { descriptor, identity, file, size, listed } = candidate;
    const key = keyOf(identity);
    const record = recordOf(candidate);
    if (size > 0 && !postponed.isFull && mayHold(postponed.size)) {
      postponed.hold(key, { descriptor, identity, file, listed, record });
      return;
    }
    if (size > 0) postponed.miss(key, record);
    this.#files.close(descriptor);
  };

  closePostponed(stream: ContainerStream): void {
    for (const { descriptor } of stream.postponed.takeAll()) this.#files.close(descriptor);
  }

  readonly unreadable = (observation: Observation, path: string, error: unknown): void => {
    observation.isSettled = false;
    this.#settings.onUnreadable(path, error);
  };

  // ---- looks

  #look(observation: Observation, generation: Generation): void {
    generation.listed = false;
    try {
      generation.look(observation.time.nowMs);
    } catch (error) {
      this.unreadable(observation, generation.sighted.path, error);
    }
    noteCut(observation, generation, undefined);
    if (generation.size > 0) observation.seen.add(generation);
  }

  #recognise(observation: Observation, file: SightedFile): boolean {
    const { stream, cut } = observation;
    const status = this.#statusOf(observation, file.path);
    if (status?.kind !== 'file' || this.#settings.isOwnOutput(status)) return true;
    const key = keyOf(status);
    stream.postponed.sight(key, file);
    const name = stream.asides.get(key);
    if (name !== undefined) observation.strays.set(key, { file, name });
    // A copy that has changed since may be something else.
    if (name !== undefined || stream.ignored.get(key) === status.size) return true;
    const { dev, ino, birthtimeNs } = status;
    const sighted = { ...file, identity: { dev, ino, birthtimeNs } };
    for (const cutFile of cut.values()) {
      if (cutFile.now !== undefined || !sameFile(cutFile.was.identity, status)) continue;
      cutFile.now = sighted;
      return true;
    }
    // The latest one: a file that was cut has been several generations.
    const known = stream.generations.findLast((generation) => {
      return sameFile(generation.sighted.identity, status) && standsThere(generation);
    });
    if (known === undefined || known.listed) return false;
    known.sighted = sighted;
    known.listed = true;
    if (known.isOpen || isAsItWas(known, status)) return true;
    // Known from a checkpoint, or closed for want of descriptors: it may have grown or been cut while nobody looked.
    if (!this.#opening.open(known, observation.time)) observation.isSettled = false;
    noteCut(observation, known, known.sighted);
    if (known.size > 0) observation.seen.add(known);
    return true;
  }

  #statusOf(observation: Observation, path: string): FileStatus | undefined {
    try {
      return this.#files.statusOf(path);
    } catch (error) {
      this.unreadable(observation, path, error);
      // It is there, as far as one can tell.
      const known = observation.stream.generations.findLast(({ sighted }) => sighted.path === path);
      if (known !== undefined) known.listed = true;
      return undefined;
    }
  }

  #openCandidate(observation: Observation, file: SightedFile): readonly Candidate[] {
    const candidate = this.#opening.openUnknown(file);
    if (candidate === 'unreadable') {
      observation.isSettled = false;
      const identity = this.#statusOf(observation, file.path);
      if (identity !== undefined) observation.unreadable.push({ file, identity });
    }
    return candidate === undefined || candidate === 'unreadable' ? [] : [candidate];
  }

  #takePostponed(observation: Observation): readonly Candidate[] {
    const { postponed } = observation.stream;
    return postponed.takeAll().flatMap((file) => {
      if (file.listed) {
        this.#leave(observation, file);
        return [];
      }
      const candidate = this.#opening.readPostponed(file);
      if (candidate !== 'unreadable') return candidate === undefined ? [] : [candidate];
      observation.isSettled = false;
      postponed.hold(keyOf(file.identity), file);
      return [];
    });
  }

  /** What has a name is judged by what its name leads to now; only where that cannot be opened, what is held stays so. */
  #leave({ stream, unreadable }: Observation, file: PostponedFile): void {
    const key = keyOf(file.identity);
    if (unreadable.some(({ identity }) => keyOf(identity) === key)) stream.postponed.hold(key, file);
    else this.#files.close(file.descriptor);
  }

  /** Whether a copy of what a live file holds now may be in the making. */
  #compare(observation: Observation, candidate: Candidate): void {
    const { stream, cut, copies, candidates, time } = observation;
    const { file, size } = candidate;
    if (file.age.kind === 'live' || file.compressed || size === 0) return;
    const copyOf = stream.copies.get(keyOf(candidate.identity))?.sequence;
    const copied = stream.generations.filter((generation) => {
      if (generation.sequence === copyOf) return true;
      return generation.listed && mayBeCopied(generation.sighted, candidate);
    });
    const sources = [...cut.values()].flatMap(({ now, source }) => (now === undefined ? [] : [source]));
    for (const other of candidates) {
      if (mayBeCopied({ ...other.file, identity: other.identity }, candidate) && isFresh(candidate, time))
        sources.push(plainSource(this.#files, other.descriptor));
    }
    try {
      const isCopy =
        copied.some((generation) => generation.holds(candidate)) ||
        sources.some((source) => beginsWithContent(source, candidate));
      if (isCopy) copies.add(candidate);
    } catch (error) {
      this.unreadable(observation, file.path, error);
    }
  }

  // ---- whether they stood still

  #areSame(before: readonly SightedFile[], now: readonly SightedFile[]): boolean {
    const paths = new Set(before.map(({ path }) => path));
    return paths.size === now.length && now.every(({ path }) => paths.has(path));
  }

  /** Whether every name leads to the file that was seen under it. */
  #lead({ stream, cut, candidates }: Observation, listed: readonly SightedFile[]): boolean {
    const seen = new Map<string, Identity>();
    for (const { sighted, listed: isListed } of stream.generations)
      if (isListed) seen.set(sighted.path, sighted.identity);
    for (const { now } of cut.values()) if (now !== undefined) seen.set(now.path, now.identity);
    for (const { file, identity, listed: isListed } of candidates)
      if (isListed) seen.set(file.path, identity);
    const identities = new Set(candidates.map(({ identity }) => keyOf(identity)));
    return (
      identities.size === candidates.length &&
      listed.every(({ path }) => {
        const was = seen.get(path);
        if (was === undefined) return true;
        const is = this.#files.statusOf(path);
        return is !== undefined && sameFile(is, was);
      })
    );
  }

  /** Whether the live file, and what was seen in files that were cut, still stands. */
  #stand({ stream, cut, candidates }: Observation): boolean {
    return (
      stream.generations.every((generation) => generation.stands) &&
      [...cut.values()].every(({ source, seen }) => beginsWithContent(source, seen)) &&
      candidates.every((candidate) => {
        if (candidate.file.age.kind !== 'live') return true;
        return beginsWithContent(plainSource(this.#files, candidate.descriptor), candidate);
      })
    );
  }
}

export const keyOf = ({ ino, birthtimeNs }: Pick<Identity, 'ino' | 'birthtimeNs'>): string =>
  `${ino}:${birthtimeNs}`;

/**
 * Whether this may be a copy of a file that it begins like. By its name a copy is older than its file, and it was born later. A
 * file that was renamed is older than what came after it in both.
 */
export const mayBeCopied = (
  { age, identity, compressed }: Pick<Candidate['file'], 'age' | 'compressed'> & Pick<Candidate, 'identity'>,
  copy: Candidate,
): boolean =>
  !compressed && compareAges(copy.file.age, age) < 0 && copy.identity.birthtimeNs >= identity.birthtimeNs;

/** logrotate cuts a file as soon as it is copied. */
const LONGEST_COPY_REST_MS = 60_000;

/**
 * Without times in its lines an older copy, made before its file was cut, can hold just what that begins with now. But it was
 * not written to for long.
 */
const isFresh = ({ head, mtimeMs }: Candidate, { wallMs }: LookTime): boolean =>
  firstTimeNs(head) !== undefined || Math.abs(wallMs - mtimeMs) < LONGEST_COPY_REST_MS;

/** A plain file and its .gz side by side: the compression is under way, or was interrupted. The plain one is whole. */
const withoutDoubles = (files: readonly SightedFile[]): readonly SightedFile[] => {
  const plain = new Set(files.filter((file) => !file.compressed).map((file) => file.path));
  return files.filter((file) => !file.compressed || !plain.has(file.path.slice(0, -'.gz'.length)));
};
