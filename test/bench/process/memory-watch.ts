import { memoryOf } from './usage.ts';

const EVERY_MS = 20;

/**
 * Looks at a process's memory until it ends. The peak is the kernel's own (VmHWM), so nothing between two looks is missed;
 * only what grows in the last 20 ms is.
 */
export class MemoryWatch {
  peakRssBytes = 0;
  readonly #rss: number[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param pid asked again each time: the process may not have been started yet */
  constructor(pid: () => number | undefined) {
    this.#timer = setInterval(() => {
      const id = pid();
      const memory = id === undefined ? undefined : memoryOf(id);
      if (memory === undefined) return;
      this.peakRssBytes = memory.peakRssBytes;
      this.#rss.push(memory.rssBytes);
    }, EVERY_MS);
  }

  /** How much higher the memory stood in the last third of the run than in the second: flat memory gives about 0. */
  get growthBytes(): number {
    const third = Math.floor(this.#rss.length / 3);
    if (third === 0) return 0;
    return Math.max(...this.#rss.slice(-third)) - Math.max(...this.#rss.slice(third, -third));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
