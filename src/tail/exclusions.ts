import type { StreamSighting } from '../core/sighting.ts';

export type StreamPlace = Pick<StreamSighting, 'key' | 'directory'>;

/** Streams that nobody wants, and where they are: they are looked for there when somebody does. */
export class Exclusions {
  readonly #directories = new Map<string, string>();
  /** Of them, those that go on where they stood. */
  readonly #placed = new Set<string>();
  /** Where streams are that somebody wants again. */
  readonly #wanted = new Set<string>();

  has(streamKey: string): boolean {
    return this.#directories.has(streamKey);
  }

  /** Whether it has to begin anew if somebody wants it. */
  isForgotten(streamKey: string): boolean {
    return this.has(streamKey) && !this.#placed.has(streamKey);
  }

  add({ key, directory }: StreamPlace, keepsPlace: boolean): void {
    this.#directories.set(key, directory);
    if (keepsPlace) this.#placed.add(key);
    else this.#placed.delete(key);
  }

  remove(streamKey: string): void {
    this.#directories.delete(streamKey);
    this.#placed.delete(streamKey);
  }

  /** If it has no files any more, nothing is kept of it; returns whether that is so. */
  removeGone({ key, directory, files }: StreamSighting): boolean {
    const isGone = files.length === 0 && this.#directories.get(key) === directory;
    if (isGone) this.remove(key);
    return isGone;
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
