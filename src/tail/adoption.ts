import type { Decoding, LogFormat } from '../core/decoder.ts';
import { errnoOf } from '../core/errors.ts';
import { EMPTY_MARKER, HEAD_BYTES, type Identity, sameFile } from '../core/identity.ts';
import { compareAges, type SightedFile, type StreamSighting } from '../core/sighting.ts';
import type { Compression, Descriptor, FileStatus, Files } from '../system/system.ts';
import { beginsWith, type Candidate, holdsMarker, openCandidate } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import { firstTimeMs } from './first-time.ts';
import type { Generation } from './generation.ts';
import { plainSource, type Source } from './source.ts';

/**
 * Decides what the files in a stream's directory are: generations that are known (under a new name, perhaps), copies of
 * those, or new ones. In this order, and each file for itself:
 *
 * 1. the same inode and birth time: known, whatever it is called now (rename, `.1 -> .2`)
 * 2. the same content as a generation whose file is gone or was cut: that generation goes on there (.gz, copytruncate)
 * 3. the same content as a generation whose file is still there: a copy, ignored
 * 4. a rotated name that appears while the live file stays: perhaps a copy in the making, so it must first stand still
 * 5. otherwise a new generation
 *
 * "The same content" needs proof, because a wrong yes would lose bytes and a wrong no only repeats some: the same head and
 * a time stamp in it, or the same length as well, or the same bytes before the known end and a full kilobyte of head.
 */
export interface AdoptionSettings {
  readonly decoding: Pick<Decoding, 'detectFormat'>;
  /** @param onReady called when an inflater that had nothing yet has more */
  openGzip(descriptor: number, onReady: () => void): Source;
  /** A file that cannot be opened or read is told, and looked at again with the next scan. */
  onUnreadable(path: string, error: unknown): void;
}

export interface AdoptionTime {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** How long an unknown rotated file must have stood still before it counts as a generation of its own. */
const SETTLE_MS = 5_000;
/** A time in ms is a double here and nanoseconds there. */
const TIME_ROUNDING_MS = 0.001;

export class Adoption {
  readonly #files: Files;
  readonly #compression: Compression;
  readonly #settings: AdoptionSettings;
  #isSettled = true;

  constructor(files: Files, compression: Compression, settings: AdoptionSettings) {
    this.#files = files;
    this.#compression = compression;
    this.#settings = settings;
  }

  /**
   * Takes in what discovery saw.
   *
   * @returns false if something could not be settled (a file cannot be opened, or must first stand still): look again
   */
  observe(stream: ContainerStream, sighting: StreamSighting, time: AdoptionTime): boolean {
    this.#isSettled = true;
    const isFirst = stream.generations.every((generation) => !generation.isOpen && generation.version === 0);
    for (const generation of stream.generations) generation.listed = false;
    const unknown = withoutDoubles(sighting.files).flatMap((file) => this.#recognise(stream, file, time));
    const candidates = unknown.flatMap((file) => this.#openCandidate(file));
    // Copies before live files: a generation that was cut goes on in its copy, and only then comes what replaced it.
    candidates.sort((a, b) => compareAges(a.file.age, b.file.age));
    const rotated = isFirst || !liveFileStays(sighting, candidates);
    const fresh = candidates.filter((candidate) => !this.#place(stream, candidate, rotated, time));
    for (const candidate of fresh) candidate.firstTimeMs = firstTimeMs(candidate.head);
    fresh.sort(byAge);
    for (const candidate of fresh) this.#add(stream, candidate, time);
    stream.needsScan = false;
    return this.#isSettled;
  }

  /** Rule 1. Returns the file if it is not known. */
  #recognise(stream: ContainerStream, file: SightedFile, time: AdoptionTime): readonly SightedFile[] {
    const status = this.#statusOf(file.path);
    if (status?.kind !== 'file' || stream.ignored.has(keyOf(status))) return [];
    const known = stream.generations.find(
      (generation) =>
        !generation.listed &&
        generation.ending === undefined &&
        sameFile(generation.sighted.identity, status),
    );
    if (known === undefined) return [file];
    const { dev, ino, birthtimeNs } = status;
    if (!known.isOpen && known.sighted.compressed !== file.compressed) return [file];
    known.sighted = { ...file, identity: { dev, ino, birthtimeNs } };
    known.listed = true;
    // Known from a checkpoint: it may have been cut while nobody looked, and then this file is a new generation.
    if (!known.isOpen && known.version === 0) {
      if (!this.#reopen(known, time)) return [file];
    }
    return [];
  }

  /** Opens a generation that is known but not open. False if it turns out that its bytes were cut. */
  #reopen(generation: Generation, time: AdoptionTime): boolean {
    const source = this.#openSource(generation);
    if (source === undefined) return true;
    generation.open(source, generation.sighted.compressed);
    const look = source.look();
    generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - look.mtimeMs);
    generation.look(time.nowMs);
    if (generation.ending === undefined) return true;
    generation.listed = false;
    generation.close();
    return false;
  }

  /** Opens a generation again that was closed to save its descriptor. */
  open(generation: Generation, time: AdoptionTime): void {
    this.#reopen(generation, time);
  }

  /** What became of a closed generation's file: another file may stand at its path now, or none. */
  checkClosed(generation: Generation): 'same' | 'changed' | 'replaced' {
    const status = this.#statusOf(generation.sighted.path);
    if (status === undefined || !sameFile(status, generation.sighted.identity)) return 'replaced';
    const isSame =
      status.size === generation.size && Math.abs(status.mtimeMs - generation.mtimeMs) < TIME_ROUNDING_MS;
    return isSame ? 'same' : 'changed';
  }

  #openSource(generation: Generation): Source | undefined {
    const { path, compressed } = generation.sighted;
    try {
      return this.#sourceOf(this.#files.open(path), compressed, generation);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.#unreadable(path, error);
      return undefined;
    }
  }

  #statusOf(path: string): FileStatus | undefined {
    try {
      return this.#files.statusOf(path);
    } catch (error) {
      this.#unreadable(path, error);
      return undefined;
    }
  }

  #openCandidate(file: SightedFile): readonly FreshCandidate[] {
    try {
      const candidate = openCandidate(this.#files, this.#compression, file);
      return candidate === undefined ? [] : [{ ...candidate, firstTimeMs: Number.NaN }];
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.#unreadable(file.path, error);
      return [];
    }
  }

  /** Rules 2 to 4. True if the candidate is settled and closed (or taken over). */
  #place(stream: ContainerStream, candidate: FreshCandidate, rotated: boolean, time: AdoptionTime): boolean {
    const { file, identity } = candidate;
    const same = stream.generations.filter((generation) => this.#sameContent(generation, candidate, rotated));
    const orphan = same.find((generation) => !generation.listed);
    if (orphan !== undefined) {
      this.#takeOver(orphan, candidate, time);
      return true;
    }
    if (same.length > 0 && file.age.kind !== 'live') {
      stream.ignored.add(keyOf(identity));
      this.#files.close(candidate.descriptor);
      return true;
    }
    if (rotated || file.age.kind === 'live' || this.#stoodStill(stream, candidate, time)) return false;
    this.#isSettled = false;
    this.#files.close(candidate.descriptor);
    return true;
  }

  #stoodStill(stream: ContainerStream, candidate: Candidate, time: AdoptionTime): boolean {
    const key = keyOf(candidate.identity);
    const known = stream.undecided.get(key);
    if (known?.size === candidate.size) {
      if (time.nowMs - known.sinceMs < SETTLE_MS) return false;
      stream.undecided.delete(key);
      return true;
    }
    stream.undecided.set(key, { size: candidate.size, sinceMs: time.nowMs });
    return false;
  }

  /**
   * A generation whose file is gone or was cut goes on in this file. A descriptor that is open and whole is kept instead,
   * unless this is the live file now: what comes next is written there.
   */
  #takeOver(generation: Generation, candidate: Candidate, time: AdoptionTime): void {
    const { file, identity } = candidate;
    const keepsSource = generation.isOpen && generation.ending === undefined && file.age.kind !== 'live';
    generation.moveTo({ path: file.path, age: file.age, compressed: file.compressed, identity });
    if (keepsSource) {
      this.#files.close(candidate.descriptor);
      return;
    }
    generation.open(this.#sourceOf(candidate.descriptor, file.compressed, generation), file.compressed);
    generation.look(time.nowMs);
  }

  #sourceOf(descriptor: Descriptor, compressed: boolean, generation: Generation): Source {
    if (!compressed) return plainSource(this.#files, descriptor);
    return this.#settings.openGzip(descriptor, () => generation.touch());
  }

  #sameContent(generation: Generation, candidate: Candidate, rotated: boolean): boolean {
    if (!beginsWith(candidate, generation.head)) return false;
    const { tail, size } = generation.toRecord();
    const isTimed = this.#formatOf(candidate) !== 'raw';
    const isFullHead = generation.head.length === HEAD_BYTES;
    if (candidate.file.compressed) {
      return (
        isTimed || candidate.size === size || (candidate.size > size && isFullHead && !generation.listed)
      );
    }
    const isLikelyCopy = candidate.file.age.kind !== 'live' && (generation.ending !== undefined || !rotated);
    if (!isTimed && !isLikelyCopy && Math.min(size, candidate.size) <= HEAD_BYTES) return false;
    if (candidate.size < size) return generation.listed && this.#isPrefix(candidate, generation);
    return holdsMarker(this.#files, candidate, size, tail);
  }

  /** Whether a shorter file ends with the bytes that the generation has there: a copy, made earlier or still growing. */
  #isPrefix(candidate: Candidate, generation: Generation): boolean {
    if (!generation.isOpen || generation.ending !== undefined) return false;
    const marker = generation.markerBefore(candidate.size);
    return holdsMarker(this.#files, candidate, candidate.size, marker);
  }

  #unreadable(path: string, error: unknown): void {
    this.#isSettled = false;
    this.#settings.onUnreadable(path, error);
  }

  #formatOf(candidate: Candidate): LogFormat | undefined {
    return this.#settings.decoding.detectFormat(candidate.head, 0, candidate.head.length, false);
  }

  #add(stream: ContainerStream, candidate: FreshCandidate, time: AdoptionTime): Generation {
    const { file, identity } = candidate;
    const record = {
      ...identity,
      path: file.path,
      compressed: file.compressed,
      head: { length: 0, hash: '' },
      size: file.compressed ? candidate.size : 0,
      tail: EMPTY_MARKER,
    };
    const generation = stream.append(record, file.age, time.nowMs);
    generation.listed = true;
    generation.firstTimeMs = candidate.firstTimeMs;
    generation.open(this.#sourceOf(candidate.descriptor, file.compressed, generation), file.compressed);
    generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - candidate.mtimeMs);
    if (file.compressed) generation.rememberHead(candidate.head);
    generation.look(time.nowMs);
    return generation;
  }
}

interface FreshCandidate extends Candidate {
  firstTimeMs: number;
}

const keyOf = ({ ino, birthtimeNs }: Identity): string => `${ino}:${birthtimeNs}`;

/** A plain file and its .gz side by side: the compression is under way, or was interrupted. The plain one is whole. */
const withoutDoubles = (files: readonly SightedFile[]): readonly SightedFile[] => {
  const plain = new Set(files.filter((file) => !file.compressed).map((file) => file.path));
  return files.filter((file) => !file.compressed || !plain.has(file.path.slice(0, -'.gz'.length)));
};

const liveFileStays = (sighting: StreamSighting, unknown: readonly Candidate[]): boolean =>
  sighting.files.some((file) => file.age.kind === 'live') &&
  !unknown.some((candidate) => candidate.file.age.kind === 'live');

/** Oldest first: by the first record's time where both have one (a clock step can misorder names), else by name. */
const byAge = (a: FreshCandidate, b: FreshCandidate): number => {
  if (a.file.age.kind === 'live' || b.file.age.kind === 'live') return compareAges(a.file.age, b.file.age);
  const byTime = a.firstTimeMs - b.firstTimeMs;
  if (!Number.isNaN(byTime) && byTime !== 0) return byTime;
  return compareAges(a.file.age, b.file.age) || a.mtimeMs - b.mtimeMs;
};
