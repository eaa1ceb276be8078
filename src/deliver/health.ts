/** How an output fares, for those who ask. Touched once a batch and once an attempt. */
export class Health {
  /** Records that it was given. */
  acceptedRecords = 0;
  /** Attempts that failed and were made again. */
  retries = 0;
  #failing: { readonly sinceMs: number; readonly reason: string } | undefined;

  failed(error: Error, nowMs: number): void {
    this.retries++;
    this.#failing = { sinceMs: this.#failing?.sinceMs ?? nowMs, reason: error.message };
  }

  recovered(): void {
    this.#failing = undefined;
  }

  /** How long it has failed, and with what last; undefined while it works. */
  failingAt(nowMs: number): { readonly forMs: number; readonly reason: string } | undefined {
    if (this.#failing === undefined) return undefined;
    const { sinceMs, reason } = this.#failing;
    return { forMs: Math.max(0, nowMs - sinceMs), reason };
  }
}
