interface Place {
  /** Its modification time when it was read last; NaN where a later change might not show in it. */
  time: number;
  /** The last sweep that came by. */
  sweep: number;
}

/** Directories that may hold logs: which of them are to be read again, and which a sweep did not come by any more. */
export class Places {
  readonly #grainMs: number;
  readonly #places = new Map<string, Place>();

  /** @param grainMs how long after a change another one may have the same time */
  constructor(grainMs: number) {
    this.#grainMs = grainMs;
  }

  /** Whether a directory with this modification time may have changed since it was read; it counts as read then. */
  isChanged(directory: string, time: number, nowMs: number): boolean {
    let place = this.#places.get(directory);
    if (place === undefined) {
      place = { time: Number.NaN, sweep: 0 };
      this.#places.set(directory, place);
    }
    if (place.time === time) return false;
    place.time = nowMs - time > this.#grainMs ? time : Number.NaN;
    return true;
  }

  /** A sweep comes by. The same directories each time: nothing is made for that. */
  pass(directory: string, sweep: number): void {
    const place = this.#places.get(directory);
    if (place !== undefined) place.sweep = sweep;
  }

  /** The modification time of what was read of it; NaN or undefined if it is to be read again. */
  timeOf(directory: string): number | undefined {
    return this.#places.get(directory)?.time;
  }

  /** It could not be read. */
  distrust(directory: string): void {
    const place = this.#places.get(directory);
    if (place !== undefined) place.time = Number.NaN;
  }

  delete(directory: string): void {
    this.#places.delete(directory);
  }

  /** Those that the sweep did not come by. They may be deleted meanwhile. */
  *without(sweep: number): Iterable<string> {
    for (const [directory, place] of this.#places) if (place.sweep !== sweep) yield directory;
  }
}
