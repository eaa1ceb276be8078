import { join } from 'node:path';
import type { Files } from '../system/system.ts';

interface Known {
  readonly time: number;
  readonly paths: readonly string[];
  /** When they were last asked for; pods that are gone are not asked for any more. */
  askedMs: number;
}

/**
 * The directories below pods directories and pods. One is read again only if it has changed: a look at its time costs a tenth of
 * reading it. Their paths are kept, because a walk comes by twice a pod: a string that is new each time is put together, and hashed,
 * each time.
 */
export class Subdirectories {
  readonly #files: Pick<Files, 'directoryTime' | 'list'>;
  readonly #grainMs: number;
  /** By the directory that they are in; only while a later change of it would be sure to show in its time. */
  readonly #known = new Map<string, Known>();

  /** @param grainMs how long after a change another one may have the same time */
  constructor(files: Pick<Files, 'directoryTime' | 'list'>, grainMs: number) {
    this.#files = files;
    this.#grainMs = grainMs;
  }

  /**
   * Paths of the directories in a directory. Throws what the system throws.
   *
   * @param nowMs by the wall clock
   * @param accepts which names count; the same for a directory each time
   */
  of(directory: string, nowMs: number, accepts?: (name: string) => boolean): readonly string[] {
    const known = this.#known.get(directory);
    const time = this.#files.directoryTime(directory);
    if (known !== undefined && known.time === time) {
      known.askedMs = nowMs;
      return known.paths;
    }
    const paths: string[] = [];
    for (const { kind, name } of this.#files.list(directory) ?? [])
      if (kind === 'directory' && accepts?.(name) !== false) paths.push(join(directory, name));
    const isCertain = time !== undefined && nowMs - time > this.#grainMs;
    if (isCertain) this.#known.set(directory, { time, paths, askedMs: nowMs });
    else this.#known.delete(directory);
    return paths;
  }

  /** Forgets those that nobody has asked for since then, by the wall clock. */
  forgetBefore(nowMs: number): void {
    for (const [directory, { askedMs }] of this.#known) if (askedMs < nowMs) this.#known.delete(directory);
  }
}
