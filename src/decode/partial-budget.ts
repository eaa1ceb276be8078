/**
 * The memory that all open partial records of the process share. A stream that never closes its lines, or ten thousand that
 * each begin one, cannot take more; what is refused is handed out early (see Joiner.append), not lost.
 */
export class PartialBudget {
  readonly limitBytes: number;
  usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /** @returns false when that would be more than the limit: then nothing was taken */
  take(bytes: number): boolean {
    if (this.usedBytes + bytes > this.limitBytes) return false;
    this.usedBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.usedBytes -= bytes;
  }
}
