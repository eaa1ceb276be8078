import { type Allocate, allocateApart } from './allocate.ts';

/**
 * The one piece of memory that the way from read to write works in. It is allocated once, when the agent starts, and is
 * never grown: a resizable buffer slows every hot function fourfold for good (measured on Node 26).
 *
 *   | input: one chunk, or one line of the longest permitted length | slack | arena: joined records |
 *
 * Files are read straight into the input. Joined and unescaped messages are laid into the arena, so that every span of a
 * batch is a pair of indexes into the same bytes. The slack lets scanners load up to 64 bytes past the end.
 */
const SLACK_BYTES = 64;

/** How much memory a region of these capacities takes. */
export const regionBytes = (inputCapacity: number, arenaCapacity: number): number =>
  inputCapacity + SLACK_BYTES + arenaCapacity + SLACK_BYTES;

export class Region {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly view: DataView;
  readonly inputStart = 0;
  /** How many bytes of input fit. */
  readonly inputCapacity: number;
  readonly arenaStart: number;
  readonly arenaEnd: number;
  /** First free byte of the arena. */
  arenaUsed: number;

  constructor(inputCapacity: number, arenaCapacity: number, allocate: Allocate = allocateApart) {
    this.inputCapacity = inputCapacity;
    this.arenaStart = inputCapacity + SLACK_BYTES;
    this.arenaEnd = this.arenaStart + arenaCapacity;
    this.arenaUsed = this.arenaStart;
    this.bytes = allocate(regionBytes(inputCapacity, arenaCapacity));
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  get arenaFree(): number {
    return this.arenaEnd - this.arenaUsed;
  }

  clearArena(): void {
    this.arenaUsed = this.arenaStart;
  }
}
