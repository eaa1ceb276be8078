import { closeIdle } from './bounds.ts';
import type { ContainerStream } from './container-stream.ts';

/** When no descriptor can be given up, it is tried again after this long. */
const FULL_MS = 20;

/** How many files are open, and the bound of that. Each stream is counted anew after whatever may have opened or closed a file. */
export class Descriptors {
  #open = 0;
  readonly #limit: number;
  readonly #streams: ReadonlyMap<string, ContainerStream>;
  #fullUntilMs = 0;

  constructor(limit: number, streams: ReadonlyMap<string, ContainerStream>) {
    this.#limit = limit;
    this.#streams = streams;
  }

  get open(): number {
    return this.#open;
  }

  /** Counts the files of a stream anew. */
  count(stream: ContainerStream): void {
    const { openFiles } = stream;
    this.#open += openFiles - stream.countedFiles;
    stream.countedFiles = openFiles;
  }

  /**
   * Whether another file may be opened; if need be, idle ones are closed for it.
   *
   * @param uncounted files that are open already and were not counted yet
   */
  hasRoom(nowMs: number, uncounted = 0): boolean {
    if (this.#open + uncounted < this.#limit) return true;
    if (nowMs < this.#fullUntilMs) return false;
    // Many at once: to find them takes a walk over all streams.
    const hasRoom = this.#closeIdle(Math.ceil(this.#limit / 8)) > 0;
    if (!hasRoom) this.#fullUntilMs = nowMs + FULL_MS;
    return hasRoom;
  }

  /** Closes idle ones that are too many. */
  bound(): void {
    if (this.#open > this.#limit) this.#closeIdle(this.#open - this.#limit);
  }

  #closeIdle(count: number): number {
    const closed = closeIdle(this.#streams.values(), count);
    for (const stream of this.#streams.values()) this.count(stream);
    return closed;
  }
}
