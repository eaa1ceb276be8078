import type { ContainerStream } from './container-stream.ts';

/**
 * How often a stream's files are looked at: every few milliseconds while it is written to, ever more seldom while it is not,
 * down to once a second. Once a watch stands for it, a look is only for the case that the watch is deaf: all such streams are
 * looked at in turn, a share of them each second, so that ten thousand cost little more than five hundred.
 *
 * If every look finds something, looks are too many: fewer of them find the same, in larger batches.
 */
const INTERVALS_MS = [50, 10, 20, 50, 100, 250, 500, 1000] as const;
const STEADY = 0;
const QUICK = 1;
const SLOWEST = INTERVALS_MS.length - 1;
/** From this tier on (0.8 s without a change) a watch tells sooner than the next look would. */
const WATCHED = 4;
/** Looks without a change before the next slower interval; looks with one before the steady one. */
const LOOKS = 10;
/** So many steady looks (5 s), then it has to prove once more that quick ones would all find something. */
const STEADY_LOOKS = 100;
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
  tier: number;
  looksLeft: number;
}

export interface CadenceListener {
  /** Not written to for so long that a watch is cheaper than a look. */
  onIdle(stream: ContainerStream): void;
  onBusy(stream: ContainerStream): void;
  /** Whether it is woken when its files are written to, and nothing about it waits for time to pass. */
  isWatched(stream: ContainerStream): boolean;
}

export class Cadence {
  readonly #listener: CadenceListener;
  readonly #tiers: readonly Tier[] = [...INTERVALS_MS, PATROL_MS].map((intervalMs) => ({
    intervalMs,
    streams: new Set(),
    dueMs: 0,
  }));
  readonly #paces = new Map<ContainerStream, Pace>();

  constructor(listener: CadenceListener) {
    this.#listener = listener;
  }

  /** Something was written, or a hint says so: look often again. */
  quicken(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace === undefined || pace.tier > QUICK) {
      if (pace !== undefined && pace.tier >= WATCHED) this.#listener.onBusy(stream);
      this.#move(stream, QUICK);
    } else if (pace.tier === QUICK) pace.looksLeft = Math.max(pace.looksLeft, LOOKS);
  }

  /** It comes with files that nobody has written to for a while. */
  beginIdle(stream: ContainerStream): void {
    this.#move(stream, WATCHED);
    this.#listener.onIdle(stream);
  }

  remove(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace !== undefined) this.#tiers[pace.tier]?.streams.delete(stream);
    this.#paces.delete(stream);
  }

  /** Calls `look` for each stream that is due, and tells whether it is idle; it says whether anything had changed. */
  poll(nowMs: number, look: (stream: ContainerStream, isIdle: boolean) => boolean): void {
    for (let index = 0; index < this.#tiers.length; index++) {
      const tier = this.#tiers[index];
      if (tier === undefined || tier.streams.size === 0 || tier.dueMs > nowMs) continue;
      tier.dueMs = nowMs + tier.intervalMs;
      if (index === PATROL) this.#patrol(tier, look);
      else {
        for (const stream of tier.streams) {
          if (look(stream, index >= WATCHED)) this.#found(stream);
          else this.#slow(stream);
        }
      }
    }
  }

  /** The next share of the streams that a watch stands for. */
  #patrol({ streams }: Tier, look: (stream: ContainerStream, isIdle: boolean) => boolean): void {
    let left = Math.min(Math.ceil(streams.size / SHARES), MOST_LOOKS);
    for (const stream of streams) {
      if (left-- === 0) return;
      if (look(stream, true)) this.quicken(stream);
      else if (!this.#listener.isWatched(stream)) this.#move(stream, SLOWEST);
      else {
        // To the end of the queue.
        streams.delete(stream);
        streams.add(stream);
      }
    }
  }

  /** A look found something: if all of them do, the next one may come later. Counted upwards from LOOKS. */
  #found(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace?.tier === STEADY) {
      if (--pace.looksLeft === 0) this.#move(stream, QUICK);
    } else if (pace?.tier === QUICK) {
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
    if (pace.tier >= WATCHED && this.#listener.isWatched(stream)) {
      // Looked at once since its watch was opened: nothing was missed before.
      this.#move(stream, PATROL);
      return;
    }
    if (pace.tier === SLOWEST) return;
    pace.looksLeft = Math.min(pace.looksLeft, LOOKS) - 1;
    if (pace.looksLeft > 0) return;
    this.#move(stream, pace.tier + 1);
    if (pace.tier === WATCHED) this.#listener.onIdle(stream);
  }

  #move(stream: ContainerStream, tier: number): void {
    const pace = this.#paces.get(stream);
    if (pace === undefined) this.#paces.set(stream, { tier, looksLeft: LOOKS });
    else {
      this.#tiers[pace.tier]?.streams.delete(stream);
      pace.tier = tier;
      pace.looksLeft = LOOKS;
    }
    this.#tiers[tier]?.streams.add(stream);
  }
}
