import type { Decoding } from '../core/decoder.ts';
import { shortHash } from '../core/hash.ts';
import { EMPTY_MARKER, type Identity, sameFile } from '../core/identity.ts';
import { compareAges, type SightedFile, type StreamSighting } from '../core/sighting.ts';
import type { Compression, FileStatus, Files } from '../system/system.ts';
import type { Candidate } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation, Sighted } from './generation.ts';
import { type Circumstances, Likeness } from './likeness.ts';
import { afterCut, type CutFile, inOrder, type Newcomer } from './newcomer.ts';
import { type LookTime, Opening, type OpeningSettings } from './opening.ts';
import { isAsItWas, standsThere, wasCut } from './standing.ts';
import { isNext, liveFileStays, youngerThan } from './succession.ts';

/**
 * Decides what the files in a stream's directory are: generations that are known (under a new name, perhaps), copies of
 * those, or new ones. First every open file is looked at, so that a cut is noticed before anything else. Then, each file
 * for itself:
 *
 * 1. the same inode and birth time: known, whatever it is called now (rename, `.1 -> .2`); if it was cut, what stands in it
 *    now is a new generation, read through the descriptor that is held anyway
 * 2. the same content as a generation whose file is gone or was cut: that generation goes on there (.gz, copytruncate)
 * 3. the same content as a generation whose file is still there: a copy, ignored
 * 4. a rotated name that appears while the live file stays: perhaps a copy in the making, so it must first stand still;
 *    then it is a stray: bytes whose place in the order is past, to be read beside the stream
 * 5. otherwise a new generation. It is younger than all that are known, for at the last look they were all that there was;
 *    only those that were empty then may have been cut since, and are put behind it if their names say so.
 */
export interface AdoptionSettings extends OpeningSettings {
  readonly detectFormat: Decoding['detectFormat'];
}

/** A file that came too late for its place in the order. */
export interface Stray {
  readonly file: SightedFile;
  /** Made of its content: the same after a restart, and when it was renamed or compressed. */
  readonly name: string;
}

export interface Adopted {
  /** Whether everything is decided; otherwise the directory is to be read again. */
  readonly isSettled: boolean;
  /** Strays that are there, by identity. */
  readonly strays: ReadonlyMap<string, Stray>;
}

/** How long an unknown rotated file must have stood still before it counts as a generation of its own. */
const SETTLE_MS = 5_000;

/** What one observation works with. */
interface Observation {
  readonly stream: ContainerStream;
  readonly time: LookTime;
  readonly cut: Map<Generation, CutFile>;
  readonly strays: Map<string, Stray>;
  /** Generations of which nothing was known before this observation but that they were empty. */
  readonly blank: Set<Generation>;
  isSettled: boolean;
  /** All unknown files that were seen. */
  candidates: readonly Candidate[];
  /** The generation that was recognised last by its content. */
  after: number;
}

export class Adoption {
  readonly opening: Opening;
  readonly #files: Files;
  readonly #settings: AdoptionSettings;
  readonly #likeness: Likeness;

  constructor(files: Files, compression: Compression, settings: AdoptionSettings) {
    this.#files = files;
    this.opening = new Opening(files, compression, settings);
    this.#settings = settings;
    this.#likeness = new Likeness(files, compression, settings.detectFormat);
  }

  /** Takes in what discovery saw. */
  observe(stream: ContainerStream, sighting: StreamSighting, time: LookTime): Adopted {
    const observation: Observation = {
      stream,
      time,
      cut: new Map(),
      strays: new Map(),
      blank: new Set(),
      isSettled: true,
      candidates: [],
      after: 0,
    };
    const isFirst = stream.generations.length === 0;
    for (const generation of stream.generations) this.#look(observation, generation);
    const isBlind =
      !observation.isSettled && (stream.unsettledSinceMs === undefined || stream.isUnsettled(time.nowMs));
    const unknown = withoutDoubles(sighting.files).filter((file) => !this.#recognise(observation, file));
    // What an unknown file is cannot be told while a known one cannot be looked at: it may be the same.
    const candidates = isBlind ? [] : unknown.flatMap((file) => this.#openCandidate(observation, file));
    // Copies before live files: a generation that was cut goes on in its copy, and only then comes what replaced it.
    candidates.sort((a, b) => compareAges(a.file.age, b.file.age));
    const rotated = isFirst || !liveFileStays(stream);
    observation.candidates = candidates;
    const fresh = candidates.filter((candidate) => !this.#place(observation, candidate, rotated));
    const newcomers = fresh.map((candidate) => this.opening.newcomer(stream, candidate));
    for (const cutFile of observation.cut.values()) newcomers.push(afterCut(cutFile));
    for (const newcomer of inOrder(newcomers)) add(stream, newcomer, time);
    this.#giveUpGone(observation);
    stream.needsScan = false;
    return observation;
  }

  /**
   * What no directory lists and no descriptor holds is gone, and what was not read of it is lost. But as long as a file
   * cannot be opened it may be that one: then it is waited for, within reason.
   */
  #giveUpGone({ stream, time, isSettled }: Observation): void {
    stream.unsettledSinceMs = isSettled ? undefined : (stream.unsettledSinceMs ?? time.nowMs);
    if (stream.isUnsettled(time.nowMs)) return;
    for (const generation of stream.generations) {
      if (generation.listed || generation.isOpen) continue;
      generation.end(wasCut(stream, generation) ? 'truncated' : 'deleted', generation.size);
    }
  }

  // ---- rule 1

  #look(observation: Observation, generation: Generation): void {
    generation.listed = false;
    if (generation.size === 0) observation.blank.add(generation);
    try {
      generation.look(observation.time.nowMs);
    } catch (error) {
      this.#unreadable(observation, generation.sighted.path, error);
    }
    noteCut(observation, generation, undefined);
  }

  #recognise(observation: Observation, file: SightedFile): boolean {
    const { stream, cut } = observation;
    const status = this.#statusOf(observation, file.path);
    if (status?.kind !== 'file' || this.#settings.isOwnOutput(status)) return true;
    const key = keyOf(status);
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
    if (!this.opening.open(known, observation.time)) observation.isSettled = false;
    noteCut(observation, known, known.sighted);
    return true;
  }

  // ---- rules 2 to 4

  /** True if the candidate is decided and closed, or taken over by a generation. */
  #place(observation: Observation, candidate: Candidate, rotated: boolean): boolean {
    const { stream, time } = observation;
    const { file, identity } = candidate;
    const { candidates, after } = observation;
    const others = candidates.filter((other) => other !== candidate);
    const circumstances = { rotated, others, after, latest: stream.newest };
    const same = this.#likeTo(observation, candidate, circumstances);
    if (same === undefined) return true;
    const orphan = same.find((generation) => !generation.listed);
    if (orphan !== undefined) {
      observation.after = orphan.sequence;
      this.#takeOver(orphan, candidate, time);
      return true;
    }
    if (file.age.kind === 'live') return false;
    if (file.compressed && candidate.size === 0) {
      // Nothing was ever written to it.
      stream.ignored.set(keyOf(identity), this.#files.look(candidate.descriptor).size);
      this.#files.close(candidate.descriptor);
      return true;
    }
    if (this.#isCutContent(observation, candidate)) return true;
    const name = nameOf(candidate);
    if (same.length > 0) stream.ignored.set(keyOf(identity), candidate.size);
    else if (stream.strayNames.has(name)) observation.strays.set(keyOf(identity), { file, name });
    else if (makeWay(observation, candidate) || isNext(stream, candidate)) return false;
    else if (this.#stoodStill(stream, candidate, time)) {
      observation.strays.set(keyOf(identity), { file, name });
      stream.strayNames.add(name);
    } else observation.isSettled = false;
    this.#files.close(candidate.descriptor);
    return true;
  }

  /** Generations with the same content; undefined, and put off, if the candidate cannot be read. */
  #likeTo(
    observation: Observation,
    candidate: Candidate,
    circumstances: Circumstances,
  ): readonly Generation[] | undefined {
    const { generations } = observation.stream;
    try {
      return generations.filter((generation) => this.#likeness.isSame(generation, candidate, circumstances));
    } catch (error) {
      this.#unreadable(observation, candidate.file.path, error);
      this.#files.close(candidate.descriptor);
      return undefined;
    }
  }

  /** What was written after a cut, compressed or copied since: it is read through the descriptor that is held. */
  #isCutContent({ cut }: Observation, candidate: Candidate): boolean {
    for (const cutFile of cut.values()) {
      if (cutFile.now !== undefined || !this.#likeness.isSameAs(cutFile.source, candidate)) continue;
      cutFile.now = { ...candidate.file, identity: candidate.identity };
      this.#files.close(candidate.descriptor);
      return true;
    }
    return false;
  }

  #stoodStill(stream: ContainerStream, candidate: Candidate, time: LookTime): boolean {
    const key = keyOf(candidate.identity);
    const known = stream.undecided.get(key);
    if (known?.size !== candidate.size || candidate.size === 0) {
      stream.undecided.set(key, { size: candidate.size, sinceMs: time.nowMs });
      return false;
    }
    if (time.nowMs - known.sinceMs < SETTLE_MS) return false;
    stream.undecided.delete(key);
    return true;
  }

  /**
   * A generation whose file is gone or was cut goes on in this file. A descriptor that is open and whole is kept instead,
   * unless this is the live file now: what comes next is written there.
   */
  #takeOver(generation: Generation, candidate: Candidate, time: LookTime): void {
    const { file, identity, descriptor } = candidate;
    const keepsSource = generation.isOpen && generation.ending === undefined && file.age.kind !== 'live';
    generation.moveTo({ path: file.path, age: file.age, compressed: file.compressed, identity });
    if (keepsSource) {
      this.#files.close(descriptor);
      return;
    }
    generation.open(this.opening.sourceOf(descriptor, file.compressed, generation), file.compressed);
    lookQuietly(generation, time);
  }

  // ---- looking

  #openCandidate(observation: Observation, file: SightedFile): readonly Candidate[] {
    const candidate = this.opening.openUnknown(file);
    if (candidate === 'unreadable') observation.isSettled = false;
    return candidate === undefined || candidate === 'unreadable' ? [] : [candidate];
  }

  #statusOf(observation: Observation, path: string): FileStatus | undefined {
    try {
      return this.#files.statusOf(path);
    } catch (error) {
      this.#unreadable(observation, path, error);
      // It is there, as far as one can tell.
      const known = observation.stream.generations.findLast(({ sighted }) => sighted.path === path);
      if (known !== undefined) known.listed = true;
      return undefined;
    }
  }

  #unreadable(observation: Observation, path: string, error: unknown): void {
    observation.isSettled = false;
    this.#settings.onUnreadable(path, error);
  }
}

/** Takes the descriptor of a generation that was cut: a new one will read through it what was written since. */
const noteCut = ({ cut }: Observation, generation: Generation, now: Sighted | undefined): void => {
  if (generation.ending?.reason !== 'truncated') return;
  generation.listed = false;
  const source = generation.release();
  if (source !== undefined) cut.set(generation, { was: generation.sighted, source, now });
};

/**
 * Puts generations that were empty at the last look behind an older candidate: what stood in them may have been copied and
 * cut since. False if the candidate is older than one whose content is known.
 */
const makeWay = (observation: Observation, candidate: Candidate): boolean => {
  const { stream, blank } = observation;
  const younger = youngerThan(stream, candidate);
  if (!younger.every((generation) => generation.isOpen && blank.has(generation))) return false;
  for (const generation of younger) {
    generation.end('truncated', 0);
    noteCut(observation, generation, generation.sighted);
  }
  return true;
};

const add = (stream: ContainerStream, newcomer: Newcomer, time: LookTime): void => {
  const { sighted, listed, head, source, compressedSize, mtimeMs } = newcomer;
  const { path, compressed, identity } = sighted;
  const isPlain = compressedSize === undefined;
  const empty = { head: { length: 0, hash: '' }, size: compressedSize ?? 0, tail: EMPTY_MARKER };
  const generation = stream.append({ ...identity, path, compressed, ...empty }, sighted.age, time.nowMs);
  generation.listed = listed;
  generation.firstTimeNs = newcomer.firstTimeNs;
  generation.open(source, !isPlain);
  generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - mtimeMs);
  if (!isPlain) generation.rememberHead(head);
  lookQuietly(generation, time);
  generation.knownAtStart = generation.size;
};

/** A file that cannot be looked at now is looked at again when it is polled, and then it is told. */
const lookQuietly = (generation: Generation, { nowMs }: LookTime): void => {
  try {
    generation.look(nowMs);
  } catch {
    generation.touch();
  }
};

const nameOf = ({ head, size }: Candidate): string => `${shortHash(head)}-${size}`;

const keyOf = ({ ino, birthtimeNs }: Identity): string => `${ino}:${birthtimeNs}`;

/** A plain file and its .gz side by side: the compression is under way, or was interrupted. The plain one is whole. */
const withoutDoubles = (files: readonly SightedFile[]): readonly SightedFile[] => {
  const plain = new Set(files.filter((file) => !file.compressed).map((file) => file.path));
  return files.filter((file) => !file.compressed || !plain.has(file.path.slice(0, -'.gz'.length)));
};
