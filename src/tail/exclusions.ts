import type { StreamSighting } from '../core/sighting.ts';

/** Streams that nobody wants, and where they are: they are looked for there when somebody does. */
export class Exclusions {
  readonly #directories = new Map<string, string>();
  /** Where streams are that somebody wants again. */
  readonly #wanted = new Set<string>();

  has(streamKey: string): boolean {
    return this.#directories.has(streamKey);
  }

  add({ key, directory }: Pick<StreamSighting, 'key' | 'directory'>): void {
    this.#directories.set(key, directory);
  }

  /** Returns whether it was excluded. */
  remove(streamKey: string): boolean {
    return this.#directories.delete(streamKey);
  }

  /** If it has no files any more, nothing is kept of it. */
  removeGone({ key, directory, files }: StreamSighting): void {
    if (files.length === 0 && this.#directories.get(key) === directory) this.remove(key);
  }

  /** It may be wanted again: its directory will tell what there is of it. */
  reconsider(streamKey: string): void {
    const directory = this.#directories.get(streamKey);
    if (directory !== undefined) this.#wanted.add(directory);
  }

  /** Directories to read, each once. */
  takeWanted(): readonly string[] {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    return wanted;
  }
}
