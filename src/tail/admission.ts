import type { Consumer } from '../core/consumer.ts';
import type { FileRecord, GenerationRecord } from '../core/identity.ts';
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
  /** Generations that a checkpoint knows of a stream. */
  recordsOf(streamKey: string): readonly GenerationRecord[];
  /** Files of which the agent that made the checkpoint could not say yet what they are. */
  unjudgedOf(streamKey: string): readonly FileRecord[];
  /** Files that the agent before this one held open; undefined where there was none in this process. */
  readonly handOver: HandOver | undefined;
}

export type NewStream = Omit<StreamSighting, 'files'>;

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
    const records = wasExcluded ? [] : this.#recordsOf(stream.key);
    for (const record of records) stream.append(record, { kind: 'live' }, time.nowMs);
    // Nobody writes to a stray.
    if (stream.newest !== undefined && !isAside(stream.key))
      stream.newest.wasWrittenTo = !stream.newest.sighted.compressed;
    for (const consumer of this.#consumers) {
      const position = consumer.positionOf(stream.key);
      if (position !== undefined) stream.reserve(lowWater(position).generation);
    }
    for (const name of this.strayNamesOf(stream.key)) stream.strayNames.set(name, true);
    for (const record of wasExcluded ? [] : settings.unjudgedOf(stream.key))
      stream.postponed.miss(keyOf(record), record);
    settings.handOver?.openFor(stream, this.#opening, time);
    return stream;
  }

  /** The next stream of this key is all that there is of a file that is gone. */
  expectLost(streamKey: string, record: FileRecord): void {
    this.#lost.set(streamKey, record);
  }

  #recordsOf(streamKey: string): readonly GenerationRecord[] {
    const lost = this.#lost.get(streamKey);
    this.#lost.delete(streamKey);
    return lost === undefined ? this.#settings.recordsOf(streamKey) : [{ ...lost, sequence: 1 }];
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
