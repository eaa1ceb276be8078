import type { Consumer } from '../core/consumer.ts';
import type { Decoding } from '../core/decoder.ts';
import type { Identity, StreamRecord } from '../core/identity.ts';
import { lowWater } from '../core/position.ts';
import type { StreamSighting } from '../core/sighting.ts';
import type { System } from '../system/system.ts';
import type { ReadingSnapshot, StreamDetails, StreamLag } from '../telemetry/snapshot.ts';
import { Adoption } from './adoption.ts';
import { heldGenerations } from './bounds.ts';
import { Catalog, type CatalogSettings } from './catalog.ts';
import { describeStream } from './describe.ts';
import type { Scan } from './finish.ts';
import { gzipSource } from './gzip-source.ts';
import type { HandOver } from './hand-over.ts';
import { InflateSlots } from './inflate-slots.ts';
import type { Walked } from './inheritance.ts';
import { lagsOf, unreadBehind } from './lag.ts';
import type { Lane } from './lane.ts';
import { type LaneLimits, LaneTools, lanesBytes } from './lane-tools.ts';
import { Lanes } from './lanes.ts';
import { beginLooks } from './look-along.ts';
import { Turns } from './turns.ts';

/**
 * The tail room as one thing: takes in what discovery saw, looks at the files, and gives the lanes their turns, in which
 * they read, decode and hand batches to the consumers.
 */
export interface TailingSettings extends Omit<CatalogSettings, 'openFiles' | 'heldDeletedBytes'> {
  readonly limits: LaneLimits & Pick<CatalogSettings, 'openFiles' | 'heldDeletedBytes'>;
  readonly isOnce: boolean;
  readonly decoding: Decoding;
  /** birler's own output must not be its input. */
  isOwnOutput(file: Identity): boolean;
  /** Something that was waited for (an inflater) is there. */
  onReady(): void;
  onLinesUnparsed(streamKey: string, lines: number): void;
  onNulBytesSkipped(streamKey: string, bytes: number): void;
  /** A pod has used up its rate: it has to wait, or its records are dropped. */
  readonly onRateUsedUp: () => void;
  /** Shapers dropped records: somebody wanted it so. `bytes`: of their messages. */
  onRecordsDropped(records: number, bytes: number): void;
}

/** How long lanes are given turns before anything else is looked at. */
const SLICE_MS = 8;
/** Bounds, late writes and ended streams are looked after this often. */
const TIDY_MS = 1_000;

export class Tailing {
  readonly #system: System;
  readonly #settings: TailingSettings;
  readonly #consumers: readonly Consumer[];
  readonly #turns: Turns;
  readonly #lanes: Lanes;
  readonly #catalog: Catalog;
  readonly #slots: InflateSlots;
  readonly #longestRead: number;
  #tidyDueMs = 0;
  #hasMore = false;
  #hasResumed = false;
  #readBytes = 0;

  /** How much memory its lanes take. */
  static memoryBytes(limits: LaneLimits): number {
    return lanesBytes(limits);
  }

  constructor(system: System, consumers: readonly Consumer[], settings: TailingSettings) {
    const { limits, decoding, isOnce } = settings;
    this.#system = system;
    this.#settings = settings;
    this.#consumers = consumers;
    this.#turns = new Turns(limits.readShareBytes);
    const tools = new LaneTools(
      decoding,
      limits,
      system.clock,
      isOnce,
      ({ unparsedLines, nulBytes, droppedRecords, droppedBytes }, streamKey) => {
        if (droppedRecords > 0) settings.onRecordsDropped(droppedRecords, droppedBytes);
        if (unparsedLines > 0) settings.onLinesUnparsed(streamKey, unparsedLines);
        if (nulBytes > 0) settings.onNulBytesSkipped(streamKey, nulBytes);
      },
    );
    this.#lanes = new Lanes(tools, this.#turns, settings.onRateUsedUp);
    this.#slots = new InflateSlots(system.clock);
    this.#longestRead = tools.region.inputCapacity;
    const { openFiles, heldDeletedBytes } = limits;
    const catalogSettings = { ...settings, openFiles, heldDeletedBytes };
    this.#catalog = new Catalog(
      catalogSettings,
      this.#newAdoption(),
      this.#lanes,
      this.#turns,
      consumers,
      system.clock,
    );
  }

  /** What a checkpoint needs to know of a stream. */
  stateOf(key: string): StreamRecord | undefined {
    const stream = this.#catalog.streams.get(key);
    if (stream === undefined) return undefined;
    return stream.toRecord();
  }

  get streamKeys(): Iterable<string> {
    return this.#catalog.streams.keys();
  }

  /** The first walk is over, and perhaps others: what they did not show of what is known from before can be decided. */
  walked(walked: Walked): void {
    if (!this.#hasResumed) {
      this.#hasResumed = true;
      this.#catalog.resumeHeld();
      this.#settings.handOver?.close(this.#system.files);
    }
    this.#catalog.walked(walked);
  }

  /** Files of the agent before this one are still to be taken over. */
  get isResuming(): boolean {
    return this.#settings.handOver !== undefined && !this.#hasResumed;
  }

  /** Gives all its open files to the tailing that comes next; nothing can be read any more. */
  handOver(): HandOver {
    return this.#catalog.handOver();
  }

  /** These streams are treated otherwise from now on. */
  treatAnew(streamKeys: readonly string[]): void {
    this.#catalog.treatAnew(streamKeys);
  }

  /** Takes in what discovery saw; false if its directory must be read again. */
  observe(sighting: StreamSighting): boolean {
    return this.#catalog.observe(sighting);
  }

  /** A watch tells that this file was written to; false if it is none that the watches stand for. */
  written(path: string): boolean {
    return this.#catalog.written(path, this.#system.clock.monotonic());
  }

  /** Looks at the files that are due; `scan` reads a directory that one of them makes look changed. */
  poll(nowMs: number, scan: Scan): void {
    beginLooks();
    // Before the looks: what they show to be deleted may have been packed, and is not given up before its directory was read.
    if (nowMs >= this.#tidyDueMs) this.#tidy(nowMs);
    for (const [directory, always] of this.#catalog.poll(nowMs)) {
      scan(directory, always);
      if (always) this.#catalog.scanned(directory);
    }
  }

  /** Gives lanes their turns, for a few milliseconds at most. */
  read(nowMs: number): void {
    const { clock } = this.#system;
    const until = nowMs + SLICE_MS;
    this.#lanes.unpark(nowMs);
    for (let at = nowMs; at < until; at = clock.monotonic()) {
      const lane = this.#turns.take();
      this.#hasMore = lane !== undefined;
      if (lane === undefined) return;
      this.#serve(lane, at);
    }
  }

  /** There is more to read at once. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Everything that is there was handed out; nothing more will come by itself. */
  isQuiet(nowMs: number): boolean {
    return !this.#hasMore && this.#catalog.isQuiet(nowMs);
  }

  /** When something is to be done next, monotonic ms. */
  get nextDueMs(): number {
    const never = Number.POSITIVE_INFINITY;
    // Nobody is woken to tidy: the loop comes by at least once a second, and that will do.
    return Math.min(this.#catalog.nextDueMs ?? never, this.#lanes.waitEndsMs ?? never);
  }

  /** No more is read; what was read and can never be read again is handed out. */
  finish(nowMs: number, scan: Scan): void {
    this.#catalog.finish(nowMs, scan);
  }

  snapshot(): ReadingSnapshot {
    const { openFiles, heldDeletedBytes } = this.#settings.limits;
    const held = heldGenerations(this.#catalog.streams.values());
    return {
      streams: this.#catalog.streams.size,
      openFiles: this.#catalog.openFiles,
      openFilesLimit: openFiles,
      heldDeletedBytes: held.reduce((sum, { size }) => sum + size, 0),
      heldDeletedBytesLimit: heldDeletedBytes,
      readBytes: this.#readBytes,
      waitingPods: this.#turns.waitingPods,
    };
  }

  /** What each consumer has not acknowledged yet. */
  lags(): readonly StreamLag[] {
    return lagsOf(this.#catalog.streams.values(), this.#consumers, this.#system.clock.now());
  }

  /** Of these streams, what is known of them. */
  describe(keys: Iterable<string>): readonly StreamDetails[] {
    const nowMs = this.#system.clock.monotonic();
    return [...keys].flatMap((key) => {
      const stream = this.#catalog.streams.get(key);
      return stream === undefined ? [] : [describeStream(stream, nowMs)];
    });
  }

  /** Bytes of a stream that were seen and not read by everybody. */
  unreadBytes(key: string): number {
    const stream = this.#catalog.streams.get(key);
    if (stream === undefined) return 0;
    const unread = stream.lanes.map((lane) => unreadBehind(stream, lowWater(lane.position)));
    return Math.max(0, ...unread);
  }

  close(): void {
    if (!this.#hasResumed) this.#settings.handOver?.close(this.#system.files);
    this.#catalog.closeAll();
  }

  #tidy(nowMs: number): void {
    this.#tidyDueMs = nowMs + TIDY_MS;
    this.#catalog.tidy(nowMs);
    this.#slots.tidy(nowMs);
  }

  #serve(lane: Lane, nowMs: number): void {
    try {
      const taken = this.#lanes.serve(lane, nowMs);
      this.#readBytes += taken;
      this.#turns.charge(lane, taken);
      if (!this.#lanes.isParked(lane) && lane.wantsTurn(nowMs)) this.#turns.add(lane);
    } catch (error) {
      // The file, not the agent, is in trouble: it is tried again when it is polled next.
      if (!isSystemError(error)) throw error;
      this.#settings.onUnreadable(lane.generation?.sighted.path ?? lane.stream.key, error);
    }
  }

  #newAdoption(): Adoption {
    const { files, compression, clock } = this.#system;
    const { decoding, onUnreadable } = this.#settings;
    const gzip = { files, compression, slots: this.#slots, longestRead: this.#longestRead };
    return new Adoption(files, compression, {
      detectFormat: (...head) => decoding.detectFormat(...head),
      onUnreadable,
      isOwnOutput: (file) => this.#settings.isOwnOutput(file),
      openGzip: (descriptor, onReady) =>
        gzipSource(gzip, descriptor, () => {
          onReady();
          this.#catalog.wake(clock.monotonic());
          this.#settings.onReady();
        }),
    });
  }
}

const isSystemError = (error: unknown): boolean => error instanceof Error && 'code' in error;
