import type { FileRecord } from '../core/identity.ts';
import type { Origin } from '../core/origin.ts';
import { isLeftOut, plainTreatment, type Treatment, type Treatments } from '../core/treatment.ts';
import type { Admission, AdmissionSettings, NewStream } from './admission.ts';
import { asideKey, strayNameOf } from './asides.ts';
import type { Generation } from './generation.ts';
import type { LookTime, Opening, Whereabouts } from './opening.ts';

/**
 * What becomes of the streams that are known from before (a checkpoint, the agent before this one) and that no directory shows:
 *
 *   its files                                        wanted               not wanted
 *   are held open for this agent                     read to the end      closed, then as below
 *   stand where they stood: a link to them is gone   read to the end      left, with their positions
 *   are gone                                         told as lost         told as lost
 *
 * Not wanted is what rules on names, paths and labels exclude; and what stands where it stood, if other directories are
 * looked at now: who sends birler elsewhere does not want it to go on there.
 */
export interface InheritanceSettings extends AdmissionSettings {
  readonly treatments: Treatments;
  /** Whether rules on names and paths let the stream be followed. */
  selects(origin: Origin): boolean;
  /** The directories that are looked at are those of the agent before this one. */
  readonly isSamePlace: boolean;
}

/** What a walk has shown so far. */
export interface Walked {
  /** The logs directory was not there. */
  readonly isMissing: boolean;
  /** All directories were there and could be read. */
  readonly hasSeenAll: boolean;
}

export interface InheritanceListener {
  /** A directory has shown it, or somebody has decided that it is not wanted. */
  isKnown(streamKey: string): boolean;
  /** What of its files can be opened is read, the rest is told as lost. */
  takeUp(stream: NewStream, treatment: Treatment): void;
}

export class Inheritance {
  readonly #settings: InheritanceSettings;
  readonly #admission: Admission;
  readonly #opening: Opening;
  readonly #listener: InheritanceListener;
  /** Streams that a directory has shown, and that wait for a descriptor. */
  readonly #postponed = new Set<string>();
  #isGoneTold = false;
  #isRestRead = false;

  constructor(
    settings: InheritanceSettings,
    admission: Admission,
    opening: Opening,
    listener: InheritanceListener,
  ) {
    this.#settings = settings;
    this.#admission = admission;
    this.#opening = opening;
    this.#listener = listener;
  }

  /** A directory shows it, but it cannot be taken in yet. */
  postponed(streamKey: string): void {
    this.#postponed.add(streamKey);
  }

  /** It is taken in. */
  admitted(streamKey: string): void {
    this.#postponed.delete(streamKey);
  }

  /** No directory shows it any more: it may have been removed while it waited. */
  vanished(streamKey: string): void {
    if (!this.#postponed.delete(streamKey)) return;
    for (const stream of this.#unknown()) if (stream.key === streamKey) this.#endIfGone(stream);
  }

  /** The first walk is over: goes on with what was held open and not found. */
  resumeHeld(): void {
    for (const stream of this.#unknown()) {
      if (!this.#admission.isHeld(stream.key)) continue;
      if (this.#settings.isSamePlace || this.#isGone(stream.key)) this.#readIfWanted(stream);
    }
  }

  /** Settles the rest, as soon as a walk has seen enough for it. */
  settle({ isMissing, hasSeenAll }: Walked): void {
    if (!isMissing && !this.#isGoneTold) {
      this.#isGoneTold = true;
      // Of one that waits, the directory shows files under other names.
      for (const stream of this.#unknown()) if (!this.#postponed.has(stream.key)) this.#endIfGone(stream);
    }
    if (hasSeenAll && !this.#isRestRead) {
      this.#isRestRead = true;
      for (const stream of this.#settings.isSamePlace ? this.#unknown() : [])
        if (!this.#postponed.has(stream.key) && this.#stands(stream.key)) this.#readIfWanted(stream);
    }
  }

  /** What has no name can only be read through a descriptor that is held, any other file as well by its name. */
  openOrEnd(generation: Generation, time: LookTime): void {
    if (!generation.isOpen) this.#opening.open(generation, time);
    if (!generation.isOpen) generation.end('deleted', generation.size);
  }

  /**
   * Files of a stream that is known were seen, and are gone before anybody could read them. Each is told as an aside that has
   * ended: its own positions say who was told already, also after a restart.
   */
  tellLost(of: NewStream, records: readonly FileRecord[]): void {
    const { origin, kubeletNamed, directory } = of;
    for (const record of records) {
      const key = asideKey(of.key, strayNameOf(record));
      if (this.#listener.isKnown(key)) continue;
      this.#admission.expectLost(key, record);
      this.#listener.takeUp({ key, origin, kubeletNamed, directory }, plainTreatment(origin));
    }
  }

  #endIfGone(stream: NewStream): void {
    if (this.#isGone(stream.key)) this.#listener.takeUp(stream, plainTreatment(stream.origin));
  }

  *#unknown(): Iterable<NewStream> {
    for (const [key, origin] of this.#settings.recorded()) {
      if (this.#listener.isKnown(key)) continue;
      yield { key, origin, kubeletNamed: origin.kind === 'kubernetes', directory: '' };
    }
  }

  #isGone(streamKey: string): boolean {
    return this.#whereabouts(streamKey).every((where) => where === 'gone');
  }

  /** A file that cannot be looked at may be read at the next start. */
  #stands(streamKey: string): boolean {
    const whereabouts = this.#whereabouts(streamKey);
    return whereabouts.includes('there') && !whereabouts.includes('unknown');
  }

  #whereabouts(streamKey: string): readonly Whereabouts[] {
    const { generations = [], unjudged = [] } = this.#settings.recordOf(streamKey) ?? {};
    return [...generations, ...unjudged].map((record) => this.#opening.whereabouts(record));
  }

  #readIfWanted(stream: NewStream): void {
    const { key, origin } = stream;
    if (!this.#settings.selects(origin)) return;
    const treatment = this.#settings.treatments.of(key, origin);
    if (isLeftOut(treatment)) this.#settings.treatments.forget(key);
    else this.#listener.takeUp(stream, treatment);
  }
}
