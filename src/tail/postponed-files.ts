import type { Identity } from '../core/identity.ts';
import type { NameAge, SightedFile } from '../core/sighting.ts';
import type { Descriptor } from '../system/system.ts';

/** An unknown file that was opened, and could not be judged. */
export interface PostponedFile {
  readonly descriptor: Descriptor;
  readonly identity: Identity;
  /** Under which name it was seen last. */
  file: SightedFile;
  /** Whether it was seen in the look that is under way. */
  listed: boolean;
}

/** A logrotate keeps seldom more; the oldest ones are the next to be removed, and are held first. */
const MOST_POSTPONED = 16;
/** Without a name a file is one that was rotated. */
const UNNAMED: NameAge = { kind: 'shifted', number: 0 };

/**
 * A stream's unknown files while nothing that is seen of them proves anything. They are held open, because they may be removed
 * before they can be judged: logrotate removes its oldest copy with every new one.
 */
export class PostponedFiles {
  readonly #held = new Map<string, PostponedFile>();
  /** Those that no descriptor was left for, and where they were. */
  readonly #missed = new Map<string, string>();

  get size(): number {
    return this.#held.size;
  }

  get isFull(): boolean {
    return this.#held.size >= MOST_POSTPONED;
  }

  /** A new look begins. */
  beginLook(): void {
    for (const file of this.#held.values()) file.listed = false;
  }

  /** A directory lists this file. */
  sight(key: string, file: SightedFile): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.file = file;
    held.listed = true;
  }

  hold(key: string, file: PostponedFile): void {
    this.#held.set(key, file);
  }

  /** It cannot be held: should it be gone when files are judged, that is to be told. */
  miss(key: string, path: string): void {
    if (this.#missed.size < MOST_POSTPONED) this.#missed.set(key, path);
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

  /** Where those were that could not be held, and that are not among these files: nobody has read them. */
  takeMissed(keys: ReadonlySet<string>): readonly string[] {
    const gone = [...this.#missed].filter(([key]) => !keys.has(key)).map(([, path]) => path);
    this.#missed.clear();
    return gone;
  }
}
