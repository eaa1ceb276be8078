import type { Inode } from '../support/fake-inodes.ts';
import type { Faults, FileCall } from '../support/fake-process.ts';
import type { FakeWorld } from '../support/fake-system.ts';
import type { ReadFault } from './actions.ts';
import { OUTPUT_DIRECTORY } from './settings.ts';

const READING: ReadonlySet<FileCall> = new Set(['open', 'read', 'look', 'status']);
const OPENING: ReadonlySet<FileCall> = new Set(['open']);

/** Disks that are full or slow, and files that cannot be read, until it is over. */
export class Troubles implements Faults {
  readonly before: (call: FileCall) => void;
  readonly sees: (inode: Inode, size: number) => void;
  #world: FakeWorld | undefined;
  /** By directory: how much may be in it. */
  readonly #quotas = new Map<string, number>();
  #delayMs = 0;
  #failing:
    | { readonly path: string | undefined; readonly code: ReadFault; readonly untilMs: number }
    | undefined;

  readonly #outputsInMemory: boolean;

  /** @param outputsInMemory the outputs' files are on a file system that never makes a writer wait */
  constructor(
    before: (call: FileCall) => void,
    sees: (inode: Inode, size: number) => void,
    outputsInMemory: boolean,
  ) {
    this.before = before;
    this.sees = sees;
    this.#outputsInMemory = outputsInMemory;
  }

  inMemory(path: string): boolean {
    return this.#outputsInMemory && path.startsWith(`${OUTPUT_DIRECTORY}/`);
  }

  attach(world: FakeWorld): void {
    this.#world = world;
  }

  get #nowMs(): number {
    return this.#world?.clock.monotonic ?? 0;
  }

  /** Files may be there that cannot be opened. */
  get hurtReads(): boolean {
    return this.#failing !== undefined && this.#nowMs < this.#failing.untilMs;
  }

  fill(directory: string, freeBytes: number): void {
    this.#quotas.set(directory, (this.#world?.disk.usedBelow(directory) ?? 0) + freeBytes);
  }

  free(): void {
    this.#quotas.clear();
  }

  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** @param path what cannot be read; EMFILE concerns everything */
  failReads(path: string | undefined, code: ReadFault, ms: number): void {
    this.#failing = { path, code, untilMs: this.#nowMs + ms };
  }

  heal(): void {
    this.free();
    this.#delayMs = 0;
    this.#failing = undefined;
  }

  fail(call: FileCall, path: string): string | undefined {
    if (this.#failing === undefined || !this.hurtReads) return undefined;
    const { code, path: hurt } = this.#failing;
    const calls = code === 'EIO' ? READING : OPENING;
    if (!calls.has(call) || (code !== 'EMFILE' && path !== hurt)) return undefined;
    return code;
  }

  delayMs(): number {
    return this.#delayMs;
  }

  freeBytes(path: string): number {
    for (const [directory, quota] of this.#quotas) {
      if (path.startsWith(`${directory}/`)) return quota - (this.#world?.disk.usedBelow(directory) ?? 0);
    }
    return Number.POSITIVE_INFINITY;
  }
}
