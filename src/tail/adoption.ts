import type { Decoding } from '../core/decoder.ts';
import { shortHash } from '../core/hash.ts';
import type { FileRecord } from '../core/identity.ts';
import type { SightedFile, StreamSighting } from '../core/sighting.ts';
import type { Compression, Files } from '../system/system.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import { Inspection, keyOf } from './inspection.ts';
import { findLost } from './lost-files.ts';
import { afterCut, inOrder, type Newcomer } from './newcomer.ts';
import { newObservation, type Observation, type Stray } from './observation.ts';
import { type LookTime, lookQuietly, Opening, type OpeningSettings } from './opening.ts';
import { isRotated, Placing } from './placing.ts';
import { wasCut } from './standing.ts';

/**
 * Decides what the files in a stream's directory are: generations that are known (under a new name, perhaps), copies of
 * those, or new ones. First all are looked at, until they stood still meanwhile (see Inspection): open files before
 * listed ones, so that a cut is noticed before anything else. Then, each file for itself:
 *
 * 1. the same inode and birth time: known, whatever it is called now (rename, `.1 -> .2`); if it was cut, what stands in it
 *    now is a new generation, read through the descriptor that is held anyway
 * 2. the same content as a generation whose file is gone or was cut: that generation goes on there (.gz, copytruncate)
 * 3. the same content as a file that is still there, or its beginning: a copy, ignored until that one is cut
 * 4. a rotated name that appears while the live file stays: perhaps a copy in the making, so it must first stand still;
 *    then it is a stray: bytes whose place in the order is past, to be read beside the stream
 * 5. otherwise a new generation. It is younger than all that are known, for at the last look they were all that there was;
 *    only those of which nothing was proven then (they were empty) may have been copied and cut since, and are put behind it
 *    if their names say so. Nobody reads those before.
 */
export interface AdoptionSettings extends OpeningSettings {
  readonly detectFormat: Decoding['detectFormat'];
}

export interface Adopted {
  /** Whether everything is decided; otherwise the directory is to be read again. */
  readonly isSettled: boolean;
  /** Strays that are there, by identity. */
  readonly strays: ReadonlyMap<string, Stray>;
  /** Files that are gone and that nobody has read: they are to be told. */
  readonly lost: readonly FileRecord[];
}

type SeenFiles = Pick<StreamSighting, 'files' | 'again'>;

/** Looks at one go until all stood still; a rotation takes longer than such a look. */
const MOST_INSPECTIONS = 5;
/** Files that are rotated all the time are judged all the same after so long, as well as one can. */
const LONGEST_POSTPONED_MS = 2_000;

export class Adoption {
  readonly opening: Opening;
  readonly #files: Files;
  readonly #inspection: Inspection;
  readonly #placing: Placing;

  constructor(files: Files, compression: Compression, settings: AdoptionSettings) {
    this.#files = files;
    this.opening = new Opening(files, compression, settings);
    this.#inspection = new Inspection(files, this.opening, settings);
    this.#placing = new Placing(files, compression, settings.detectFormat, this.opening, this.#inspection);
  }

  /** Takes in what discovery saw. */
  observe(
    stream: ContainerStream,
    sighting: SeenFiles,
    time: LookTime,
    mayHold: Observation['mayHold'],
  ): Adopted {
    const observation = newObservation(stream, time, mayHold);
    const isFirst = stream.generations.length === 0;
    const isProof = this.#inspect(observation, sighting);
    stream.needsScan = false;
    if (!isProof && this.#postpone(observation)) return observation;
    stream.postponedSinceMs = undefined;
    // A list that was made while names moved may lack what is still there.
    if (!isProof && stream.postponed.records !== undefined) stream.needsScan = true;
    else if (observation.isSettled) findLost(observation, this.#files);
    const rotated = isFirst || isRotated(stream);
    const fresh = observation.candidates.filter(
      (candidate) => !this.#placing.place(observation, candidate, rotated),
    );
    const newcomers = fresh.map((candidate) => this.opening.newcomer(stream, candidate));
    for (const cutFile of observation.cut.values()) newcomers.push(afterCut(cutFile));
    for (const newcomer of inOrder(newcomers)) add(stream, newcomer, time);
    for (const generation of observation.seen) generation.isProven = true;
    noteCopies(observation);
    // Cut again since all stood still: it may go on in a copy that nobody has seen yet.
    if (stream.generations.some(isCutAndOpen)) {
      stream.postponedSinceMs = time.nowMs;
      observation.isSettled = false;
    }
    this.#giveUpGone(observation);
    return observation;
  }

  /** Judges what was seen of a stream that no directory shows any more, and what stands in its files if they were cut. */
  judgeUnseen(stream: ContainerStream, time: LookTime): Pick<Adopted, 'lost'> {
    if (stream.postponed.records === undefined && !stream.generations.some(isCutAndOpen)) return { lost: [] };
    return this.observe(stream, { files: [] }, time, () => true);
  }

  /** Closes all files of a stream. */
  close(stream: ContainerStream): void {
    for (const generation of stream.generations) generation.close();
    this.#inspection.closePostponed(stream);
  }

  /** Looks at all files until they stood still meanwhile; false if they never did. */
  #inspect(observation: Observation, { files, again = () => files }: SeenFiles): boolean {
    const { stream, time } = observation;
    const isBlind = stream.unsettledSinceMs === undefined || stream.isUnsettled(time.nowMs);
    let listed: readonly SightedFile[] = files;
    for (let inspections = 1; ; inspections++) {
      this.#inspection.inspect(observation, listed, isBlind);
      const now = this.#inspection.stoodStill(observation, listed, again);
      if (now === 'still') return true;
      if (now === 'unreadable' || inspections === MOST_INSPECTIONS) return false;
      this.#inspection.release(observation);
      listed = now;
    }
  }

  /** Nothing that was seen proves anything: it is looked at again soon. False if that has gone on for too long. */
  #postpone(observation: Observation): boolean {
    const { stream, time, cut } = observation;
    // Where nothing is known yet, readers wait to be told where to begin.
    if (stream.generations.length === 0) return false;
    stream.postponedSinceMs ??= time.nowMs;
    if (time.nowMs - stream.postponedSinceMs >= LONGEST_POSTPONED_MS) return false;
    this.#inspection.release(observation);
    for (const [generation, { source }] of cut) generation.open(source, false);
    stream.unsettledSinceMs ??= time.nowMs;
    observation.isSettled = false;
    return true;
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
}

/** Another file's worth of bytes may stand in it by now. */
const isCutAndOpen = ({ isOpen, ending }: Generation): boolean => isOpen && ending?.reason === 'truncated';

/** Copies that are remembered: logrotate makes one at a time. */
const MOST_COPIES = 16;

const noteCopies = ({ stream, copies }: Observation): void => {
  const live = stream.generations.findLast(({ listed, sighted }) => listed && sighted.age.kind === 'live');
  if (live === undefined || copies.size === 0) return;
  if (stream.copies.size > MOST_COPIES) stream.copies.clear();
  for (const { identity } of copies) {
    const { ino, birthtimeNs } = identity;
    stream.copies.set(keyOf(identity), { ino, birthtimeNs, sequence: live.sequence });
  }
};

const add = (stream: ContainerStream, newcomer: Newcomer, time: LookTime): void => {
  const { sighted, listed, content, source } = newcomer;
  const { path, compressed, identity } = sighted;
  const { head, size, tail, mtimeMs } = content;
  const known = { head: { length: head.length, hash: shortHash(head) }, size, tail };
  const generation = stream.append({ ...identity, path, compressed, ...known }, sighted.age, time.nowMs);
  generation.listed = listed;
  generation.firstTimeNs = newcomer.firstTimeNs;
  generation.open(source, compressed);
  generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - mtimeMs);
  lookQuietly(generation, time);
  generation.knownAtStart = generation.size;
};
