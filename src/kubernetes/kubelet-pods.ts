import type { PodListener, PodSource, PodSourceState } from '../core/pod.ts';
import { Doorbell } from '../system/doorbell.ts';
import type { Clock } from '../system/system.ts';
import type { ApiClient } from './api-client.ts';
import { ApiFailure, failureOfError } from './api-failure.ts';
import { KnownPods } from './known-pods.ts';
import { Pace, type PaceSettings } from './pace.ts';
import { readPodList } from './pod-object.ts';
import { type HealthListener, SourceHealth } from './source-health.ts';

/**
 * The pods of this node, from its own kubelet: the whole list, now and then, and soon when somebody waits for a new pod. The
 * API server has nothing to do with it. A kubelet knows no labels of namespaces.
 */
export interface KubeletPodsSettings {
  readonly node: string;
  readonly intervalMs: number;
  readonly pace: PaceSettings;
  readonly health: HealthListener;
  /** The kubelet told of a pod of another node. */
  readonly onStranger: (node: string) => void;
}

/** However many new streams wait, the kubelet is asked no more often. */
const LEAST_INTERVAL_MS = 500;

export class KubeletPods implements PodSource {
  readonly tellsNamespaces = false;
  readonly #client: ApiClient;
  readonly #settings: KubeletPodsSettings;
  readonly #health: SourceHealth;
  readonly #pace: Pace;
  readonly #bell: Doorbell;
  readonly #end = new AbortController();

  constructor(client: ApiClient, clock: Clock, random: () => number, settings: KubeletPodsSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#health = new SourceHealth(clock, settings.health);
    this.#pace = new Pace(settings.pace, clock, random);
    this.#bell = new Doorbell(clock);
  }

  get state(): PodSourceState {
    return this.#health.state;
  }

  start(listener: PodListener): void {
    this.#run(listener).catch(() => {
      // It was closed: nothing else ends it.
    });
  }

  hurry(): void {
    this.#bell.ring();
  }

  close(): void {
    this.#end.abort(new Error('closed'));
    this.#bell.ring();
    this.#client.close();
  }

  get #isClosed(): boolean {
    return this.#end.signal.aborted;
  }

  async #run(listener: PodListener): Promise<void> {
    const { node, onStranger, intervalMs } = this.#settings;
    const pods = new KnownPods(listener, node, onStranger);
    const { signal } = this.#end;
    // No spreading at the start: nobody else asks this kubelet.
    // Until it is closed: then every pause rejects.
    for (;;) {
      try {
        await this.#look(pods);
        listener.onSynced();
        await this.#pace.pause(LEAST_INTERVAL_MS, signal);
        await this.#bell.wait(this.#pace.around(intervalMs) - LEAST_INTERVAL_MS);
      } catch (error) {
        if (this.#isClosed) return;
        await this.#pace.pause(this.#waitAfter(failureOfError(error)), signal);
      }
    }
  }

  async #look(pods: KnownPods): Promise<void> {
    const list = readPodList(await this.#client.get('/pods', {}, this.#end.signal));
    if (list === undefined) throw new ApiFailure('the answer is no list of pods', 0, 0);
    this.#health.heard();
    this.#health.synced();
    this.#health.works();
    this.#pace.recovered();
    pods.replace(list);
  }

  #waitAfter(failure: ApiFailure): number {
    const isRefusal = failure.status === 401 || failure.status === 403;
    this.#health.failed(
      isRefusal
        ? `${failure.message}; give birler's service account the verb get on nodes/proxy, or on nodes/pods (docs/kubernetes.md)`
        : failure.message,
    );
    return isRefusal ? this.#pace.afterRefusalMs() : this.#pace.afterFailureMs(failure.retryAfterMs);
  }
}
