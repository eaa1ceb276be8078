import { errnoOf } from '../core/errors.ts';
import { type FileRecord, type Identity, sameFile } from '../core/identity.ts';
import type { SightedFile } from '../core/sighting.ts';
import type { Compression, Descriptor, Files } from '../system/system.ts';
import { type Candidate, openCandidate, readCandidate } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import { firstTimeNs } from './first-time.ts';
import type { Generation } from './generation.ts';
import type { Newcomer } from './newcomer.ts';
import type { PostponedFile } from './postponed-files.ts';
import { plainSource, type Source } from './source.ts';

/** Opens files for generations, and asks after files that are not open. */
export interface OpeningSettings {
  /** `onReady` is called when an inflater that had nothing yet has more. */
  openGzip(descriptor: number, onReady: () => void): Source;
  /** birler's own output must not be its input. */
  isOwnOutput(file: Identity): boolean;
  /** A file that cannot be opened or read is told, and looked at again with the next scan. */
  onUnreadable(path: string, error: unknown): void;
}

export type Whereabouts = 'there' | 'gone' | 'unknown';

export interface LookTime {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A file that cannot be looked at now is looked at again when it is polled, and then it is told. */
export const lookQuietly = (generation: Generation, { nowMs }: Pick<LookTime, 'nowMs'>): void => {
  try {
    generation.look(nowMs);
  } catch {
    generation.touch();
  }
};

/** A time in ms is a double here and nanoseconds there. */
const TIME_ROUNDING_MS = 0.001;

export class Opening {
  readonly #files: Files;
  readonly #compression: Compression;
  readonly #settings: OpeningSettings;

  constructor(files: Files, compression: Compression, settings: OpeningSettings) {
    this.#files = files;
    this.#compression = compression;
    this.#settings = settings;
  }

  /** Opens a generation whose path is known; false if that cannot be done now, or another file stands there by now. */
  open(generation: Generation, time: LookTime): boolean {
    const { path, compressed, identity } = generation.sighted;
    try {
      const descriptor = this.#files.open(path);
      if (!this.#isStill(descriptor, identity)) return false;
      const source = this.sourceOf(descriptor, compressed, generation);
      generation.open(source, compressed);
      generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - source.look().mtimeMs);
      generation.look(time.nowMs);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return true;
      this.#settings.onUnreadable(path, error);
      return false;
    }
  }

  /** Goes on through a descriptor that was open already. */
  resume(generation: Generation, descriptor: Descriptor, compressed: boolean, time: LookTime): void {
    const source = this.sourceOf(descriptor, compressed, generation);
    generation.open(source, compressed);
    try {
      generation.changedAtMs = time.nowMs - Math.max(0, time.wallMs - source.look().mtimeMs);
      generation.look(time.nowMs);
    } catch {
      // It is looked at again when it is polled, and told then.
      generation.touch();
    }
  }

  /** Between the look that found a file and its opening a rotation may have put another one in its place. */
  #isStill(descriptor: Descriptor, identity: Identity): boolean {
    let isStill = false;
    try {
      isStill = sameFile(this.#files.status(descriptor), identity);
    } finally {
      if (!isStill) this.#files.close(descriptor);
    }
    return isStill;
  }

  /** Opens an unknown file and reads its head: undefined if it is gone or no log, 'unreadable' if it cannot be opened now. */
  openUnknown(file: SightedFile): Candidate | 'unreadable' | undefined {
    try {
      return openCandidate(this.#files, this.#compression, file);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      this.#settings.onUnreadable(file.path, error);
      return 'unreadable';
    }
  }

  /** Reads once more what a file holds that was postponed; the file stays open if it cannot be read now. */
  readPostponed(file: PostponedFile): Candidate | 'unreadable' | undefined {
    try {
      return readCandidate(this.#files, this.#compression, file);
    } catch (error) {
      this.#settings.onUnreadable(file.file.path, error);
      return 'unreadable';
    }
  }

  newcomer(stream: ContainerStream, candidate: Candidate): Newcomer {
    const { file, identity, descriptor, listed } = candidate;
    const { path, age, compressed } = file;
    return {
      sighted: { path, age, compressed, identity },
      listed,
      content: candidate,
      firstTimeNs: firstTimeNs(candidate.head),
      source: compressed
        ? this.#settings.openGzip(descriptor, () => stream.touch(identity))
        : plainSource(this.#files, descriptor),
    };
  }

  sourceOf(descriptor: Descriptor, compressed: boolean, generation: Generation): Source {
    if (!compressed) return plainSource(this.#files, descriptor);
    return this.#settings.openGzip(descriptor, () => generation.touch());
  }

  /** Whether the file of a checkpoint is still at its path. */
  whereabouts(record: FileRecord): Whereabouts {
    try {
      const status = this.#files.statusOf(record.path);
      return status !== undefined && sameFile(status, record) ? 'there' : 'gone';
    } catch (error) {
      this.#settings.onUnreadable(record.path, error);
      return 'unknown';
    }
  }

  /** What became of a closed generation's file: another file may stand at its path now, or none. */
  checkClosed(generation: Generation): 'same' | 'changed' | 'replaced' {
    if (this.#looksSame(generation)) return 'same';
    const status = this.#files.statusOf(generation.sighted.path);
    if (status === undefined || !sameFile(status, generation.sighted.identity)) return 'replaced';
    const isSame =
      status.size === generation.size && Math.abs(status.mtimeMs - generation.mtimeMs) < TIME_ROUNDING_MS;
    return isSame ? 'same' : 'changed';
  }

  /** What is so as a rule, asked for in plain numbers: a node with ten thousand files is looked at a thousand times a second. */
  #looksSame({ sighted, size, mtimeMs }: Generation): boolean {
    const { ino, birthtimeNs } = sighted.identity;
    const look = this.#files.lookAt(sighted.path);
    if (look?.size !== size || look.mtimeMs !== mtimeMs) return false;
    const isSameBirth = Math.abs(look.birthtimeMs - Number(birthtimeNs) / 1e6) < TIME_ROUNDING_MS;
    return isSameBirth && look.ino === Number(ino) && Number.isSafeInteger(look.ino);
  }
}
