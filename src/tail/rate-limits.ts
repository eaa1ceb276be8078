import type { ContainerStream } from './container-stream.ts';

/**
 * How fast pods may be read: a token bucket for each pod that has a limit, debited with what its lanes took. A turn is never cut
 * short; what it took over is waited for afterwards.
 */
interface Bucket {
  /** Of this pod, those that were asked for. */
  readonly streams: Set<ContainerStream>;
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  tokens: number;
  atMs: number;
}

export class RateLimits {
  /** By pod; as many as there are pods with a limit. */
  readonly #buckets = new Map<string, Bucket>();
  readonly #onUsedUp: () => void;

  /** @param onUsedUp a pod has used up its rate: it has to wait, or its records are dropped */
  constructor(onUsedUp: () => void) {
    this.#onUsedUp = onUsedUp;
  }

  /** When this stream's pod may be read again, monotonic ms; undefined: now. */
  dueMs(stream: ContainerStream, nowMs: number): number | undefined {
    const bucket = this.#bucketOf(stream, nowMs);
    if (bucket === undefined || bucket.tokens > 0) return undefined;
    return nowMs + Math.ceil((1000 * (1 - bucket.tokens)) / bucket.bytesPerSecond);
  }

  charge(stream: ContainerStream, bytes: number, nowMs: number): void {
    const bucket = this.#bucketOf(stream, nowMs);
    if (bucket === undefined || bytes === 0) return;
    const had = bucket.tokens > 0;
    bucket.tokens -= bytes;
    if (had && bucket.tokens <= 0) this.#onUsedUp();
  }

  forget(stream: ContainerStream): void {
    const streams = this.#buckets.get(stream.fairnessKey)?.streams;
    streams?.delete(stream);
    if (streams?.size === 0) this.#buckets.delete(stream.fairnessKey);
  }

  #bucketOf(stream: ContainerStream, nowMs: number): Bucket | undefined {
    const { rateLimit } = stream.treatment;
    if (rateLimit === undefined && this.#buckets.size === 0) return undefined;
    const { fairnessKey } = stream;
    const known = this.#buckets.get(fairnessKey);
    if (rateLimit === undefined) {
      if (known !== undefined) this.#buckets.delete(fairnessKey);
      return undefined;
    }
    const { bytesPerSecond, burstBytes } = rateLimit;
    if (known?.bytesPerSecond === bytesPerSecond && known.burstBytes === burstBytes) {
      known.streams.add(stream);
      known.tokens = Math.min(burstBytes, known.tokens + ((nowMs - known.atMs) * bytesPerSecond) / 1000);
      known.atMs = nowMs;
      return known;
    }
    const streams = new Set([stream]);
    const fresh = { streams, bytesPerSecond, burstBytes, tokens: burstBytes, atMs: nowMs };
    this.#buckets.set(fairnessKey, fresh);
    return fresh;
  }
}
