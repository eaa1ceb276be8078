import {
  type CopyRecord,
  type GenerationRecord,
  type Identity,
  type StreamRecord,
  sameFile,
} from '../core/identity.ts';
import type { Origin } from '../core/origin.ts';
import { fairnessKeyOf } from '../core/origin.ts';
import type { NameAge, StreamSighting } from '../core/sighting.ts';
import { plainTreatment, type Treatment } from '../core/treatment.ts';
import { Generation } from './generation.ts';
import type { Lane } from './lane.ts';
import { PostponedFiles } from './postponed-files.ts';
import { RareMap } from './rare-map.ts';

/**
 * All output of one container instance: its generations in the order in which their bytes were written, and the lanes
 * that read them. Generations come in at the end (see Adoption) and leave at the front, when nobody needs them any more.
 */
/** How long a file that cannot be opened may keep the loss of another one from being told. */
const LONGEST_UNSETTLED_MS = 30_000;
/** How often a busy stream's directory is looked at (1.4 µs). */
const DIRECTORY_LOOK_MS = 100;
/** After so long without a change a file is begun with slow looks. */
const QUIET_MS = 1_000;

export class ContainerStream {
  readonly key: string;
  readonly kubeletNamed: boolean;
  readonly generations: Generation[] = [];
  readonly lanes: Lane[] = [];
  /** What is known of it, and what is done with it, by now. */
  treatment: Treatment;
  directory: string;
  /** Its directory must be read before anyone acts on what its generations look like. */
  needsScan = false;
  /** Its files did not stand still for long enough to be judged: since when. Its directory is read again soon. */
  postponedSinceMs: number | undefined;
  /** Those of them that are held open until they are judged. */
  readonly postponed = new PostponedFiles();
  /** Since when a file of it could not be judged; undefined if all are. */
  unsettledSinceMs: number | undefined;
  /** Nothing more will be written: its container was started anew, or its files are gone. */
  isOver = false;
  /** The agent stops, and its files are deleted: what is open can only be delivered now. */
  isAbandoned = false;
  /** Files that are copies of what is followed, by identity, with the size at which that was found. */
  readonly ignored = new RareMap<string, number>();
  /** Which generation a file was a copy of when that was proven: it still is when that one has been cut, by identity. */
  readonly copies = new RareMap<string, CopyRecord>();
  /** How many files of it were open when they were counted last; see Descriptors. */
  countedFiles = 0;
  /** Names of the streams that read what turned up too late for its place in this one, by the file's identity. */
  readonly asides = new RareMap<string, string>();
  /** The names of all its strays, those of earlier runs too. */
  readonly strayNames = new RareMap<string, true>();
  /** Unknown rotated files that appeared without a rotation, by identity: since when they have stood unchanged. */
  readonly undecided = new RareMap<string, { readonly size: number; readonly sinceMs: number }>();
  #nextSequence = 1;
  #directoryLookedMs = 0;
  #fairnessKey = '';
  #fairnessKeyOf: Origin | undefined;

  constructor(sighting: Pick<StreamSighting, 'key' | 'origin' | 'kubeletNamed' | 'directory'>) {
    this.key = sighting.key;
    this.treatment = plainTreatment(sighting.origin);
    this.kubeletNamed = sighting.kubeletNamed;
    this.directory = sighting.directory;
  }

  /** A file that cannot be judged yet may be the rest of one that ended: nothing is given up meanwhile, within reason. */
  isUnsettled(nowMs: number): boolean {
    return this.unsettledSinceMs !== undefined && nowMs - this.unsettledSinceMs < LONGEST_UNSETTLED_MS;
  }

  get origin(): Origin {
    return this.treatment.origin;
  }

  /** Made once for each origin: it is asked for several times a turn. */
  get fairnessKey(): string {
    const { origin } = this.treatment;
    if (origin !== this.#fairnessKeyOf) {
      this.#fairnessKeyOf = origin;
      this.#fairnessKey = fairnessKeyOf(origin);
    }
    return this.#fairnessKey;
  }

  get first(): Generation | undefined {
    return this.generations[0];
  }

  get newest(): Generation | undefined {
    return this.generations.at(-1);
  }

  get openFiles(): number {
    let open = this.postponed.size;
    for (const generation of this.generations) if (generation.isOpen) open++;
    return open;
  }

  /** Changes whenever its files, or what is known of them, do. */
  get appearance(): string {
    let text = '';
    for (const { sequence, version, listed, isOpen, sighted } of this.generations)
      text += `${sequence} ${version} ${listed} ${isOpen} ${sighted.path}\n`;
    return text;
  }

  /** Whether its directory is to be looked at again, and notes that it is. */
  isDirectoryDue(nowMs: number): boolean {
    if (nowMs - this.#directoryLookedMs < DIRECTORY_LOOK_MS) return false;
    this.#directoryLookedMs = nowMs;
    return true;
  }

  /** Nothing was written to it for a while. */
  isQuiet(nowMs: number): boolean {
    return this.newest !== undefined && nowMs - this.newest.changedAtMs > QUIET_MS;
  }

  /** Everything was read, and nothing waits for time to pass: the next thing to happen is that somebody writes. */
  get isAtRest(): boolean {
    const { newest } = this;
    if (newest?.listed !== true || newest.isEnded || this.wantsScan || this.unsettledSinceMs !== undefined)
      return false;
    for (const lane of this.lanes) if (lane.generation !== newest || !lane.isIdle) return false;
    return true;
  }

  /** Whether something of it is to be closed, given up or forgotten in time: a file without a name, or one that was left open. */
  get isRestless(): boolean {
    for (const generation of this.generations) {
      if (!generation.listed) return true;
      if (generation.isOpen && (generation.links === 0 || this.hasLeft(generation))) return true;
    }
    return this.generations.length === 0;
  }

  /** Whether nobody needs to read this generation any more. */
  hasLeft(generation: Generation): boolean {
    for (const lane of this.lanes)
      if (lane.generation === generation || lane.oldestNeeded <= generation.sequence) return false;
    return this.lanes.length > 0;
  }

  /** Whether a lane that stands in this generation has not read all of it. */
  hasUnread(generation: Generation): boolean {
    for (const lane of this.lanes) if (lane.unreadIn(generation) > 0) return true;
    return false;
  }

  generation(sequence: number): Generation | undefined {
    return this.generations.find((generation) => generation.sequence === sequence);
  }

  /** The generation whose bytes come after this sequence number. */
  after(sequence: number): Generation | undefined {
    return this.generations.find((generation) => generation.sequence > sequence);
  }

  /** Appends what a checkpoint knew, or what was just found. */
  append(
    record: Omit<GenerationRecord, 'sequence'> & { readonly sequence?: number },
    age: NameAge,
    nowMs: number,
  ): Generation {
    const sequence = Math.max(this.#nextSequence, record.sequence ?? 0);
    this.#nextSequence = sequence + 1;
    const generation = new Generation({ ...record, sequence }, age, nowMs);
    this.generations.push(generation);
    return generation;
  }

  /** The sequence number of the generation that comes next. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** Sequence numbers up to here are taken, also by generations that are forgotten. */
  reserve(sequence: number): void {
    this.#nextSequence = Math.max(this.#nextSequence, sequence);
  }

  /** A generation was cut: its bytes may live on in a copy, and what was taken for copies may be that one. */
  suspectTruncation(): void {
    this.ignored.clear();
    this.needsScan = true;
  }

  /** Its directory is to be read soon: something of it is not known or not proven. */
  get wantsScan(): boolean {
    if (this.needsScan || this.postponedSinceMs !== undefined) return true;
    for (const generation of this.generations) if (generation.awaitsProof) return true;
    return false;
  }

  /** True if its directory is to be read now; whatever is not found there then is not there. */
  asksForScan(): boolean {
    this.needsScan = this.wantsScan;
    return this.needsScan;
  }

  /** An inflater of this file has more. */
  touch(identity: Identity): void {
    for (const generation of this.generations) {
      if (sameFile(generation.sighted.identity, identity)) generation.touch();
    }
  }

  /** What a checkpoint needs to know. */
  toRecord(): StreamRecord {
    const generations = this.generations.map((generation) => generation.toRecord());
    const copies = [...this.copies.values()].filter(
      ({ sequence }) => this.generation(sequence) !== undefined,
    );
    return { origin: this.origin, generations, unjudged: this.postponed.records, copies };
  }

  remove(generation: Generation): void {
    generation.close();
    this.generations.splice(this.generations.indexOf(generation), 1);
  }
}
