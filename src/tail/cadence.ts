import type { ContainerStream } from './container-stream.ts';

/**
 * How often a stream's files are looked at: every few milliseconds while it is written to, ever more seldom while it is
 * not, down to once a second. A look costs 0.6 µs, so 500 idle streams cost a few ten-thousandths of a core.
 */
const INTERVALS_MS = [10, 20, 50, 100, 250, 500, 1000] as const;
const SLOWEST = INTERVALS_MS.length - 1;
/** From this tier on (0.8 s without a change) a watch tells sooner than the next look would. */
const WATCHED = 3;
/** Looks without a change before the next slower interval. */
const LOOKS = 10;

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
}

export class Cadence {
  readonly #listener: CadenceListener;
  readonly #tiers: readonly Tier[] = INTERVALS_MS.map((intervalMs) => ({
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
    if (pace !== undefined) {
      pace.looksLeft = LOOKS;
      if (pace.tier === 0) return;
      if (pace.tier >= WATCHED) this.#listener.onBusy(stream);
    }
    this.#move(stream, 0);
  }

  remove(stream: ContainerStream): void {
    const pace = this.#paces.get(stream);
    if (pace !== undefined) this.#tiers[pace.tier]?.streams.delete(stream);
    this.#paces.delete(stream);
  }

  /** Calls `look` for each stream that is due, and tells whether it is idle; it says whether anything had changed. */
  poll(nowMs: number, look: (stream: ContainerStream, isIdle: boolean) => boolean): void {
    for (const [index, tier] of this.#tiers.entries()) {
      if (tier.streams.size === 0 || tier.dueMs > nowMs) continue;
      tier.dueMs = nowMs + tier.intervalMs;
      for (const stream of [...tier.streams]) {
        if (look(stream, index >= WATCHED)) this.quicken(stream);
        else this.#slow(stream);
      }
    }
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
    if (pace === undefined || pace.tier === SLOWEST || --pace.looksLeft > 0) return;
    this.#move(stream, pace.tier + 1);
    if (pace.tier + 1 === WATCHED) this.#listener.onIdle(stream);
  }

  #move(stream: ContainerStream, tier: number): void {
    this.remove(stream);
    this.#paces.set(stream, { tier, looksLeft: LOOKS });
    this.#tiers[tier]?.streams.add(stream);
  }
}
