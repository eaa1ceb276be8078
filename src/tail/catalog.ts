import type { Consumer } from '../core/consumer.ts';
import type { StreamSighting } from '../core/sighting.ts';
import { isLeftOut, type Treatment } from '../core/treatment.ts';
import type { Clock } from '../system/system.ts';
import { Admission, type NewStream } from './admission.ts';
import type { Adoption } from './adoption.ts';
import { asideKey, isAside } from './asides.ts';
import { Cadence, type CadenceListener } from './cadence.ts';
import type { ContainerStream } from './container-stream.ts';
import { Descriptors } from './descriptors.ts';
import { endOfStream } from './end-of-stream.ts';
import { Exclusions, type StreamPlace } from './exclusions.ts';
import { handOutLast, type Scan } from './finish.ts';
import { HandOver } from './hand-over.ts';
import { Inheritance, type InheritanceSettings, type Walked } from './inheritance.ts';
import { type Lanes, startOfStream } from './lanes.ts';
import { Looker } from './looker.ts';
import type { Stray } from './observation.ts';
import type { LookTime } from './opening.ts';
import { Restarts } from './restarts.ts';
import { Tidying } from './tidying.ts';
import type { Turns } from './turns.ts';

/** All container streams of the node, from first sight until nothing is left of them. */
export interface CatalogSettings extends InheritanceSettings, Omit<CadenceListener, 'isAtRest'> {
  /** Where a consumer begins that has no position in a stream. */
  readonly startAt: 'beginning' | 'end';
  readonly openFiles: number;
  readonly heldDeletedBytes: number;
  /** Its files were looked at: what a checkpoint knows of it may be out of date. */
  onObserved(streamKey: string): void;
  /** A stream has ended: its positions are of no use any more. */
  onForgotten(streamKey: string): void;
  /** Files could not be read; they are tried again. */
  onUnreadable(path: string, error: unknown): void;
}

export class Catalog {
  readonly streams = new Map<string, ContainerStream>();
  readonly #settings: CatalogSettings;
  readonly #adoption: Adoption;
  readonly #admission: Admission;
  readonly #inheritance: Inheritance;
  readonly #lanes: Lanes;
  readonly #turns: Turns;
  readonly #consumers: readonly Consumer[];
  readonly #clock: Clock;
  readonly #cadence: Cadence;
  readonly #looker: Looker;
  readonly #tidying: Tidying;
  readonly #restarts = new Restarts();
  /** Until the first walk is over, `startAt` decides; a stream that comes later is read from its beginning. */
  #isStarting = true;
  readonly #descriptors: Descriptors;
  readonly #excluded = new Exclusions();

  constructor(
    settings: CatalogSettings,
    adoption: Adoption,
    lanes: Lanes,
    turns: Turns,
    consumers: readonly Consumer[],
    clock: Clock,
  ) {
    this.#settings = settings;
    this.#adoption = adoption;
    this.#admission = new Admission(settings, adoption.opening, consumers);
    this.#inheritance = new Inheritance(settings, this.#admission, adoption.opening, {
      isKnown: (key) => this.streams.has(key) || this.#excluded.has(key),
      takeUp: (stream, treatment) => this.#takeUp(stream, treatment),
    });
    this.#lanes = lanes;
    this.#turns = turns;
    this.#consumers = consumers;
    this.#clock = clock;
    this.#cadence = new Cadence({
      onIdle: (stream) => settings.onIdle(stream),
      onBusy: (stream) => settings.onBusy(stream),
      onWoken: () => settings.onWoken(),
      isWatched: (stream) => stream.isAtRest && settings.isWatched(stream),
      isAtRest: (stream) => stream.isAtRest,
      tellsWrites: (stream) => settings.tellsWrites(stream),
    });
    this.#descriptors = new Descriptors(settings.openFiles, this.streams);
    this.#looker = new Looker(adoption.opening, clock, settings, (stream) => this.#descriptors.count(stream));
    this.#tidying = new Tidying(this.#looker, consumers, this.#descriptors);
  }

  /** The first walk is over: goes on with files that were held open and that it did not show. */
  resumeHeld(): void {
    this.#inheritance.resumeHeld();
  }

  /** A walk is over: what appears from now on is new; what is known from before and was not found is gone, or no link leads to it. */
  walked(walked: Walked): void {
    this.#inheritance.settle(walked);
    this.#isStarting = false;
  }

  /** Gives all its open files away; nothing can be read any more. */
  handOver(): HandOver {
    return HandOver.of(this.streams.values());
  }

  get nextDueMs(): number | undefined {
    return this.#cadence.nextDueMs;
  }

  /** Takes in what discovery saw. False if something is left to do: the directory is to be scanned again. */
  observe(sighting: StreamSighting): boolean {
    const known = this.streams.get(sighting.key);
    if (this.#excluded.removeGone(sighting)) this.#forgetPlace(sighting.key);
    // Never known, or a link was moved: its old place reports the stream as gone, after its new place showed it.
    if (sighting.files.length === 0 && sighting.directory !== known?.directory) {
      if (known === undefined && !this.#excluded.has(sighting.key))
        this.#settings.treatments.forget(sighting.key);
      this.#inheritance.vanished(sighting.key);
      return true;
    }
    const treatment = this.#settings.treatments.of(sighting.key, sighting.origin);
    if (isLeftOut(treatment)) return this.#leaveOut(sighting, known, treatment.isPodKnown);
    if (
      known === undefined &&
      !this.#admission.isHeld(sighting.key) &&
      !this.#descriptors.hasRoom(this.#time.nowMs)
    ) {
      this.#inheritance.postponed(sighting.key);
      return false;
    }
    const stream = known ?? this.#admit(sighting);
    stream.treatment = treatment;
    stream.directory = sighting.directory;
    const time = this.#time;
    const before = known === undefined ? '' : stream.appearance;
    const { isSettled, strays, lost } = this.#adoption.observe(stream, sighting, time, (files) =>
      this.#descriptors.hasRoom(time.nowMs, files),
    );
    if (known === undefined) this.#begin(stream);
    this.#tidying.note(stream);
    this.#followAsides(stream, strays);
    this.#inheritance.tellLost(stream, lost);
    // A directory may hold the files of many streams, of which one was written to.
    if (known === undefined && stream.isQuiet(time.nowMs)) this.#cadence.beginIdle(stream);
    else if (stream.appearance !== before || !isSettled) this.#cadence.quicken(stream);
    this.#settings.onObserved(stream.key);
    this.#queue(stream, time.nowMs);
    return isSettled;
  }

  /** Asks again how these streams are treated, and follows it. */
  treatAnew(streamKeys: readonly string[]): void {
    const nowMs = this.#clock.monotonic();
    for (const key of streamKeys) {
      const stream = this.streams.get(key);
      this.#excluded.reconsider(key);
      if (stream === undefined) continue;
      stream.treatment = this.#settings.treatments.of(key, stream.origin);
      if (isLeftOut(stream.treatment)) this.#leaveOut(stream, stream, stream.treatment.isPodKnown);
      else this.#queue(stream, nowMs);
    }
  }

  /** A scan of this directory was asked for, and is over: whatever was not found there is not there. */
  scanned(directory: string): void {
    for (const stream of this.streams.values()) {
      if (!stream.needsScan || stream.directory !== directory) continue;
      const { key, origin, kubeletNamed } = stream;
      this.observe({ key, origin, kubeletNamed, directory, files: [] });
    }
  }

  /** The agent stops: what can never be read again is handed out. */
  finish(nowMs: number, scan: Scan): void {
    for (const stream of [...this.streams.values()]) handOutLast(stream, nowMs, scan);
  }

  /** Inflaters have more, or something else happened that no look would show. */
  wake(nowMs: number): void {
    for (const stream of this.streams.values()) this.#queue(stream, nowMs);
  }

  /** A watch tells that this file was written to; false if it is none that the watches stand for. */
  written(path: string, nowMs: number): boolean {
    return this.#cadence.written(path, nowMs);
  }

  /** Looks at the files that are due, and queues the lanes that have something to do. Returns directories to scan. */
  poll(nowMs: number): ReadonlyMap<string, boolean> {
    const directories = new Map<string, boolean>();
    for (const directory of this.#excluded.takeWanted()) directories.set(directory, true);
    this.#cadence.poll(nowMs, (stream, isIdle) => {
      const changed = this.#looker.look(stream, nowMs);
      if (stream.asksForScan()) directories.set(stream.directory, true);
      // The directory of an idle stream is watched, and walked by now and then.
      else if (!isIdle && stream.isDirectoryDue(nowMs) && !directories.has(stream.directory)) {
        directories.set(stream.directory, false);
      }
      this.#tidying.note(stream);
      this.#queue(stream, nowMs);
      return changed;
    });
    return directories;
  }

  /** Closes, bounds and forgets; about once a second. */
  tidy(nowMs: number): void {
    this.#tidying.tidy(nowMs, this.#settings.heldDeletedBytes, this.#forgetStream);
  }

  /** Everything that is there was handed out; nothing more will come by itself. */
  isQuiet(nowMs: number): boolean {
    for (const stream of this.streams.values()) {
      if (stream.wantsScan || stream.treatment.isAwaited) return false;
      for (const lane of stream.lanes) if (lane.wantsTurn(nowMs) || lane.isInflating) return false;
    }
    return true;
  }

  get openFiles(): number {
    return this.#descriptors.open;
  }

  closeAll(): void {
    for (const stream of this.streams.values()) {
      this.#lanes.close(stream);
      this.#adoption.close(stream);
    }
  }

  // ---- streams come and go

  /** Bytes that came too late for their place are read as a stream of their own, beside the one they belong to. */
  #followAsides(stream: ContainerStream, strays: ReadonlyMap<string, Stray>): void {
    const { origin, kubeletNamed, directory, asides } = stream;
    for (const [identity, { name }] of strays) asides.set(identity, name);
    for (const [identity, name] of asides) {
      const stray = strays.get(identity);
      const key = asideKey(stream.key, name);
      this.observe({ key, origin, kubeletNamed, directory, files: stray === undefined ? [] : [stray.file] });
      const aside = this.streams.get(key);
      if (aside !== undefined) aside.isOver = true;
      if (stray === undefined) asides.delete(identity);
    }
  }

  /** It is not read; if nobody knows its pod, it keeps its place for when somebody does. */
  #leaveOut(place: StreamPlace, known: ContainerStream | undefined, isPodKnown: boolean): true {
    if (isPodKnown) return this.#exclude(place, known);
    if (!isAside(place.key)) this.#excluded.add(place, true);
    if (known !== undefined) this.#drop(known);
    return true;
  }

  /** Nobody wants this stream: what is known of it, in checkpoints too, is forgotten, but for where it is. */
  #exclude(place: StreamPlace, known: ContainerStream | undefined): true {
    const { key, directory } = place;
    for (const name of new Set([...(known?.asides.values() ?? []), ...this.#admission.strayNamesOf(key)])) {
      const aside = asideKey(key, name);
      this.#exclude({ key: aside, directory }, this.streams.get(aside));
    }
    // An aside is found by the stream that it belongs to.
    if (isAside(key)) this.#settings.treatments.forget(key);
    else this.#excluded.add(place, false);
    if (known !== undefined) {
      for (const generation of [...known.generations]) known.remove(generation);
      this.#forgetStream(known);
    } else this.#forgetPlace(key);
    return true;
  }

  #forgetPlace(streamKey: string): void {
    if (this.#consumers.some((consumer) => consumer.positionOf(streamKey) !== undefined))
      this.#settings.onForgotten(streamKey);
  }

  #admit(sighting: NewStream): ContainerStream {
    const isForgotten = this.#excluded.isForgotten(sighting.key);
    const stream = this.#admission.admit(sighting, this.#time, isForgotten);
    this.#descriptors.count(stream);
    this.#inheritance.admitted(stream.key);
    this.streams.set(stream.key, stream);
    if (!isAside(stream.key)) this.#restarts.add(stream);
    return stream;
  }

  /** A stream that no directory shows. */
  #takeUp(place: NewStream, treatment: Treatment): void {
    const stream = this.#admit(place);
    stream.treatment = treatment;
    for (const generation of stream.generations) this.#inheritance.openOrEnd(generation, this.#time);
    const { lost } = this.#adoption.judgeUnseen(stream, this.#time);
    this.#begin(stream);
    this.#tidying.note(stream);
    this.#inheritance.tellLost(stream, lost);
    this.#cadence.quicken(stream);
    this.#settings.onObserved(stream.key);
    this.#queue(stream, this.#clock.monotonic());
  }

  get #time(): LookTime {
    return { nowMs: this.#clock.monotonic(), wallMs: this.#clock.now() };
  }

  #begin(stream: ContainerStream): void {
    const atEnd = this.#settings.startAt === 'end' && this.#isStarting;
    // What was written while nobody wanted it is not wanted now.
    const wasExcluded = this.#excluded.isForgotten(stream.key);
    this.#excluded.remove(stream.key);
    this.#lanes.open(stream, this.#consumers, (consumer) => {
      const known = consumer.positionOf(stream.key);
      if (known !== undefined && !wasExcluded) return known;
      const start = wasExcluded || (atEnd && consumer.isNew) ? endOfStream(stream) : startOfStream(stream);
      consumer.begin(stream.key, start);
      return start;
    });
  }

  #queue(stream: ContainerStream, nowMs: number): void {
    for (const lane of stream.lanes) if (lane.wantsTurn(nowMs)) this.#turns.add(lane);
  }

  readonly #forgetStream = (stream: ContainerStream): void => {
    this.#drop(stream);
    if (!this.#excluded.has(stream.key)) this.#settings.treatments.forget(stream.key);
    this.#settings.onForgotten(stream.key);
  };

  #drop(stream: ContainerStream): void {
    this.#lanes.close(stream);
    this.#adoption.close(stream);
    this.#tidying.remove(stream);
    this.#cadence.remove(stream);
    this.streams.delete(stream.key);
    this.#restarts.forget(stream);
  }
}
