import type { Consumer } from '../core/consumer.ts';
import type { Gap } from '../core/gap.ts';
import { lowWater, type StreamPosition, samePosition } from '../core/position.ts';
import type { ContainerStream } from './container-stream.ts';
import { isFinished } from './finish.ts';
import { type Ending, type Generation, missingFrom } from './generation.ts';
import type { LaneTools } from './lane-tools.ts';
import { LeftAt } from './left-at.ts';
import { type Chunk, LineReader } from './line-reader.ts';
import type { OpenRecords } from './open-records.ts';
import { Records } from './records.ts';

/**
 * One reader of one container stream, for all consumers that stand at the same place: they share the read and the decode.
 * A consumer that falls behind gets a lane of its own (see Lanes).
 *
 * A turn reads one chunk, decodes its whole lines and hands out one batch; it never waits. Between turns a lane keeps no
 * bytes but the open partial lines in its joiner: the file is the buffer, and an unfinished line is simply read again.
 */
export class Lane {
  readonly stream: ContainerStream;
  readonly consumers: Consumer[];
  /** Waits for its turn; kept by Turns. */
  isQueued = false;
  readonly #tools: LaneTools;
  readonly #records: Records;
  readonly #open: OpenRecords;
  readonly #lines: LineReader;
  /** Where this lane began: lines before its marks were delivered earlier. */
  readonly #start: StreamPosition;
  /** The generation it stands in; undefined while the one with its sequence number (or a later one) is still to come. */
  #generation: Generation | undefined;
  #sequence: number;
  #position: StreamPosition;
  #seenVersion = -1;
  /** The last read had to wait: an inflater works, or the first line is not whole. */
  #isPending = false;
  /** The last read came to the end of the file. */
  #isAtEnd = false;
  /** At the end of a finished generation that nothing follows. */
  #isDrained = false;
  /** Where it left the generations that it read: what is written behind that comes too late. */
  readonly #leftAt = new LeftAt();
  /** Losses to be told with the next batch. */
  #gaps: Gap[] = [];

  constructor(stream: ContainerStream, consumers: Consumer[], start: StreamPosition, tools: LaneTools) {
    this.stream = stream;
    this.consumers = consumers;
    this.#tools = tools;
    this.#start = start;
    this.#position = start;
    this.#records = new Records(stream, start, tools);
    this.#open = this.#records.open;
    this.#lines = new LineReader(tools);
    const { generation, offset } = lowWater(start);
    this.#sequence = generation;
    this.#generation = stream.generation(generation);
    this.#lines.enter(offset);
  }

  /** Where its consumers stand once they have acknowledged what they were given. */
  get position(): StreamPosition {
    return this.#position;
  }

  /** Number of the generation that it reads, or that it waits for. */
  get sequence(): number {
    return this.#sequence;
  }

  get generation(): Generation | undefined {
    return this.#generation;
  }

  /** The oldest generation that is needed: a record that began there is open, and may have to be read again. */
  get oldestNeeded(): number {
    return lowWater(this.#position).generation;
  }

  /** Its consumers have acknowledged all that they were given. */
  get isAcknowledged(): boolean {
    return this.consumers.every((consumer) => {
      return samePosition(consumer.positionOf(this.stream.key) ?? this.#start, this.#position);
    });
  }

  /** Waits for an inflater. */
  get isInflating(): boolean {
    return this.#isPending && this.#generation?.isCompressedSource === true;
  }

  /** The last read came to the end of the file. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Its file may vanish: it was rotated or unlinked. */
  get isUrgent(): boolean {
    return this.#generation !== undefined && this.#generation !== this.stream.newest;
  }

  /** Everything that is there was read, and no record is open: two such lanes at one position can become one. */
  get isIdle(): boolean {
    if (this.#gaps.length > 0 || !this.#open.isEmpty) return false;
    const generation = this.#generation;
    if (generation === undefined) return this.#next() === undefined;
    return this.#isAtEnd && !this.#isPending && generation.version === this.#seenVersion;
  }

  /** When a record that is open was waited for long enough, monotonic ms; undefined if none is. */
  get openUntilMs(): number | undefined {
    return this.#open.dueMs;
  }

  /** Nothing is left to read, now or, as far as one can know, ever. */
  get isDrained(): boolean {
    if (!this.isIdle || this.#next() !== undefined) return false;
    return this.#generation === undefined || this.#isDrained;
  }

  /** Bytes of this generation that it has not read; 0 for other generations. */
  unreadIn(generation: Generation): number {
    return generation === this.#generation ? Math.max(0, generation.size - this.#lines.offset) : 0;
  }

  /** Whether a turn would do anything now. */
  wantsTurn(nowMs: number): boolean {
    if (this.stream.treatment.isAwaited) return false;
    if (this.#gaps.length > 0) return true;
    const generation = this.#generation;
    if (generation === undefined) return this.#next() !== undefined || this.#open.hasOverdue(nowMs);
    if (generation.ending !== undefined) return this.#mayLeaveEnded(nowMs);
    if (generation.awaitsProof) return false;
    // Without a descriptor there is nothing to read; only what was read to its end can be left.
    if (!generation.isOpen && this.unreadIn(generation) > 0) return false;
    if (generation.version !== this.#seenVersion) return generation.isOpen;
    if (this.#open.hasOverdue(nowMs)) return true;
    if (this.#isPending) return !generation.isCompressedSource && this.#isFinished(generation, nowMs);
    if (!this.#isAtEnd) return generation.isOpen;
    if (!this.#isFinished(generation, nowMs)) return false;
    return this.#next() !== undefined || (!this.#isDrained && this.#isLastWord(true));
  }

  /** Something may have been written to a generation that it has left; the next turn tells it. */
  tellLate(generation: Generation): void {
    const from = this.#leftAt.get(generation) ?? generation.knownAtStart;
    const bytes = generation.size - from;
    if (bytes <= 0) return;
    const { path } = generation.sighted;
    this.#leftAt.set(generation, generation.size);
    this.#gaps.push({ reason: 'late_write', bytes, generation: generation.sequence, file: path, from });
  }

  /** A lane at the same place, for some of its consumers. */
  fork(consumers: readonly Consumer[]): Lane {
    const lane = new Lane(this.stream, [...consumers], this.#position, this.#tools);
    for (const generation of this.stream.generations) {
      const leftAt = this.#leftAt.get(generation);
      if (leftAt !== undefined) lane.#leftAt.set(generation, leftAt);
    }
    return lane;
  }

  /** Hands out what is open, without its end; false if there is more. */
  closeOpen(nowMs: number): boolean {
    this.#records.begin(nowMs);
    const isEmpty = this.#open.closeAll();
    this.#handOut();
    return isEmpty;
  }

  /** Gives back what it holds. */
  close(): void {
    this.#open.reset();
  }

  /**
   * Reads, decodes and hands out at most one batch.
   *
   * @param excess whether the records of this turn are more than their pod may write
   * @returns how many bytes of the log it took
   */
  turn(nowMs: number, excess: 'take' | 'drop' = 'take'): number {
    this.#records.begin(nowMs);
    const generation = this.#generation;
    if (generation === undefined) this.#await(nowMs);
    else if (generation.ending !== undefined) this.#leaveEnded(generation, nowMs);
    else return this.#read(generation, nowMs, excess);
    this.#handOut();
    return 0;
  }

  // ---- from lines to a batch

  #read(generation: Generation, nowMs: number, excess: 'take' | 'drop'): number {
    // What the look of this round read along is proven; but nothing is left for good without a look of its own.
    const isSeen = generation.hasAlong(this.#lines.offset) && !this.#isFinished(generation, nowMs);
    if (!isSeen) generation.look(nowMs);
    if (generation.isEnded) this.stream.suspectTruncation();
    // A lane that waited for credit is not asked whether it wants its turn: what is closed must not look like an end.
    const isClosed = !generation.isOpen && this.unreadIn(generation) > 0;
    if (generation.isEnded || generation.awaitsProof || isClosed) {
      // Losses are told all the same, or it would want its turn again and again.
      this.#handOut();
      return 0;
    }
    const { version } = generation;
    const finished = this.#isFinished(generation, nowMs);
    generation.readAlong(!finished);
    const chunk = this.#lines.next(generation, this.stream, finished);
    generation.readAlong(false);
    this.#seenVersion = version;
    // It may have been at the end before, and more was written since.
    this.#isDrained = false;
    this.#isPending = chunk.kind === 'pending';
    if (chunk.kind === 'pending') {
      this.#open.closeOverdue(nowMs);
      this.#handOut();
      return 0;
    }
    this.#isAtEnd = chunk.isAtEnd;
    const taken = chunk.kind === 'lines' ? this.#decode(generation, chunk) : 0;
    if (chunk.kind === 'none' && chunk.isAtEnd) this.#atEnd(finished, nowMs);
    this.#handOut(excess);
    return taken;
  }

  #decode(generation: Generation, chunk: Chunk & { readonly kind: 'lines' }): number {
    const taken = this.#records.decode(generation, chunk, this.#lines.offset);
    if (taken !== chunk.end - this.#tools.region.inputStart) {
      // The table or the arena is full: the lines that are left are read again in the next turn.
      this.#isAtEnd = false;
      this.#lines.take(taken);
      return taken;
    }
    this.#tools.context.oversizeBytes += chunk.oversizeBytes;
    this.#lines.take(chunk.sourceBytes);
    return chunk.sourceBytes;
  }

  #handOut(excess: 'take' | 'drop' = 'take'): void {
    const records = this.#records;
    records.treat();
    if (excess === 'drop') this.#tell('rate_limit', records.drop());
    const before = this.#position;
    this.#position = this.#whereWeStand();
    this.#tools.count(this.#tools.context, this.stream.key);
    const isEmpty = records.isEmpty && this.#gaps.length === 0;
    if (isEmpty && samePosition(before, this.#position)) return;
    const batch = records.batch(this.#gaps, this.#position);
    this.#gaps = [];
    for (const consumer of this.consumers) consumer.accept(batch);
  }

  /** Bytes of the generation that is being read will not be delivered. */
  #tell(reason: Gap['reason'], bytes: number): void {
    if (bytes === 0) return;
    const file = this.#generation?.sighted.path ?? '';
    this.#gaps.push({ reason, bytes, generation: this.#sequence, file, from: this.#lines.offset });
  }

  #whereWeStand(): StreamPosition {
    const here = {
      generation: this.#sequence,
      offset: this.#generation === undefined ? 0 : this.#lines.offset,
    };
    return this.#open.marks(here, this.#start);
  }

  // ---- from one generation to the next

  #isFinished(generation: Generation, nowMs: number): boolean {
    return isFinished(generation, this.stream, this.#tools.isOnce, nowMs);
  }

  /** Whether nobody will finish what is open. A .gz has an end, but its container may go on in a file that is to come. */
  #isLastWord(finished: boolean): boolean {
    if (!finished || this.#open.isEmpty) return finished;
    return this.#tools.isOnce || this.stream.isOver || this.#generation?.isCompressedSource !== true;
  }

  #next(): Generation | undefined {
    return this.stream.after(this.#generation === undefined ? this.#sequence - 1 : this.#sequence);
  }

  #enterNext(): void {
    const next = this.#next();
    if (next === undefined) return;
    if (this.#generation !== undefined) this.#leftAt.set(this.#generation, this.#lines.offset);
    this.#generation = next;
    this.#sequence = next.sequence;
    this.#seenVersion = -1;
    this.#isAtEnd = false;
    this.#isPending = false;
    this.#isDrained = false;
    this.#lines.enter(0);
  }

  #atEnd(finished: boolean, nowMs: number): void {
    if (this.#generation?.isCorrupt === true) {
      this.#generation.end('corrupt', null);
      return;
    }
    const isLast = this.#next() === undefined;
    if (finished && !isLast) {
      if (this.#generation?.shortfall === undefined) this.#enterNext();
      else this.#leave(this.#generation, this.#generation.shortfall);
      return;
    }
    if (this.#isLastWord(finished)) this.#open.closeAll();
    else this.#open.closeOverdue(nowMs);
    this.#isDrained = finished && this.#open.isEmpty;
  }

  /** Nothing to read: goes on when there is, and meanwhile closes what nobody will finish. */
  #await(nowMs: number): void {
    this.#enterNext();
    this.#open.closeOverdue(nowMs);
  }

  /** Its bytes may live on in a file that was not found or judged yet. */
  #mayLeaveEnded(nowMs: number): boolean {
    return !this.stream.needsScan && !this.stream.isUnsettled(nowMs);
  }

  /** The rest of this generation is lost: say how much, and stand behind it. */
  #leaveEnded(generation: Generation, nowMs: number): void {
    const { ending } = generation;
    if (ending !== undefined && this.#mayLeaveEnded(nowMs)) this.#leave(generation, ending);
  }

  #leave(generation: Generation, ending: Ending): void {
    const missing = missingFrom(this.#lines.offset, ending);
    // The lost bytes may be the next pieces of what is open: it must not be joined with what comes behind them.
    if (missing.length > 0 && !this.#open.closeAll()) return;
    const { path } = generation.sighted;
    for (const { bytes, from } of missing) {
      this.#gaps.push({ reason: ending.reason, bytes, generation: generation.sequence, file: path, from });
    }
    this.#leftAt.set(generation, ending.size ?? Number.POSITIVE_INFINITY);
    this.#sequence = generation.sequence + 1;
    this.#generation = undefined;
    this.#enterNext();
  }
}
