import type { StreamSighting } from '../core/sighting.ts';
import type { Clock, Watch, Watcher, WatchListener } from '../system/system.ts';
import type { DirectoriesSnapshot } from '../telemetry/snapshot.ts';
import type { Sightings, Survey } from './survey.ts';

/**
 * Keeps the picture of the directories up to date: by hints where the watcher works, by rescans always.
 *
 * A hint only says where to look. It is never acted on when it comes: it is noted, and the agent's loop looks. With the
 * watcher switched off, or deaf, everything is still found, a rescan later.
 *
 * Directories of pods are watched for pods and containers. The directory of a container is watched only while its files
 * are idle: a busy file is polled, which costs a fraction of what an inotify event for every write costs.
 */
export interface DiscoverySettings {
  readonly logsDirectory: string;
  readonly rescanIntervalMs: number;
  readonly watches: boolean;
  /** Takes a sighting; false if something is left to do, so that its directory must be read again. */
  readonly onSighting: (sighting: StreamSighting) => boolean;
  readonly onHint: () => void;
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
/** Below a pods directory: pods (0) and their containers (1). The files themselves are not watched. */
const PODS_DEPTH = 1;
/** Idle directories watched at once, one inotify watch each. */
const MOST_IDLE_WATCHES = 8192;

export class Discovery {
  readonly #survey: Survey;
  readonly #watcher: Watcher;
  readonly #clock: Clock;
  readonly #settings: DiscoverySettings;
  readonly #watches = new Map<string, Watch>();
  readonly #idleWatches = new Map<string, Watch>();
  readonly #hints = new Set<string>();
  /** Directories in which something could not be settled. */
  readonly #again = new Set<string>();
  #walk: Sightings | undefined;
  /** The round of hints that is being followed, and since when. */
  #round: { readonly sightings: Sightings; readonly sinceMs: number } | undefined;
  #roundDueMs = 0;
  #isFirstWalk = true;
  #rescanDueMs = 0;
  #isMissing = false;

  constructor(survey: Survey, watcher: Watcher, clock: Clock, settings: DiscoverySettings) {
    this.#survey = survey;
    this.#watcher = watcher;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Everything that was there at the start has been seen. */
  get isComplete(): boolean {
    return !this.#isFirstWalk;
  }

  /** The logs directory was not there when it was last looked for. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  snapshot(): DirectoriesSnapshot {
    return {
      logsDirectory: this.#settings.logsDirectory,
      isMissing: this.#isMissing,
      isComplete: this.isComplete,
      isWatching: this.#settings.watches,
      watches: this.#watches.size + this.#idleWatches.size,
    };
  }

  get isBusy(): boolean {
    return this.#walk !== undefined || this.#round !== undefined;
  }

  get nextDueMs(): number {
    return this.#hints.size > 0 ? Math.min(this.#rescanDueMs, this.#roundDueMs) : this.#rescanDueMs;
  }

  /** Looks where hints point and where the walk goes on, for a few milliseconds at most. */
  step(nowMs: number): void {
    const until = nowMs + SLICE_MS;
    if (this.#walk === undefined && nowMs >= this.#rescanDueMs) this.#startWalk();
    if (this.#round === undefined && this.#hints.size > 0 && nowMs >= this.#roundDueMs)
      this.#startRound(nowMs);
    while (this.#round !== undefined && this.#clock.monotonic() < until) this.#followOn(this.#round);
    while (this.#walk !== undefined && this.#clock.monotonic() < until) this.#walkOn(this.#walk, nowMs);
  }

  /** Reads one directory now. `always`: even if its time says that nothing changed. */
  scan(directory: string, always: boolean): void {
    for (const sightings of this.#survey.scan(directory, this.#clock.now(), always)) this.#report(sightings);
  }

  /** A container's files are idle: their directory can be watched instead of polled often. */
  watchIdle(directory: string): void {
    const isWatched = this.#watches.has(directory) || this.#idleWatches.has(directory);
    if (!this.#settings.watches || isWatched || this.#idleWatches.size >= MOST_IDLE_WATCHES) return;
    this.#idleWatches.set(directory, this.#watcher.watchFiles(directory, this.#listenerOf(directory)));
  }

  /** They are busy again, or gone: polling is cheaper than being told of every write. */
  unwatchIdle(directory: string): void {
    this.#idleWatches.get(directory)?.close();
    this.#idleWatches.delete(directory);
  }

  close(): void {
    for (const watch of [...this.#watches.values(), ...this.#idleWatches.values()]) watch.close();
    this.#watches.clear();
    this.#idleWatches.clear();
  }

  #startWalk(): void {
    this.#checkRoot(this.#settings.logsDirectory);
    this.#watchRoots();
    for (const directory of this.#again) this.#note(directory);
    this.#again.clear();
    this.#walk = this.#survey.sweep(this.#clock.now());
  }

  #checkRoot(directory: string): void {
    const isMissing = this.#survey.isMissing(directory);
    if (isMissing && !this.#isMissing) this.#settings.onMissing(directory);
    if (!isMissing && this.#isMissing) this.#settings.onAppeared(directory);
    this.#isMissing = isMissing;
  }

  #walkOn(walk: Sightings, nowMs: number): void {
    const { value, done } = walk.next();
    if (value !== undefined) {
      this.#report(value);
      if (!this.#isFirstWalk) for (const sighting of value) this.#settings.onFoundByRescan(sighting);
    }
    if (done !== true) return;
    this.#walk = undefined;
    this.#isFirstWalk = false;
    this.#rescanDueMs = nowMs + this.#settings.rescanIntervalMs;
    // Links may have led to pods directories that nobody knew of.
    this.#watchRoots();
  }

  #startRound(nowMs: number): void {
    const paths = [...this.#hints];
    this.#hints.clear();
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
      if (!this.#settings.onSighting(sighting)) this.#again.add(sighting.directory);
    }
  }

  #note(path: string): void {
    if (this.#hints.size < MOST_HINTS) this.#hints.add(path);
    else this.#rescanDueMs = 0;
  }

  #watchRoots(): void {
    if (!this.#settings.watches) return;
    this.#watchRoot(this.#settings.logsDirectory, 0);
    for (const directory of this.#survey.podsDirectories) this.#watchRoot(directory, PODS_DEPTH);
  }

  #watchRoot(directory: string, depth: number): void {
    if (!this.#watches.has(directory))
      this.#watches.set(directory, this.#watcher.watch(directory, depth, this.#listenerOf(directory)));
  }

  #listenerOf(directory: string): WatchListener {
    let hasFailed = false;
    return {
      hint: (path) => {
        this.#note(path);
        this.#settings.onHint();
      },
      trouble: (error) => {
        this.#settings.onWatchFailed(directory, error);
        // One watch tells of many refusals; when it tells of the second, a new one may be open in its place.
        if (!hasFailed) this.#drop(directory);
        hasFailed = true;
      },
    };
  }

  /** A refused watch is not tried again by the watcher itself: it needs a new one, with the next rescan. */
  #drop(directory: string): void {
    this.#watches.get(directory)?.close();
    this.#watches.delete(directory);
    this.unwatchIdle(directory);
  }
}
