import type { Decoding } from '../core/decoder.ts';
import type { Compression, Files } from '../system/system.ts';
import { strayNameOf } from './asides.ts';
import { type Candidate, recordOf } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import { type Inspection, keyOf, mayBeCopied } from './inspection.ts';
import { type Circumstances, Likeness } from './likeness.ts';
import { NOTHING } from './newcomer.ts';
import { noteCut, type Observation } from './observation.ts';
import { type LookTime, lookQuietly, type Opening } from './opening.ts';
import { plainSource } from './source.ts';
import { isNext, liveFileStays, youngerThan } from './succession.ts';

/**
 * What an unknown file is: rules 2 to 5 of Adoption, for files that stood still while they were looked at.
 */
/** How long an unknown rotated file must have stood still before it counts as a generation of its own. */
const SETTLE_MS = 5_000;

export class Placing {
  readonly #files: Files;
  readonly #opening: Opening;
  readonly #likeness: Likeness;
  readonly #inspection: Pick<Inspection, 'postpone' | 'unreadable'>;

  constructor(
    files: Files,
    compression: Compression,
    detectFormat: Decoding['detectFormat'],
    opening: Opening,
    inspection: Pick<Inspection, 'postpone' | 'unreadable'>,
  ) {
    this.#files = files;
    this.#opening = opening;
    this.#likeness = new Likeness(files, compression, detectFormat);
    this.#inspection = inspection;
  }

  /** True if the candidate is decided and closed, or taken over by a generation; false if it is a new one. */
  place(observation: Observation, candidate: Candidate, rotated: boolean): boolean {
    const { stream, time, candidates, after, copies, cut } = observation;
    const { file, listed } = candidate;
    if (!listed && this.#isPacked(observation, candidate)) return true;
    const others = candidates.filter((other) => other !== candidate);
    const copyOf = stream.copies.get(keyOf(candidate.identity))?.sequence;
    const { newest: latest, generations } = stream;
    const circumstances = { rotated, others, after, latest, generations, cut, copyOf };
    const same = this.#likeTo(observation, candidate, circumstances);
    if (same === undefined) return true;
    const orphan = same.find((generation) => !generation.listed);
    if (orphan?.isProven === false && orphan.ending?.reason === 'truncated') {
      // What comes before it was not known when it was first seen, but nobody has read it: it is put in its place now.
      // It was being made, perhaps, when it was opened; by now its file is cut, and so it is whole.
      orphan.giveWay(
        file.compressed ? Number.POSITIVE_INFINITY : this.#files.look(candidate.descriptor).size,
      );
      return false;
    }
    if (orphan !== undefined) {
      observation.after = orphan.sequence;
      this.#takeOver(orphan, candidate, time);
      return true;
    }
    if (file.age.kind === 'live') return false;
    if (this.#isNothing(observation, candidate) || copies.has(candidate))
      return this.#ignore(stream, candidate);
    if (this.#isCutContent(observation, candidate)) return true;
    if (same.length > 0) return this.#ignore(stream, candidate);
    if (this.#mayBeCopyOfUnreadable(observation, candidate)) {
      observation.isSettled = false;
      this.#inspection.postpone(observation, candidate);
      return true;
    }
    const record = recordOf(candidate);
    const name = strayNameOf(record);
    const key = keyOf(candidate.identity);
    const isStray = stream.strayNames.has(name);
    if (!isStray && (makeWay(observation, candidate) || isNext(stream, candidate))) return false;
    if (!listed) {
      // Whoever reads strays finds them by their names.
      if (!isStray) observation.lost.push(record);
    } else if (isStray) observation.strays.set(key, { file, name });
    else if (this.#stoodStill(stream, candidate, time)) {
      observation.strays.set(key, { file, name });
      stream.strayNames.set(name, true);
    } else {
      observation.isSettled = false;
      this.#inspection.postpone(observation, candidate);
      return true;
    }
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
      this.#inspection.unreadable(observation, candidate.file.path, error);
      this.#files.close(candidate.descriptor);
      return undefined;
    }
  }

  /**
   * A .gz of nothing; or a copy of which nothing is there yet. Where there is a file at the live name, nobody will write to an
   * empty one beside it but who copies; should somebody else do so, it is judged again when it is no longer empty.
   */
  #isNothing({ stream, cut, candidates }: Observation, candidate: Candidate): boolean {
    if (candidate.size > 0) return false;
    // Put behind what is younger by its name, it would end the reading of that.
    if (candidate.file.compressed || youngerThan(stream, candidate).length > 0) return true;
    return (
      stream.generations.some(({ listed, sighted }) => listed && sighted.age.kind === 'live') ||
      [...cut.values()].some(({ now }) => now?.age.kind === 'live') ||
      // The kubelet makes no copies.
      (!stream.kubeletNamed && candidates.some(({ file }) => file.age.kind === 'live'))
    );
  }

  #ignore(stream: ContainerStream, { identity, descriptor, file, size, listed }: Candidate): boolean {
    if (listed)
      stream.ignored.set(keyOf(identity), file.compressed ? this.#files.look(descriptor).size : size);
    this.#files.close(descriptor);
    return true;
  }

  /** A file of which nobody can say yet what is in it may be what this is a copy of: it is waited for, within reason. */
  #mayBeCopyOfUnreadable({ stream, time, unreadable }: Observation, candidate: Candidate): boolean {
    const isWaiting = stream.unsettledSinceMs === undefined || stream.isUnsettled(time.nowMs);
    return (
      isWaiting &&
      // The kubelet makes no copies.
      !stream.kubeletNamed &&
      !candidate.file.compressed &&
      unreadable.some(({ file, identity }) => mayBeCopied({ ...file, identity }, candidate))
    );
  }

  /** A rotated file that was postponed and compressed meanwhile: its .gz is judged like any other. */
  #isPacked({ candidates }: Observation, candidate: Candidate): boolean {
    const source = plainSource(this.#files, candidate.descriptor);
    const isPacked =
      !candidate.file.compressed &&
      candidates.some((other) => other.file.compressed && this.#likeness.isSameAs(source, other));
    if (isPacked) this.#files.close(candidate.descriptor);
    return isPacked;
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
    const { file, identity, descriptor, size } = candidate;
    const keepsSource = generation.isOpen && generation.ending === undefined && file.age.kind !== 'live';
    const isCopy = generation.ending?.reason === 'truncated' && !file.compressed;
    const sighted = { path: file.path, age: file.age, compressed: file.compressed, identity };
    generation.moveTo(sighted, candidate.listed, isCopy ? size : undefined);
    if (keepsSource) {
      this.#files.close(descriptor);
      return;
    }
    generation.open(this.#opening.sourceOf(descriptor, file.compressed, generation), file.compressed);
    if (isCopy && generation.shortfall !== undefined) acceptQuietly(generation);
    lookQuietly(generation, time);
  }
}

/** Whether the file at the live name is not the known one any more: unknown rotated files are to be expected. */
export const isRotated = (stream: ContainerStream): boolean => !liveFileStays(stream);

/**
 * Puts generations of which nothing was proven behind an older candidate: what stood in them may have been copied and cut
 * since. False if the candidate is older than one whose content is known.
 */
const makeWay = (observation: Observation, candidate: Candidate): boolean => {
  const { stream, cut } = observation;
  const younger = youngerThan(stream, candidate);
  if (!younger.every((generation) => generation.isOpen && !generation.isProven)) return false;
  for (const generation of younger) {
    generation.end('truncated', 0);
    noteCut(observation, generation, generation.sighted);
    // What stands in it was not seen while all stood still: it is to be proven yet.
    const cutFile = cut.get(generation);
    if (cutFile !== undefined) cutFile.seen = NOTHING;
  }
  return true;
};

/** Where it cannot be read now, it looks cut once it can: its lines come twice then, and none is lost. */
const acceptQuietly = (generation: Generation): void => {
  try {
    generation.acceptTail();
  } catch {
    generation.touch();
  }
};
