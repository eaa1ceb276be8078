import { join } from 'node:path';
import { BirlerError, errnoOf, messageOf } from '../core/errors.ts';
import type { DirectoryLock, Files, WritableFile } from '../system/system.ts';
import { FORMAT, type Lines, readLines, sealLine } from './journal.ts';
import {
  applyChange,
  type CheckpointChange,
  type CheckpointState,
  emptyState,
  formatEntry,
  type MutableState,
  parseEntry,
} from './state.ts';

/**
 * The durable checkpoint: a snapshot, and a journal of what changed since.
 *
 *   commit     append one entry to the journal (and fsync it)
 *   snapshot   write snapshot.tmp, fsync, rename over snapshot, fsync the directory, begin a new journal
 *
 * A crash at any point leaves a state that `open` reads: the old snapshot with the old journal, or the new snapshot with
 * a journal that does not belong to it, which is ignored because the snapshot holds all of it.
 */
export interface StoreSettings {
  readonly directory: string;
  /** fsync at every commit. */
  readonly sync: boolean;
  readonly onDamage: (path: string, entries: number) => void;
  readonly onUnusable: (path: string, reason: string) => void;
}

export const SNAPSHOT = 'snapshot';
export const JOURNAL = 'journal';
/** Only root and the agent's user read where logs stand. */
const MODE = 0o600;
/** A journal longer than this, and than twice the snapshot, is folded into a new snapshot. */
const JOURNAL_BYTES = 4 * 1024 * 1024;

export class Store {
  readonly #files: Files;
  #settings: StoreSettings;
  readonly #state: MutableState;
  #lock: DirectoryLock | undefined;
  #journal: WritableFile | undefined;
  #journalBytes = 0;
  #snapshotBytes = 0;
  #number = 0;
  #isHolding = false;

  private constructor(files: Files, settings: StoreSettings, state: MutableState) {
    this.#files = files;
    this.#settings = settings;
    this.#state = state;
  }

  /**
   * Locks the directory and reads what is there. A directory that cannot be written to does not stop the agent: commits
   * will fail, and say so.
   *
   * @param before the store of the agent before this one: in the same directory it is gone on with, in another one what it
   *   knows counts, whatever is there
   * @throws BirlerError `state_locked` if another agent uses the directory
   */
  static async open(files: Files, settings: StoreSettings, before?: Store): Promise<Store> {
    if (before !== undefined && before.#settings.directory === settings.directory) {
      before.#settings = settings;
      return before;
    }
    const lock = await takeLock(files, settings);
    const { state: found, number } = await readState(files, settings);
    const state = before === undefined ? found : copyOf(before.#state);
    const store = new Store(files, settings, state);
    store.#lock = lock;
    store.#number = number;
    return store;
  }

  get state(): CheckpointState {
    return this.#state;
  }

  /** Makes a change durable. Throws what the file system throws; the change is kept and written with the next snapshot. */
  async commit(change: CheckpointChange): Promise<void> {
    applyChange(this.#state, change);
    const isLong = this.#journalBytes > Math.max(JOURNAL_BYTES, 2 * this.#snapshotBytes);
    if (this.#journal === undefined || this.#isHolding || isLong) {
      await this.#snapshot();
      return;
    }
    try {
      await this.#append(sealLine(formatEntry(change)));
    } catch (error) {
      // Half an entry may stand there. A new snapshot with a new journal leaves it behind.
      await this.#closeJournal();
      throw error;
    }
  }

  /** Takes a change that must not be written yet; the next commit writes a snapshot, with this in it. */
  hold(change: CheckpointChange): void {
    applyChange(this.#state, change);
    this.#isHolding = true;
  }

  async close(): Promise<void> {
    await this.#closeJournal();
    this.#lock?.release();
    this.#lock = undefined;
  }

  async #append(line: string): Promise<void> {
    const journal = this.#journal;
    if (journal === undefined) return;
    await writeWhole(journal, Buffer.from(line), this.#journalBytes);
    this.#journalBytes += Buffer.byteLength(line);
    if (this.#settings.sync) await journal.sync();
  }

  async #snapshot(): Promise<void> {
    const { directory } = this.#settings;
    await this.#closeJournal();
    this.#lock ??= await takeLock(this.#files, this.#settings);
    const number = this.#number + 1;
    const header = sealLine(`${FORMAT} ${number}`);
    const text = Buffer.from(header + sealLine(formatEntry(this.#state)));
    const temporary = join(directory, `${SNAPSHOT}.tmp`);
    await this.#replace(temporary, text);
    await this.#files.rename(temporary, join(directory, SNAPSHOT));
    await this.#files.syncDirectory(directory);
    this.#number = number;
    this.#snapshotBytes = text.length;
    const journal = await this.#files.openForWriting(join(directory, JOURNAL), MODE);
    try {
      await journal.truncate(0);
      await writeWhole(journal, Buffer.from(header), 0);
      await journal.sync();
    } catch (error) {
      await journal.close();
      throw error;
    }
    this.#journal = journal;
    this.#journalBytes = header.length;
    this.#isHolding = false;
  }

  async #replace(path: string, content: Buffer): Promise<void> {
    const file = await this.#files.openForWriting(path, MODE);
    try {
      await file.truncate(0);
      await writeWhole(file, content, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #closeJournal(): Promise<void> {
    const journal = this.#journal;
    this.#journal = undefined;
    await journal?.close();
  }
}

const copyOf = (state: CheckpointState): MutableState => {
  const copy = emptyState();
  applyChange(copy, state);
  return copy;
};

/** Reads a checkpoint without locking or changing anything: for `birler status`. */
export const readCheckpoint = async (files: Files, directory: string): Promise<CheckpointState> =>
  (await readState(files, { directory, sync: false, onDamage: () => undefined, onUnusable: () => undefined }))
    .state;

const writeWhole = async (file: WritableFile, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    done += await file.write(bytes, done, bytes.length - done, position + done);
  }
};

const takeLock = async (files: Files, settings: StoreSettings): Promise<DirectoryLock | undefined> => {
  const { directory } = settings;
  try {
    await files.makeDirectory(directory);
    const lock = files.lock(directory);
    if (lock !== undefined) return lock;
  } catch (error) {
    // Read-only or full: nobody else can write a checkpoint there either.
    settings.onUnusable(directory, messageOf(error));
    return undefined;
  }
  throw new BirlerError(
    'state_locked',
    `${directory}: another birler uses this state directory; stop it, or give this one its own with --state`,
  );
};

const readState = async (
  files: Files,
  settings: StoreSettings,
): Promise<{ state: MutableState; number: number }> => {
  const state = emptyState();
  const snapshotPath = join(settings.directory, SNAPSHOT);
  const journalPath = join(settings.directory, JOURNAL);
  const snapshot = await readSealed(files, snapshotPath, settings);
  const number = snapshot === undefined ? 0 : numberOf(snapshot);
  if (
    snapshot !== undefined &&
    (number === undefined || snapshot.isDamaged || snapshot.payloads.length !== 2)
  ) {
    settings.onUnusable(snapshotPath, 'it is not a snapshot that birler wrote, or it is damaged');
  }
  if (snapshot !== undefined) applyAll(state, snapshot, snapshotPath, settings);
  const journal = await readSealed(files, journalPath, settings);
  if (journal === undefined) return { state, number: number ?? 0 };
  const journalNumber = numberOf(journal);
  if (journalNumber === number) applyAll(state, journal, journalPath, settings);
  if (journal.isDamaged) settings.onDamage(journalPath, Math.max(0, journal.payloads.length - 1));
  return { state, number: Math.max(number ?? 0, journalNumber ?? 0) };
};

const readSealed = async (
  files: Files,
  path: string,
  settings: StoreSettings,
): Promise<Lines | undefined> => {
  try {
    const bytes = await files.readWhole(path);
    return bytes === undefined ? undefined : readLines(bytes);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTDIR') settings.onUnusable(path, messageOf(error));
    return undefined;
  }
};

const numberOf = ({ payloads }: Lines): number | undefined => {
  const digits = /^birler 1 (\d{1,15})$/.exec(payloads[0] ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
};

const applyAll = (state: MutableState, lines: Lines, path: string, settings: StoreSettings): void => {
  for (const payload of lines.payloads.slice(1)) {
    try {
      applyChange(state, parseEntry(payload));
    } catch (error) {
      settings.onUnusable(path, messageOf(error));
      return;
    }
  }
};
