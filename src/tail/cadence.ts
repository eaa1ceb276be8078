import type { ContainerStream } from './container-stream.ts';

/**
 * How often a stream's files are looked at, and when at all.
 *
 * What is written to now and then is not looked at: a watch tells of each write, and then it is looked at, at once. What is
 * written to often is looked at every few milliseconds, because a look costs less than being told. Where no watch can stand, looks
 * come ever more seldom, down to once a second.
 *
 * Once a watch stands for a stream, other looks are only for the case that the watch is deaf: all such streams are
 * looked at in turn, a share of them each second, so that ten thousand cost little more than five hundred.
 *
 * If every look finds something, looks are too many: fewer of them find the same, in larger batches. How many fewer depends on
 * how many such streams there are: together they are looked at 500 times a second, as long as that is often enough for each.
 */
const INTERVALS_MS = [20, 10, 20, 50, 100, 250, 500, 1000] as const;
/** Of steady looks: for each stream, and at most. */
const STEADY_SHARE_MS = 2;
const SLOWEST_STEADY_MS = 80;
const STEADY = 0;
const QUICK = 1;
const SLOWEST = INTERVALS_MS.length - 1;
/** From this tier on (0.8 s without a change) a watch is opened also where it tells of directories only. */
const WATCHED = 4;
/** Looks without a change before the next slower interval; looks with one before the steady one. */
const LOOKS = 10;
/** So many steady looks (2 to 10 s), then so many quick ones have to prove once more that all of them would find something. */
const STEADY_LOOKS = 100;
const PROVING_LOOKS = 4;
/** Quick looks by which it is judged how often a stream is written to (200 ms), and how few finds make a watch cheaper. */
const JUDGED_LOOKS = 20;
const FEW_FINDS = 6;
/** So many writes within that time make quick looks cheaper than a watch. */
const MANY_WRITES = 12;
const JUDGED_MS = 200;
/** A watch that told of a write so lately is not deaf. */
const HEARS_MS = 1_000;
/** Streams with a watch: so many shares, one each second, but not more looks than this. */
const PATROL = INTERVALS_MS.length;
const PATROL_MS = 1_000;
const SHARES = 5;
const MOST_LOOKS = 1_000;

interface Tier {
  readonly intervalMs: number;
  readonly streams: Set<ContainerStream>;
  dueMs: number;
}

interface Pace {
  readonly stream: ContainerStream;
  tier: number;
  looksLeft: number;
  /** Looks and finds since it was judged last. */
  looks: number;
  finds: number;
  /** A watch stands for it. */
  hasWatch: boolean;
  /** It was opened just now; the stream is looked at once more, because something may have been written before. */
  isSettling: boolean;
  /** The file whose writes are told, and how many there were since when, monotonic ms. */
  path: string | undefined;
  writes: number;
  writesSinceMs: number;
}

export interface CadenceListener {
  /** Written to so seldom that a watch is cheaper than looks. True if one stands for it now: then `onBusy` takes that back. */
  onIdle(stream: ContainerStream): boolean;
  onBusy(stream: ContainerStream): void;
  /** A write was told: it is looked at with the next poll. */
  onWoken(): void;
  /** Nothing about it waits for time to pass: all that was written to it was read. */
  isAtRest(stream: ContainerStream): boolean;
  /** Woken when its files are written to, and at rest. */
  isWatched(stream: ContainerStream): boolean;
  /** Whether its watch tells which file was written to. */
  tellsWrites(stream: ContainerStream): boolean;
}

/** Looks at a stream; says whether anything had changed. `isIdle`: its directory is watched, or not looked at as often. */
export type Look = (stream: ContainerStream, isIdle: boolean) => boolean;

export class Cadence {
  readonly #listener: CadenceListener;
  readonly #tiers: readonly Tier[] = [...INTERVALS_MS, PATROL_MS].map((intervalMs) => ({
    intervalMs,
    streams: new Set(),
    dueMs: 0,
  }));
  readonly #paces = new Map<ContainerStream, Pace>();
  /** Streams whose writes are told, by their file; one for each stream at most. */
  readonly #told = new Map<string, Pace>();
  /** Those that were written to since the last poll. */
  readonly #woken = new Set<ContainerStream>();
  /** Where the patrol goes on: an iterator comes to what is added behind it, and not to what is removed before it. */
  #rest: Iterator<ContainerStream, undefined> | undefined;

  constructor(listener: CadenceListener) {
    this.#listener = listener;
  }

  /** Something was written, or a hint says so: look often again. */
  quicken(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace !== undefined) this.#unwatch(pace);
    if (pace === undefined || pace.tier > QUICK) this.#move(stream, QUICK);
    else if (pace.tier === QUICK) pace.looksLeft = Math.max(pace.looksLeft, LOOKS);
  }

  /** It comes with files that nobody has written to for a while. */
  beginIdle(stream: ContainerStream): void {
    this.#watch(this.#move(stream, WATCHED));
  }

  /** A watch tells that this file was written to. False if it is none that is known here. */
  written(path: string, nowMs: number): boolean {
    const pace = this.#told.get(path);
    if (pace === undefined) return false;
    const { stream } = pace;
    if (nowMs - pace.writesSinceMs > JUDGED_MS) {
      pace.writesSinceMs = nowMs;
      pace.writes = 0;
    }
    pace.writes++;
    // Looked at often it is looked at soon.
    if (pace.tier <= QUICK) return true;
    if (pace.tier === PATROL && pace.writes <= MANY_WRITES) this.#woken.add(stream);
    else this.quicken(stream);
    this.#listener.onWoken();
    return true;
  }

  remove(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace === undefined) return;
    this.#tiers[pace.tier]?.streams.delete(stream);
    this.#paces.delete(stream);
    this.#woken.delete(stream);
    this.#unwatch(pace);
    this.#forgetPath(pace);
  }

  /** Calls `look` for each stream that is due. */
  poll(nowMs: number, look: Look): void {
    for (let index = 0; index < this.#tiers.length; index++) {
      const tier = this.#tiers[index];
      if (tier === undefined || tier.streams.size === 0 || tier.dueMs > nowMs) continue;
      tier.dueMs = nowMs + (index === STEADY ? steadyMs(tier) : tier.intervalMs);
      if (index === PATROL) this.#patrol(tier, nowMs, look);
      else {
        for (const stream of tier.streams) {
          if (look(stream, index >= WATCHED)) this.#found(stream);
          else this.#slow(stream);
        }
      }
    }
    for (const stream of this.#woken) look(stream, true);
    this.#woken.clear();
  }

  /** The next share of the streams that a watch stands for. */
  #patrol({ streams }: Tier, nowMs: number, look: Look): void {
    for (let left = Math.min(Math.ceil(streams.size / SHARES), MOST_LOOKS); left > 0 && streams.size > 0; ) {
      this.#rest ??= streams.values();
      const { value: stream, done } = this.#rest.next();
      if (done === true) {
        this.#rest = undefined;
        continue;
      }
      left--;
      if (look(stream, true) && !this.#hears(stream, nowMs)) this.quicken(stream);
      else if (!this.#woken.has(stream) && !this.#listener.isWatched(stream)) this.#move(stream, SLOWEST);
    }
  }

  /** Whether its watch is known not to be deaf: what a look finds before it tells comes a moment before it would have told. */
  #hears(stream: ContainerStream, nowMs: number): boolean {
    const pace = this.#paces.get(stream);
    return pace !== undefined && pace.writes > 0 && nowMs - pace.writesSinceMs < HEARS_MS;
  }

  /** A look found something: if all of them do, the next one may come later. Counted upwards from LOOKS. */
  #found(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace?.tier === STEADY) {
      if (--pace.looksLeft > 0) return;
      this.#move(stream, QUICK);
      pace.looksLeft = 2 * LOOKS - PROVING_LOOKS;
    } else if (pace?.tier === QUICK) {
      pace.looks++;
      pace.finds++;
      if (pace.isSettling) {
        this.#move(stream, PATROL);
        return;
      }
      pace.looksLeft = Math.max(pace.looksLeft, LOOKS) + 1;
      if (pace.looksLeft < 2 * LOOKS) return;
      this.#move(stream, STEADY);
      pace.looksLeft = STEADY_LOOKS;
    } else this.quicken(stream);
  }

  /** When the next look is due, monotonic ms; undefined if there is nothing to look at. */
  get nextDueMs(): number | undefined {
    let next: number | undefined;
    for (const tier of this.#tiers) {
      if (tier.streams.size > 0 && (next === undefined || tier.dueMs < next)) next = tier.dueMs;
    }
    return next;
  }

  #slow(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace === undefined) return;
    if (pace.tier === STEADY) {
      this.#move(stream, QUICK);
      return;
    }
    if (pace.tier === QUICK && this.#settles(stream, pace)) return;
    if (pace.tier >= WATCHED && this.#listener.isWatched(stream)) {
      // Looked at once since its watch was opened: nothing was missed before.
      this.#move(stream, PATROL);
      return;
    }
    if (pace.tier === SLOWEST) return;
    pace.looksLeft = Math.min(pace.looksLeft, LOOKS) - 1;
    if (pace.looksLeft > 0) return;
    this.#move(stream, pace.tier + 1);
    if (pace.tier === WATCHED) this.#watch(pace);
  }

  #watch(pace: Pace): void {
    if (!pace.hasWatch) pace.hasWatch = this.#listener.onIdle(pace.stream);
  }

  #unwatch(pace: Pace): void {
    pace.isSettling = false;
    if (!pace.hasWatch) return;
    pace.hasWatch = false;
    this.#listener.onBusy(pace.stream);
  }

  /** Judges how often it is written to, now and then; true if a watch stands for it from now on, or will after one more look. */
  #settles(stream: ContainerStream, pace: Pace): boolean {
    if (pace.isSettling) {
      const isWatched = this.#listener.isWatched(stream);
      if (isWatched) this.#move(stream, PATROL);
      return isWatched;
    }
    if (++pace.looks < JUDGED_LOOKS && pace.looksLeft > 1) return false;
    const isSeldom = pace.finds <= FEW_FINDS;
    pace.looks = 0;
    pace.finds = 0;
    if (!isSeldom || !this.#listener.isAtRest(stream)) return false;
    this.#watch(pace);
    pace.isSettling = this.#listener.tellsWrites(stream);
    return pace.isSettling;
  }

  #move(stream: ContainerStream, tier: number): Pace {
    const pace = this.#paces.get(stream) ?? newPace(stream);
    this.#paces.set(stream, pace);
    this.#tiers[pace.tier]?.streams.delete(stream);
    this.#tiers[tier]?.streams.add(stream);
    pace.tier = tier;
    pace.looksLeft = LOOKS;
    pace.looks = 0;
    pace.finds = 0;
    pace.isSettling = false;
    if (tier === PATROL) this.#rememberPath(pace);
    return pace;
  }

  #rememberPath(pace: Pace): void {
    const path = pace.stream.newest?.sighted.path;
    if (path === undefined || this.#told.get(path) === pace) return;
    this.#forgetPath(pace);
    pace.path = path;
    this.#told.set(path, pace);
  }

  #forgetPath(pace: Pace): void {
    if (pace.path !== undefined && this.#told.get(pace.path) === pace) this.#told.delete(pace.path);
  }
}

const steadyMs = ({ intervalMs, streams }: Tier): number =>
  Math.max(intervalMs, Math.min(STEADY_SHARE_MS * streams.size, SLOWEST_STEADY_MS));

const newPace = (stream: ContainerStream): Pace => ({
  stream,
  tier: QUICK,
  looksLeft: LOOKS,
  looks: 0,
  finds: 0,
  hasWatch: false,
  isSettling: false,
  path: undefined,
  writes: 0,
  writesSinceMs: 0,
});
