import type { GenerationSeed } from '../core/batch.ts';
import type { LogFormat } from '../core/decoder.ts';
import type { Gap, GapReason } from '../core/gap.ts';
import { shortHash } from '../core/hash.ts';
import {
  type GenerationRecord,
  HEAD_BYTES,
  type Head,
  type Identity,
  MARKER_BYTES,
  markerHash,
} from '../core/identity.ts';
import type { NameAge } from '../core/sighting.ts';
import { beginsWithContent, type Content } from './content.ts';
import { LookAlong } from './look-along.ts';
import type { Source } from './source.ts';

/**
 * One file in a container stream's life, from its first sight until every reader has left it.
 *
 *   followed ── look() sees it shrink, or other bytes where the marker was ──> ended: truncated
 *   followed ── the rest of a .gz cannot be decompressed ──────────────────-> ended: corrupt
 *   followed ── nobody held it and it is gone ─────────────────────────────-> ended: deleted
 *   ended ── a copy with the same bytes turns up (copytruncate) ───────────-> followed, through the copy
 *
 * A descriptor is held from first sight on: a held inode is never given to another file, and an unlinked file stays
 * readable. The generation knows nothing of who reads it.
 */
export interface Ending {
  readonly reason: GapReason;
  /** How long the generation was when it was last seen whole; null where nobody can know. */
  readonly size: number | null;
  /**
   * Nobody looked since then, and it was being written to: it may have become longer. Not said of one that was empty: under
   * another name it could not be known again, so what was written to it may well be delivered.
   */
  readonly mayHaveGrown: boolean;
}

export interface Sighted {
  readonly path: string;
  readonly age: NameAge;
  readonly compressed: boolean;
  readonly identity: Identity;
}

/** Where a file ended once, and the hash of the bytes before. */
export interface Mark {
  readonly size: number;
  readonly tail: number;
}

/** Earlier ends that are remembered beside the last: a copy ends at most some moments before its file is cut. */
const MOST_MARKS = 8;

/** Times of files are as coarse as the kernel's clock: 4 ms, or 10 where it ticks slowly (CONFIG_HZ). */
const TICK_MS = 10;

/** Shared by all generations, because looking is synchronous. */
const scratch = Buffer.from(new ArrayBuffer(HEAD_BYTES));
const scratchView = new DataView(scratch.buffer);

export class Generation {
  readonly sequence: number;
  /** Where it was last seen. */
  sighted: Sighted;
  /** It was the last of its stream when a checkpoint was made. */
  wasWrittenTo = false;
  /** Whether its directory lists it now. */
  listed: boolean;
  head: Head;
  size: number;
  mtimeMs = 0;
  links = 1;
  /** Counts the looks that saw something new; who reads compares it with what it saw last. */
  version = 0;
  /** When it was last seen to change, monotonic ms. */
  changedAtMs: number;
  ending: Ending | undefined;
  format: LogFormat | undefined;
  /** No whole line was seen of it: what comes next may tell more. */
  isFormatGuessed = false;
  seed: GenerationSeed | undefined;
  /** What a look read along counts for all that is there; for the turn that follows the look. */
  readsAlong = false;
  /** NULs at its start, as far as a reader has looked: see LineReader. */
  holeBytes = 0;
  /** The time of its first record, where it was seen. */
  firstTimeNs: bigint | undefined;
  /** How long it was when whoever begins behind it began: in the checkpoint, or when it was found. */
  knownAtStart: number;
  /**
   * Its directory was read after its first bytes were seen, and nothing was there that comes before them. Until then they may be
   * of any age: an empty file can be filled, copied and cut several times between two looks. See Adoption.
   */
  isProven: boolean;
  /** It goes on in a copy that was made before its last bytes were written: they are lost. */
  shortfall: Ending | undefined;
  /** Where earlier looks saw it end: a shorter copy is known by them. */
  readonly #earlier: Mark[] = [];
  readonly #along = new LookAlong();
  #readsAlong = false;
  #tail: number;
  /**
   * Whether all that happens from now on shows in the file's time. What happens within a tick of a change does not: the file may
   * be cut and grow to its old size.
   */
  #isTimeTelling = false;
  #tellingFromMs = 0;
  #source: Source | undefined;
  #isCompressed = false;

  constructor(record: GenerationRecord, age: NameAge, nowMs: number) {
    const { dev, ino, birthtimeNs } = record;
    this.sequence = record.sequence;
    this.sighted = {
      path: record.path,
      age,
      compressed: record.compressed,
      identity: { dev, ino, birthtimeNs },
    };
    this.listed = false;
    this.head = record.head;
    this.size = record.size;
    this.knownAtStart = record.size;
    this.#tail = record.tail;
    this.changedAtMs = nowMs;
    this.isProven = record.size > 0 || record.compressed;
    if (record.cutSize !== undefined) this.#fallShort(record.cutSize);
  }

  /** It has bytes of which nobody knows yet what comes before them. */
  get awaitsProof(): boolean {
    return !this.isProven && this.size > 0 && !this.isEnded;
  }

  /** Whether it is read through an inflater: then it has an end, and nobody writes to it. */
  get isCompressedSource(): boolean {
    return this.#isCompressed;
  }

  get isEnded(): boolean {
    return this.ending !== undefined;
  }

  /** Where reading ends the file does not: the rest cannot be decompressed. */
  get isCorrupt(): boolean {
    return this.#source?.isCorrupt === true;
  }

  get isOpen(): boolean {
    return this.#source !== undefined;
  }

  /** How long its open file is at this moment, whatever was seen of it; 0 if none is open. */
  get sizeNow(): number {
    if (this.#source === undefined) return 0;
    return this.#isCompressed ? this.size : this.#source.look().size;
  }

  /** Takes over a source; closes the one it had. */
  open(source: Source, isCompressed: boolean): void {
    this.#source?.close();
    this.#source = source;
    this.#along.forget();
    this.#isCompressed = isCompressed;
  }

  close(): void {
    this.release()?.close();
  }

  /** Gives its source away; it is not open any more. */
  release(): Source | undefined {
    const source = this.#source;
    this.#source = undefined;
    return source;
  }

  /** There is more to read than there was. */
  touch(): void {
    this.version++;
  }

  end(reason: GapReason, size: number | null): void {
    this.ending ??= {
      reason,
      size,
      mayHaveGrown: reason === 'deleted' && this.wasWrittenTo && this.version === 0 && this.size > 0,
    };
    this.version++;
  }

  /**
   * It was cut, and what it held is read elsewhere, as another generation: nobody had read any of it. What is missing there is
   * lost.
   */
  giveWay(length: number): void {
    const lost = Math.max(0, (this.ending?.size ?? 0) - length);
    this.ending = { reason: 'truncated', size: lost, mayHaveGrown: false };
    this.version++;
  }

  /**
   * Goes on through another file that holds the same bytes: a copy, or the compressed form.
   *
   * @param listed whether a directory lists it
   * @param length of the copy, where it may be shorter than what was seen of the file
   */
  moveTo(sighted: Sighted, listed: boolean, length = Number.POSITIVE_INFINITY): void {
    this.sighted = sighted;
    this.listed = listed;
    this.#along.forget();
    if (this.ending !== undefined && this.ending.size !== null) this.size = this.ending.size;
    if (length < this.size) this.#fallShort(this.size);
    this.size = Math.min(this.size, length);
    this.ending = undefined;
    this.version++;
  }

  #fallShort(cutSize: number): void {
    this.shortfall = { reason: 'truncated', size: cutSize, mayHaveGrown: false };
  }

  /** What ends at its size now is what is known of it: said of a copy that was proven otherwise. */
  acceptTail(): void {
    this.#tail = this.markerBefore(this.size);
    if (this.head.length > this.size) this.#readHead();
  }

  /** Asks the descriptor; true if anything changed since the last look. Notices that the file was cut. */
  look(nowMs: number): boolean {
    if (this.#source === undefined || this.ending !== undefined) return false;
    const { size, mtimeMs, nlink } = this.#source.look();
    if (nlink !== this.links) {
      this.links = nlink;
      // Its writer may have something to say still: it is quiet only from now on.
      this.changedAtMs = nowMs;
      this.version++;
    }
    if (this.#isCompressed) return false;
    const isAsItWas = size === this.size && mtimeMs === this.mtimeMs;
    if (isAsItWas && this.#isTimeTelling) return false;
    const before = this.size;
    const isAlong = !isAsItWas && size >= before && this.#along.read(this.#source, before, size);
    const along = isAlong ? this.#along : this;
    if (size < before || along.markerBefore(before) !== this.#tail) {
      this.#along.forget();
      this.end('truncated', before);
      return true;
    }
    this.#isTimeTelling = isAsItWas && nowMs >= this.#tellingFromMs;
    if (isAsItWas) return false;
    this.#tellingFromMs = nowMs + TICK_MS;
    if (before > 0) this.#earlier.push({ size: before, tail: this.#tail });
    if (this.#earlier.length > MOST_MARKS) this.#earlier.shift();
    this.mtimeMs = mtimeMs;
    if (size !== before && this.version > 0) this.changedAtMs = nowMs;
    this.size = size;
    this.#tail = along.markerBefore(size);
    if (this.head.length < HEAD_BYTES && size > this.head.length) this.#readHead();
    this.version++;
    return true;
  }

  /** The latest look that saw no more than so many bytes: where they ended. */
  markUpTo(length: number): Mark | undefined {
    return this.#earlier.findLast(({ size }) => size <= length);
  }

  /** Whether its open file still holds what was seen, without taking in what is new. */
  get stands(): boolean {
    if (this.#source === undefined || this.#isCompressed || this.isEnded) return true;
    return this.#source.look().size >= this.size && this.#tailStands();
  }

  /** Whether its open file begins with these bytes now. */
  holds(content: Content): boolean {
    if (this.#source === undefined || this.#isCompressed || this.isEnded) return false;
    return content.size > 0 && beginsWithContent(this.#source, content);
  }

  /** Whether the bytes before the size that we know are still the ones that stood there. */
  #tailStands(): boolean {
    return this.markerBefore(this.size) === this.#tail;
  }

  /** Hash of the ≤256 bytes before an offset of the open plain file. */
  markerBefore(offset: number): number {
    const length = Math.min(MARKER_BYTES, offset);
    const count = length === 0 ? 0 : this.#readInto(length, offset - length);
    return markerHash(scratchView, 0, count);
  }

  #readInto(length: number, position: number): number {
    return this.#source?.read(scratch, 0, length, position) ?? 0;
  }

  /** The look of this round read along all that there is from here on. */
  hasAlong(position: number): boolean {
    return this.#source !== undefined && !this.isEnded && this.#along.holdsFrom(position);
  }

  /** From now on what the look read along counts for all that there is; or it is forgotten. */
  readAlong(isWanted: boolean): void {
    this.#readsAlong = isWanted;
    if (!isWanted) this.#along.forget();
  }

  /** Positional read of (decompressed) bytes; see Source. */
  read(target: Uint8Array, at: number, length: number, position: number): number {
    if (this.#source === undefined) return 0;
    if (this.#readsAlong && this.hasAlong(position)) return this.#along.copy(target, at, length, position);
    return this.#source.read(target, at, length, position);
  }

  #readHead(): void {
    const count = this.#readInto(Math.min(HEAD_BYTES, this.size), 0);
    this.head = { length: count, hash: shortHash(scratch.subarray(0, count)) };
  }

  /** The head of a compressed file, which its descriptor does not give. */
  rememberHead(bytes: Uint8Array): void {
    this.head = { length: bytes.length, hash: shortHash(bytes) };
  }

  toRecord(): GenerationRecord {
    const { path, compressed, identity } = this.sighted;
    return {
      sequence: this.sequence,
      path,
      compressed,
      ...identity,
      head: this.head,
      size: this.ending?.size ?? this.size,
      tail: this.#tail,
      cutSize: this.shortfall?.size ?? undefined,
    };
  }
}

/** What a reader at this offset does not get of a generation that ended: the part that is known, and the part that is not. */
export const missingFrom = (
  offset: number,
  { size, mayHaveGrown }: Ending,
): readonly Pick<Gap, 'bytes' | 'from'>[] => {
  if (size === null) return [{ bytes: null, from: offset }];
  const known = size > offset ? [{ bytes: size - offset, from: offset }] : [];
  return mayHaveGrown ? [...known, { bytes: null, from: Math.max(size, offset) }] : known;
};
