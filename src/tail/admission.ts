import type { Consumer } from '../core/consumer.ts';
import type { FileRecord, StreamRecord } from '../core/identity.ts';
import type { Origin } from '../core/origin.ts';
import { lowWater } from '../core/position.ts';
import type { StreamSighting } from '../core/sighting.ts';
import { isAside, strayNames } from './asides.ts';
import { ContainerStream } from './container-stream.ts';
import type { HandOver } from './hand-over.ts';
import { keyOf } from './inspection.ts';
import type { LookTime, Opening } from './opening.ts';

/** What was known of streams before this agent began: in the checkpoint, and in the hands of the agent before it. */
export interface AdmissionSettings {
  /** Streams that a checkpoint knows. */
  recorded(): Iterable<readonly [string, Origin]>;
  /** What a checkpoint knows of a stream. */
  recordOf(streamKey: string): StreamRecord | undefined;
  /** Files that the agent before this one held open; undefined where there was none in this process. */
  readonly handOver: HandOver | undefined;
}

export type NewStream = Omit<StreamSighting, 'files'>;

type Known = Omit<StreamRecord, 'origin'>;
const NOTHING: Known = { generations: [] };

/** Makes streams out of sightings, with what was known of them. */
export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #opening: Opening;
  readonly #consumers: readonly Consumer[];
  #recordedStrays: ReadonlyMap<string, readonly string[]> | undefined;
  /** Of streams that are made up to tell a loss. */
  readonly #lost = new Map<string, FileRecord>();

  constructor(settings: AdmissionSettings, opening: Opening, consumers: readonly Consumer[]) {
    this.#settings = settings;
    this.#opening = opening;
    this.#consumers = consumers;
  }

  /** @param wasExcluded what a checkpoint knows of it is to be forgotten, although it still stands there */
  admit(sighting: NewStream, time: LookTime, wasExcluded: boolean): ContainerStream {
    const settings = this.#settings;
    const stream = new ContainerStream(sighting);
    const {
      generations,
      unjudged = [],
      copies = [],
    } = (wasExcluded ? undefined : this.#recordOf(stream.key)) ?? NOTHING;
    for (const record of generations) stream.append(record, { kind: 'live' }, time.nowMs);
    // Nobody writes to a stray.
    if (stream.newest !== undefined && !isAside(stream.key))
      stream.newest.wasWrittenTo = !stream.newest.sighted.compressed;
    for (const consumer of this.#consumers) {
      const position = consumer.positionOf(stream.key);
      if (position !== undefined) stream.reserve(lowWater(position).generation);
    }
    for (const name of this.strayNamesOf(stream.key)) stream.strayNames.set(name, true);
    for (const record of unjudged) stream.postponed.miss(keyOf(record), record);
    for (const copy of copies) stream.copies.set(keyOf(copy), copy);
    settings.handOver?.openFor(stream, this.#opening, time);
    return stream;
  }

  /** The next stream of this key is all that there is of a file that is gone. */
  expectLost(streamKey: string, record: FileRecord): void {
    this.#lost.set(streamKey, record);
  }

  #recordOf(streamKey: string): Known | undefined {
    const lost = this.#lost.get(streamKey);
    this.#lost.delete(streamKey);
    if (lost !== undefined) return { generations: [{ ...lost, sequence: 1 }] };
    return this.#settings.recordOf(streamKey);
  }

  /** The names of the strays that a checkpoint knows of a stream. */
  strayNamesOf(streamKey: string): readonly string[] {
    this.#recordedStrays ??= strayNames([...this.#settings.recorded()].map(([key]) => key));
    return this.#recordedStrays.get(streamKey) ?? [];
  }

  /** Whether files of this stream are open already, so that it costs no descriptors. */
  isHeld(streamKey: string): boolean {
    return this.#settings.handOver?.holds(streamKey) === true;
  }
}
