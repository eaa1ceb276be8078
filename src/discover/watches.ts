import type { Clock, Watch, Watcher, WatchListener } from '../system/system.ts';

/**
 * All watches, each of the kind that is cheapest for what it must do.
 *
 *   roots   the logs directory and pods directories: by chokidar, which waits for what is missing. It asks after every entry
 *           (200 µs for a link, 4 KiB each): a root that holds many is watched by itself
 *   pods    one small watch each, for containers that come later; opened before the pod is read
 *   idle    one small watch for a container whose files are not written to, so that they need not be polled
 */
export interface WatchesSettings {
  readonly isOn: boolean;
  /** How many entries a root has; 0 if it is missing. */
  entriesIn(root: string): number;
  onHint(path: string): void;
  /** A file was written to: one of those for which small watches stand. */
  onWritten(path: string): void;
  onFailed(directory: string, error: Error): void;
}

/** A root with more entries than this gets a small watch. */
const MOST_ENTRIES = 512;
/** Small watches at once, one inotify watch each; what is over is polled, or found by rescans. */
const MOST_SMALL = 65_536;
/** After a refusal (the limit of inotify) no other small watch is tried for so long. */
const REFUSED_MS = 60_000;

export class Watches {
  readonly #watcher: Watcher;
  readonly #clock: Clock;
  readonly #settings: WatchesSettings;
  readonly #roots = new Map<string, { readonly watch: Watch; readonly isSmall: boolean }>();
  readonly #pods = new Map<string, { readonly watch: Watch; round: number }>();
  readonly #idle = new Map<string, Watch>();
  /** How many more streams than one an idle directory's watch stands for, where there are more. */
  readonly #sharers = new Map<string, number>();
  #round = 0;
  #refusedUntilMs = 0;

  constructor(watcher: Watcher, clock: Clock, settings: WatchesSettings) {
    this.#watcher = watcher;
    this.#clock = clock;
    this.#settings = settings;
  }

  get count(): number {
    return this.#roots.size + this.#pods.size + this.#idle.size;
  }

  /** As far as one can know, hints come for everything. */
  get isTrusted(): boolean {
    return this.#settings.isOn && this.#clock.monotonic() >= this.#refusedUntilMs;
  }

  watchRoot(directory: string): void {
    if (!this.#settings.isOn || this.#roots.has(directory)) return;
    const isSmall = this.#settings.entriesIn(directory) > MOST_ENTRIES;
    const listener = new Listener(this, directory, 'root');
    const watch = isSmall
      ? this.#watcher.watchFiles(directory, listener)
      : this.#watcher.watch(directory, 0, listener);
    this.#roots.set(directory, { watch, isSmall });
  }

  /** A pod's directory is about to be read. */
  watchPod(directory: string): void {
    const known = this.#pods.get(directory);
    if (known !== undefined) known.round = this.#round;
    if (known !== undefined || this.#roots.has(directory) || !this.#hasRoom) return;
    const listener = new Listener(this, directory, 'pod');
    this.#pods.set(directory, {
      watch: this.#watcher.watchFiles(directory, listener),
      round: this.#round,
    });
  }

  /** A walk over all pods begins. */
  beginRound(): void {
    this.#round++;
  }

  /** The walk is over: pods that it did not come to are gone. */
  endRound(): void {
    for (const [directory, { round }] of this.#pods) if (round !== this.#round) this.#closePod(directory);
  }

  /** For one more stream. True if a small watch stands for it now, and is to be given up with `unwatchIdle`. */
  watchIdle(directory: string): boolean {
    if (this.#idle.has(directory)) {
      this.#sharers.set(directory, (this.#sharers.get(directory) ?? 0) + 1);
      return true;
    }
    if (this.#roots.has(directory) || !this.#hasRoom) return false;
    const listener = new Listener(this, directory, 'idle');
    this.#idle.set(directory, this.#watcher.watchFiles(directory, listener));
    return true;
  }

  /** One stream needs it no more; the watch is closed when none does. */
  unwatchIdle(directory: string): void {
    const sharers = this.#sharers.get(directory) ?? 0;
    if (sharers === 0) this.#closeIdle(directory);
    else if (sharers === 1) this.#sharers.delete(directory);
    else this.#sharers.set(directory, sharers - 1);
  }

  #closeIdle(directory: string): void {
    this.#idle.get(directory)?.close();
    this.#idle.delete(directory);
    this.#sharers.delete(directory);
  }

  /** Whether a hint comes when one of the files in this directory is written to. */
  isWatched(directory: string): boolean {
    return this.#idle.has(directory) || this.#roots.has(directory);
  }

  /** Whether a watch tells which of the files in this directory was written to. */
  tellsWrites(directory: string): boolean {
    return this.#idle.has(directory) || this.#roots.get(directory)?.isSmall === true;
  }

  /**
   * What a hint says of a watch itself: a directory that was removed and made anew is another one, and the old watch is deaf
   * to it.
   */
  distrust(path: string): void {
    if (this.#roots.get(path)?.isSmall === true) this.#closeRoot(path);
    this.#closePod(path);
    this.#closeIdle(path);
  }

  close(): void {
    for (const { watch } of [...this.#roots.values(), ...this.#pods.values()]) watch.close();
    for (const watch of this.#idle.values()) watch.close();
    for (const watches of [this.#roots, this.#pods, this.#idle, this.#sharers]) watches.clear();
  }

  get #hasRoom(): boolean {
    return this.isTrusted && this.#pods.size + this.#idle.size < MOST_SMALL;
  }

  #closeRoot(directory: string): void {
    this.#roots.get(directory)?.watch.close();
    this.#roots.delete(directory);
  }

  #closePod(directory: string): void {
    this.#pods.get(directory)?.watch.close();
    this.#pods.delete(directory);
  }

  hint(path: string): void {
    this.#settings.onHint(path);
  }

  written(path: string): void {
    this.#settings.onWritten(path);
  }

  failed(directory: string, error: Error): void {
    this.#settings.onFailed(directory, error);
  }

  /** A refused watch is not tried again by the watcher itself: it needs a new one, with a later rescan. */
  drop(directory: string, kind: Kind): void {
    if (!this.#roots.has(directory)) this.#refusedUntilMs = this.#clock.monotonic() + REFUSED_MS;
    if (kind === 'root') this.#closeRoot(directory);
    else if (kind === 'pod') this.#closePod(directory);
    else this.#closeIdle(directory);
  }
}

type Kind = 'root' | 'pod' | 'idle';

/** What one watch tells. There may be twenty thousand: an object, and no functions of its own. */
class Listener implements WatchListener {
  readonly #watches: Watches;
  readonly #directory: string;
  readonly #kind: Kind;
  #hasFailed = false;

  constructor(watches: Watches, directory: string, kind: Kind) {
    this.#watches = watches;
    this.#directory = directory;
    this.#kind = kind;
  }

  hint(path: string): void {
    this.#watches.hint(path);
  }

  written(path: string): void {
    this.#watches.written(path);
  }

  trouble(error: Error): void {
    this.#watches.failed(this.#directory, error);
    // One watch tells of many refusals; when it tells of the second, a new one may be open in its place.
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#watches.drop(this.#directory, this.#kind);
  }
}
