import type { Texts } from '../core/pod.ts';
import type { Clock } from '../system/system.ts';
import type { ApiClient } from './api-client.ts';
import { type ApiFailure, failureOfError } from './api-failure.ts';
import type { Pace } from './pace.ts';
import { readNamespaceLabels } from './pod-object.ts';

/**
 * The labels of the namespaces that have a pod on this node, asked for one by one and now and then again.
 *
 * Not a watch: one over all namespaces would send every node what happens in all of them, and one for each would be dozens of
 * watches a node. A namespace's labels hardly ever change. With resourceVersion 0 the server answers from memory.
 */
export interface NamespaceSettings {
  readonly wanted: () => ReadonlySet<string>;
  readonly refreshMs: number;
  readonly pace: Pace;
  /** Also where there is no such namespace, or it may not be asked for: then it has none, and nobody waits for them. */
  readonly onLabels: (name: string, labels: Texts) => void;
  readonly onTrouble: (reason: string) => void;
}

export class NamespaceLabels {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #settings: NamespaceSettings;
  /** When each is to be asked for again; monotonic ms. No more than are wanted. */
  readonly #dueMs = new Map<string, number>();
  #working: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #trouble = '';

  constructor(client: ApiClient, clock: Clock, signal: AbortSignal, settings: NamespaceSettings) {
    this.#client = client;
    this.#clock = clock;
    this.#signal = signal;
    this.#settings = settings;
    signal.addEventListener('abort', () => this.#cancel?.(), { once: true });
  }

  /** Asks for those that are wanted and not known, one after the other. */
  look(): void {
    if (this.#working !== undefined || this.#signal.aborted) return;
    this.#cancel?.();
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      this.#sleep();
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      const wanted = this.#settings.wanted();
      for (const name of [...this.#dueMs.keys()]) if (!wanted.has(name)) this.#dueMs.delete(name);
      const now = this.#clock.monotonic();
      const name = [...wanted].find((each) => (this.#dueMs.get(each) ?? now) <= now);
      if (name === undefined || this.#signal.aborted) return;
      await this.#ask(name);
    }
  }

  async #ask(name: string): Promise<void> {
    const { refreshMs, pace, onLabels } = this.#settings;
    const isNew = !this.#dueMs.has(name);
    let waitMs = pace.around(refreshMs);
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(name)}`;
      const labels = readNamespaceLabels(
        await this.#client.get(path, { resourceVersion: '0' }, this.#signal),
      );
      onLabels(name, labels ?? {});
      pace.recovered();
      this.#trouble = '';
    } catch (error) {
      const failure = failureOfError(error);
      if (this.#signal.aborted) return;
      // Missing or forbidden stays so for a while; and who is known keeps what was known of it.
      if (isFinal(failure)) {
        if (isNew) onLabels(name, {});
      } else waitMs = pace.afterFailureMs(failure.retryAfterMs);
      this.#tell(failure);
    }
    this.#dueMs.set(name, this.#clock.monotonic() + waitMs);
  }

  #tell(failure: ApiFailure): void {
    if (failure.status === NOT_FOUND || failure.message === this.#trouble) return;
    this.#trouble = failure.message;
    this.#settings.onTrouble(`labels of namespaces: ${failure.message}`);
  }

  #sleep(): void {
    const wanted = [...this.#settings.wanted()];
    if (this.#signal.aborted || wanted.length === 0) return;
    // One that came while the last was asked for has no time yet.
    const nextMs = Math.min(...wanted.map((name) => this.#dueMs.get(name) ?? 0));
    const waitMs = Math.max(0, nextMs - this.#clock.monotonic());
    this.#cancel = this.#clock.after(waitMs, () => this.look());
  }
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const isFinal = ({ status }: ApiFailure): boolean => status === FORBIDDEN || status === NOT_FOUND;
