import type { StreamSighting } from '../core/sighting.ts';
import type { Clock, Watcher } from '../system/system.ts';
import type { DirectoriesSnapshot } from '../telemetry/snapshot.ts';
import type { Sightings, Survey } from './survey.ts';
import { Watches } from './watches.ts';

/**
 * Keeps the picture of the directories up to date: by hints where the watcher works, by rescans always.
 *
 * A hint only says where to look. It is never acted on when it comes: it is noted, and the agent's loop looks. With the
 * watcher switched off, or deaf, everything is still found, a rescan later.
 *
 * What is watched, and how: see Watches. The directory of a container is watched only while its files are idle: a busy file is
 * polled, which costs a fraction of what an inotify event for every write costs.
 */
export interface DiscoverySettings {
  readonly logsDirectory: string;
  readonly rescanIntervalMs: number;
  readonly watches: boolean;
  /** Takes a sighting; false if something is left to do, so that its directory must be read again. */
  readonly onSighting: (sighting: StreamSighting) => boolean;
  readonly onHint: () => void;
  /** A file was written to. False if nobody knows it: then its directory is read. */
  readonly onWritten: (path: string) => boolean;
  /** A directory that was given is not there; it is waited for. */
  readonly onMissing: (directory: string) => void;
  readonly onAppeared: (directory: string) => void;
  readonly onWatchFailed: (directory: string, error: Error) => void;
  /** A rescan found what no hint had told. */
  readonly onFoundByRescan: (sighting: StreamSighting) => void;
}

/** The walk and the hints yield to the reading after this long. */
const SLICE_MS = 5;
/** Where hints led is left alone for so long at least: a plain directory gives one for every write to any of its files. */
const HINT_PAUSE_MS = 20;
/** And for so many times as long as it took, so that hints never take more than a fifth of the time. */
const HINT_PAUSES = 4;
/** Noted hints; when more come, a rescan is the cheaper way to look. */
const MOST_HINTS = 4096;
/** While watches stand, rescans take no more than one part in 400 of the time, but come at least so often. */
const RESCAN_PAUSES = 400;
const LONGEST_RESCAN_MS = 30_000;
/**
 * What could not be settled (no descriptor was free, a file could not be opened) is tried again, so many at a time: soon while
 * that helps.
 */
const AGAIN_MS = 1_000;
const AGAIN_SOON_MS = 20;
const MOST_AGAIN = 512;

export class Discovery {
  readonly #survey: Survey;
  readonly #clock: Clock;
  readonly #settings: DiscoverySettings;
  readonly #watches: Watches;
  readonly #hints = new Set<string>();
  /** Directories in which something could not be settled. */
  readonly #again = new Set<string>();
  #againDueMs = 0;
  #unsettled = 0;
  #walk: Sightings | undefined;
  /** What the walk has taken so far. */
  #walkMs = 0;
  /** The round of hints that is being followed, and since when. */
  #round: { readonly sightings: Sightings; readonly sinceMs: number } | undefined;
  #roundDueMs = 0;
  #isFirstWalk = true;
  #rescanDueMs = 0;
  #isMissing = false;
  #hasSeenAll = false;

  constructor(survey: Survey, watcher: Watcher, clock: Clock, settings: DiscoverySettings) {
    this.#survey = survey;
    this.#clock = clock;
    this.#settings = settings;
    this.#watches = new Watches(watcher, clock, {
      isOn: settings.watches,
      entriesIn: (root) => survey.entriesIn(root),
      onHint: (path) => {
        this.#note(path);
        settings.onHint();
      },
      onWritten: (path) => {
        if (settings.onWritten(path)) return;
        this.#note(path);
        settings.onHint();
      },
      onFailed: settings.onWatchFailed,
    });
    survey.beforePod = (directory) => this.#watches.watchPod(directory);
  }

  /** Everything that was there at the start has been seen. */
  get isComplete(): boolean {
    return !this.#isFirstWalk;
  }

  /** The logs directory was not there when it was last looked for. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** A walk came by all directories, and could read them: a stream that none has shown has no place there. */
  get hasSeenAll(): boolean {
    return this.#hasSeenAll;
  }

  snapshot(): DirectoriesSnapshot {
    return {
      logsDirectory: this.#settings.logsDirectory,
      isMissing: this.#isMissing,
      isComplete: this.isComplete,
      isWatching: this.#settings.watches,
      watches: this.#watches.count,
    };
  }

  get isBusy(): boolean {
    return this.#walk !== undefined || this.#round !== undefined;
  }

  get nextDueMs(): number {
    const againDueMs = this.#again.size > 0 ? this.#againDueMs : Number.POSITIVE_INFINITY;
    const roundDueMs = this.#hints.size > 0 ? this.#roundDueMs : Number.POSITIVE_INFINITY;
    return Math.min(this.#rescanDueMs, againDueMs, roundDueMs);
  }

  /** Looks where hints point and where the walk goes on, for a few milliseconds at most. */
  step(nowMs: number): void {
    const until = nowMs + SLICE_MS;
    if (this.#walk === undefined && nowMs >= this.#rescanDueMs) this.#startWalk();
    if (this.#again.size > 0 && nowMs >= this.#againDueMs) this.#tryAgain(nowMs);
    if (this.#round === undefined && this.#hints.size > 0 && nowMs >= this.#roundDueMs)
      this.#startRound(nowMs);
    while (this.#round !== undefined && this.#clock.monotonic() < until) this.#followOn(this.#round);
    if (this.#walk !== undefined) this.#walkOn(this.#walk, until);
  }

  /** Reads one directory now. `always`: even if its time says that nothing changed. */
  scan(directory: string, always: boolean): void {
    for (const sightings of this.#survey.scan(directory, this.#clock.now(), always)) this.#report(sightings);
  }

  /**
   * A container's files are idle: their directory can be watched instead of polled often. True if a watch stands for them now,
   * until `unwatchIdle`.
   */
  watchIdle(directory: string): boolean {
    return this.#watches.watchIdle(directory);
  }

  /** They are busy again, or gone: polling is cheaper than being told of every write. Once for each watch that stood. */
  unwatchIdle(directory: string): void {
    this.#watches.unwatchIdle(directory);
  }

  /** Whether a hint comes when one of the files in this directory is written to. */
  isWatched(directory: string): boolean {
    return this.#watches.isWatched(directory);
  }

  /** Whether it is told, by the file's name, when one of the files in this directory is written to. */
  tellsWrites(directory: string): boolean {
    return this.#watches.tellsWrites(directory);
  }

  close(): void {
    this.#watches.close();
  }

  #startWalk(): void {
    this.#checkRoot(this.#settings.logsDirectory);
    this.#watchRoots();
    this.#watches.beginRound();
    this.#walkMs = 0;
    this.#walk = this.#survey.sweep(this.#clock.now());
  }

  #checkRoot(directory: string): void {
    const isMissing = this.#survey.isMissing(directory);
    if (isMissing && !this.#isMissing) this.#settings.onMissing(directory);
    if (!isMissing && this.#isMissing) this.#settings.onAppeared(directory);
    this.#isMissing = isMissing;
  }

  #walkOn(walk: Sightings, until: number): void {
    const sinceMs = this.#clock.monotonic();
    let atMs = sinceMs;
    for (; atMs < until; atMs = this.#clock.monotonic()) {
      const { value, done } = walk.next();
      if (value !== undefined) {
        this.#report(value);
        if (!this.#isFirstWalk) for (const sighting of value) this.#settings.onFoundByRescan(sighting);
      }
      if (done === true) {
        this.#walkMs += this.#clock.monotonic() - sinceMs;
        this.#endWalk(atMs);
        return;
      }
    }
    this.#walkMs += atMs - sinceMs;
  }

  #endWalk(nowMs: number): void {
    this.#walk = undefined;
    this.#isFirstWalk = false;
    this.#hasSeenAll ||= !this.#isMissing && !this.#survey.wasBlind;
    this.#watches.endRound();
    const { rescanIntervalMs } = this.#settings;
    const restMs = this.#watches.isTrusted ? Math.min(RESCAN_PAUSES * this.#walkMs, LONGEST_RESCAN_MS) : 0;
    this.#rescanDueMs = nowMs + Math.max(rescanIntervalMs, restMs);
    // Links may have led to pods directories that nobody knew of.
    this.#watchRoots();
  }

  get #againMs(): number {
    return Math.min(AGAIN_MS, this.#settings.rescanIntervalMs);
  }

  #tryAgain(nowMs: number): void {
    this.#againDueMs = nowMs + (this.#again.size < this.#unsettled ? AGAIN_SOON_MS : this.#againMs);
    this.#unsettled = this.#again.size;
    let left = MOST_AGAIN;
    for (const directory of this.#again) {
      if (left-- === 0) return;
      this.#again.delete(directory);
      this.#note(directory);
    }
  }

  #startRound(nowMs: number): void {
    const paths = [...this.#hints];
    this.#hints.clear();
    for (const path of paths) this.#watches.distrust(path);
    this.#round = { sightings: this.#survey.follow(paths, this.#clock.now()), sinceMs: nowMs };
  }

  #followOn({ sightings, sinceMs }: { readonly sightings: Sightings; readonly sinceMs: number }): void {
    const { value, done } = sightings.next();
    if (value !== undefined) this.#report(value);
    if (done !== true) return;
    this.#round = undefined;
    const nowMs = this.#clock.monotonic();
    this.#roundDueMs = nowMs + Math.max(HINT_PAUSE_MS, HINT_PAUSES * (nowMs - sinceMs));
  }

  #report(sightings: readonly StreamSighting[]): void {
    for (const sighting of sightings) {
      if (this.#settings.onSighting(sighting)) continue;
      if (this.#again.size === 0) this.#againDueMs = this.#clock.monotonic() + this.#againMs;
      this.#again.add(sighting.directory);
    }
  }

  #note(path: string): void {
    if (this.#hints.size < MOST_HINTS) this.#hints.add(path);
    else this.#rescanDueMs = 0;
  }

  #watchRoots(): void {
    this.#watches.watchRoot(this.#settings.logsDirectory);
    for (const directory of this.#survey.podsDirectories) this.#watches.watchRoot(directory);
  }
}
