import type { FileRecord, Identity } from '../core/identity.ts';
import type { NameAge, SightedFile } from '../core/sighting.ts';
import type { Descriptor } from '../system/system.ts';
import { RareMap } from './rare-map.ts';

/** An unknown file that was opened. */
export interface OpenedFile {
  readonly descriptor: Descriptor;
  readonly identity: Identity;
  /** Under which name it was seen last. */
  file: SightedFile;
  /** Whether it was seen in the look that is under way. */
  listed: boolean;
}

/** One that could not be judged. */
export interface PostponedFile extends OpenedFile {
  readonly record: FileRecord;
}

/** A logrotate keeps seldom more; the oldest ones are the next to be removed, and are held first. */
const MOST_POSTPONED = 16;
/** Without a name a file is one that was rotated. */
const UNNAMED: NameAge = { kind: 'shifted', number: 0 };

/**
 * A stream's unknown files while nothing that is seen of them proves anything. They are held open, because they may be removed
 * before they can be judged: logrotate removes its oldest copy with every new one. The checkpoint names them, so that those
 * that are gone when the next agent looks are at least told.
 */
export class PostponedFiles {
  readonly #held = new RareMap<string, PostponedFile>();
  /** Those that nobody holds: no descriptor was left for them, or the agent that saw them has ended. */
  readonly #missed = new RareMap<string, { readonly record: FileRecord; listed: boolean }>();

  get size(): number {
    return this.#held.size;
  }

  get isFull(): boolean {
    return this.#held.size >= MOST_POSTPONED;
  }

  /** What is to be told of if it is gone before it is judged; undefined if there is nothing. */
  get records(): readonly FileRecord[] | undefined {
    if (this.#held.size + this.#missed.size === 0) return undefined;
    return [...this.#missed.values(), ...this.#held.values()].map(({ record }) => record);
  }

  /** A new look begins. */
  beginLook(): void {
    for (const file of this.#held.values()) file.listed = false;
    for (const file of this.#missed.values()) file.listed = false;
  }

  /** A directory lists this file. */
  sight(key: string, file: SightedFile): void {
    const missed = this.#missed.get(key);
    if (missed !== undefined) missed.listed = true;
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.file = file;
    held.listed = true;
  }

  hold(key: string, file: PostponedFile): void {
    this.#held.set(key, file);
    this.#missed.delete(key);
  }

  /** It cannot be held: should it be gone when files are judged, that is to be told. */
  miss(key: string, record: FileRecord): void {
    if (this.#missed.size < MOST_POSTPONED) this.#missed.set(key, { record, listed: false });
  }

  /** Gives away what is held. */
  takeAll(): readonly PostponedFile[] {
    const files = [...this.#held.values()];
    this.#held.clear();
    for (const held of files) {
      const { file, listed } = held;
      if (!listed && file.age.kind === 'live') held.file = { ...file, age: UNNAMED };
    }
    return files;
  }

  /** Those that nobody holds and no directory lists, nor are they among these files: nobody has read them. */
  takeMissed(keys: ReadonlySet<string>): readonly FileRecord[] {
    const gone = [...this.#missed].filter(([key, { listed }]) => !listed && !keys.has(key));
    this.#missed.clear();
    return gone.map(([, { record }]) => record);
  }
}
