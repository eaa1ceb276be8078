import type { ApiClient, Query, WatchListener } from '../../src/kubernetes/api-client.ts';

/** A server without a network: a test decides what each request gets, and sees when it was made. */
export class ScriptedClient implements ApiClient {
  readonly asked: {
    readonly kind: 'get' | 'watch';
    readonly path: string;
    readonly query: Query;
    readonly atMs: number;
  }[] = [];
  /** What a get is answered with; it may throw. */
  onGet: (path: string, query: Query) => unknown = () => ({ metadata: { resourceVersion: '1' }, items: [] });
  /** Called for each watch; what it returns ends the watch: nothing, never; an error, at once. */
  onWatch: (listener: WatchListener) => Error | undefined = () => undefined;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(path: string, query: Query): Promise<unknown> {
    this.asked.push({ kind: 'get', path, query, atMs: this.#nowMs() });
    return Promise.resolve().then(() => this.onGet(path, query));
  }

  watch(path: string, query: Query, signal: AbortSignal, listener: WatchListener): Promise<void> {
    this.asked.push({ kind: 'watch', path, query, atMs: this.#nowMs() });
    return new Promise((_, reject) => {
      const failure = this.onWatch(listener);
      if (failure !== undefined) reject(failure);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  close(): void {
    // Nothing is held.
  }

  times(kind: 'get' | 'watch'): readonly number[] {
    return this.asked.filter((each) => each.kind === kind).map(({ atMs }) => atMs);
  }
}
