import type { Consumer } from '../core/consumer.ts';
import { positionAt, type StreamPosition, samePosition } from '../core/position.ts';
import type { ContainerStream } from './container-stream.ts';
import { Lane } from './lane.ts';
import type { LaneTools } from './lane-tools.ts';
import { RateLimits } from './rate-limits.ts';
import type { Turns } from './turns.ts';

/**
 * Which consumers read together.
 *
 * Consumers at the same place of a stream share one lane: one read, one decode. A consumer without credit is waited for,
 * but not for long; then it gets a lane of its own and the others go on. When two lanes of a stream stand idle at the same
 * place, they become one again.
 */
/** How long the others wait for a consumer that has no credit, before they go on without it. */
const PATIENCE_MS = 20;

export class Lanes {
  readonly #tools: LaneTools;
  readonly #turns: Turns;
  readonly #parked = new Set<Lane>();
  /** Parked ones that wait for their pod's rate: until when. */
  readonly #paced = new Map<Lane, number>();
  /** Those with an open record: when that was waited for long enough, which no look at the file would show in time. */
  readonly #holding = new Map<Lane, number>();
  readonly #rates: RateLimits;

  /** @param onRateUsedUp a pod has written more than it may */
  constructor(tools: LaneTools, turns: Turns, onRateUsedUp: () => void) {
    this.#rates = new RateLimits(onRateUsedUp);
    this.#tools = tools;
    this.#turns = turns;
  }

  /** Opens lanes for a stream's consumers at their positions. */
  open(
    stream: ContainerStream,
    consumers: readonly Consumer[],
    startOf: (consumer: Consumer) => StreamPosition,
  ): void {
    for (const consumer of consumers) {
      const start = startOf(consumer);
      const together = stream.lanes.find((lane) => samePosition(lane.position, start));
      if (together !== undefined) together.consumers.push(consumer);
      else stream.lanes.push(new Lane(stream, [consumer], start, this.#tools));
    }
  }

  close(stream: ContainerStream): void {
    for (const lane of stream.lanes.splice(0)) this.#drop(lane);
    this.#rates.forget(stream);
  }

  /**
   * Gives a lane its turn, if its consumers can take a batch. Throws what reading throws.
   *
   * @returns how many bytes of the log it took
   */
  serve(lane: Lane, nowMs: number): number {
    if (this.#parked.size > 0) {
      this.#parked.delete(lane);
      this.#paced.delete(lane);
    }
    if (!haveCredit(lane.consumers)) {
      const blocked = lane.consumers.filter((consumer) => !consumer.hasCredit);
      if (blocked.length === lane.consumers.length || !this.#isPatienceOver(blocked, nowMs)) {
        this.#parked.add(lane);
        return 0;
      }
      this.#fork(lane, blocked);
    }
    const { stream } = lane;
    const dueMs = this.#rates.dueMs(stream, nowMs);
    if (dueMs !== undefined && stream.treatment.rateLimit?.excess === 'delay') {
      this.#parked.add(lane);
      this.#paced.set(lane, dueMs);
      return 0;
    }
    const taken = lane.turn(nowMs, dueMs === undefined ? 'take' : 'drop');
    // What is dropped is no part of what the pod was given: or a pod that writes too much would end up with nothing.
    if (dueMs === undefined) this.#rates.charge(stream, taken, nowMs);
    this.#noteOpen(lane);
    if (lane.isIdle) this.#merge(lane);
    return taken;
  }

  /**
   * Queues the lanes that waited: for credit, where there is some now or patience is over; for their pod's rate; or for the end
   * of an open record.
   */
  unpark(nowMs: number): void {
    for (const lane of this.#parked) {
      if ((this.#paced.get(lane) ?? nowMs) > nowMs) continue;
      const blocked = lane.consumers.filter((consumer) => !consumer.hasCredit);
      const isAlone = blocked.length === lane.consumers.length;
      if (blocked.length > 0 && (isAlone || !this.#isPatienceOver(blocked, nowMs))) continue;
      this.#parked.delete(lane);
      this.#paced.delete(lane);
      this.#turns.add(lane);
    }
    for (const [lane, dueMs] of this.#holding) {
      if (dueMs > nowMs) continue;
      // Its turn says anew until when it is to be waited for.
      this.#holding.delete(lane);
      if (lane.wantsTurn(nowMs)) this.#turns.add(lane);
    }
  }

  /** Waits for credit: it will be queued when there is some. */
  isParked(lane: Lane): boolean {
    return this.#parked.has(lane);
  }

  /** When the first wait that no event ends is over, monotonic ms: undefined while nobody waits like that. */
  get waitEndsMs(): number | undefined {
    let ends = Number.POSITIVE_INFINITY;
    for (const dueMs of this.#holding.values()) ends = Math.min(ends, dueMs);
    for (const dueMs of this.#paced.values()) ends = Math.min(ends, dueMs);
    for (const lane of this.#parked) {
      // One that waits for its rate looks for credit afterwards.
      if (this.#paced.has(lane) || lane.consumers.every((consumer) => !consumer.hasCredit)) continue;
      for (const { blockedSinceMs } of lane.consumers)
        if (blockedSinceMs !== undefined) ends = Math.min(ends, blockedSinceMs + PATIENCE_MS);
    }
    return ends === Number.POSITIVE_INFINITY ? undefined : ends;
  }

  #noteOpen(lane: Lane): void {
    const { openUntilMs } = lane;
    if (openUntilMs !== undefined) this.#holding.set(lane, openUntilMs);
    else if (this.#holding.size > 0) this.#holding.delete(lane);
  }

  #isPatienceOver(blocked: readonly Consumer[], nowMs: number): boolean {
    return blocked.every(
      ({ blockedSinceMs }) => blockedSinceMs !== undefined && nowMs - blockedSinceMs >= PATIENCE_MS,
    );
  }

  #fork(lane: Lane, blocked: readonly Consumer[]): void {
    const apart = lane.fork(blocked);
    lane.stream.lanes.push(apart);
    for (const consumer of blocked) lane.consumers.splice(lane.consumers.indexOf(consumer), 1);
    this.#parked.add(apart);
  }

  #merge(lane: Lane): void {
    if (lane.stream.lanes.length === 1) return;
    for (const other of [...lane.stream.lanes]) {
      if (other === lane || !other.isIdle || !samePosition(other.position, lane.position)) continue;
      lane.consumers.push(...other.consumers);
      lane.stream.lanes.splice(lane.stream.lanes.indexOf(other), 1);
      this.#drop(other);
    }
  }

  #drop(lane: Lane): void {
    lane.close();
    this.#parked.delete(lane);
    this.#paced.delete(lane);
    this.#holding.delete(lane);
    this.#turns.remove(lane);
  }
}

const haveCredit = (consumers: readonly Consumer[]): boolean => {
  for (const consumer of consumers) if (!consumer.hasCredit) return false;
  return true;
};

/** The beginning of all that is still on disk. */
export const startOfStream = (stream: ContainerStream): StreamPosition => {
  const first = stream.generations.find((generation) => generation.listed) ?? stream.newest;
  return positionAt(first?.sequence ?? stream.nextSequence, 0);
};
