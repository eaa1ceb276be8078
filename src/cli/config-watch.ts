import { errnoOf } from '../core/errors.ts';
import type { Clock, Files } from '../system/system.ts';

/**
 * Notices that the configuration's file has another content.
 *
 * It is looked at, because a look works everywhere: the kubelet swaps a link two directories above the file of a mounted
 * ConfigMap, editors rename, others write in place. A look costs 2 µs.
 */
export interface ConfigWatchSettings {
  readonly path: string;
  readonly files: Pick<Files, 'statusOf'>;
  readonly clock: Pick<Clock, 'after'>;
  /** Whether anybody wants to know, at this moment. */
  readonly isWanted: () => boolean;
  /** The file is another one, and has been for two looks: most likely it is not being written any more. */
  readonly onChanged: () => void;
}

const LOOK_MS = 2_000;

export class ConfigWatch {
  readonly #settings: ConfigWatchSettings;
  #told: string;
  #seen: string;
  #cancel: () => void;

  /** Begins to look; what is there now was read a moment ago, and is told if it changes. */
  constructor(settings: ConfigWatchSettings) {
    this.#settings = settings;
    this.#seen = this.#look();
    // It may have changed since it was read; to read it once too often costs nothing.
    this.#told = '';
    this.#cancel = settings.clock.after(LOOK_MS, this.#tick);
  }

  close(): void {
    this.#cancel();
  }

  readonly #tick = (): void => {
    const { clock, isWanted, onChanged } = this.#settings;
    const before = this.#seen;
    this.#seen = this.#look();
    if (this.#seen === before && this.#seen !== this.#told && isWanted()) {
      this.#told = this.#seen;
      onChanged();
    }
    this.#cancel = clock.after(LOOK_MS, this.#tick);
  };

  /** What changes when the content does. */
  #look(): string {
    try {
      const status = this.#settings.files.statusOf(this.#settings.path);
      if (status === undefined) return 'missing';
      const { dev, ino, birthtimeNs, size, mtimeMs } = status;
      return `${dev} ${ino} ${birthtimeNs} ${size} ${mtimeMs}`;
    } catch (error) {
      return `unreadable ${errnoOf(error)}`;
    }
  }
}
