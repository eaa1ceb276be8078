import type { PodListener, PodSource, PodSourceState } from '../core/pod.ts';
import type { Clock } from '../system/system.ts';
import type { ApiClient, Query } from './api-client.ts';
import { ApiFailure, failureOfError, failureOfStatus } from './api-failure.ts';
import { KnownPods } from './known-pods.ts';
import { NamespaceLabels } from './namespace-labels.ts';
import { Pace, type PaceSettings } from './pace.ts';
import { readPod, readPodList, versionOf } from './pod-object.ts';
import { type HealthListener, SourceHealth } from './source-health.ts';
import { Watchdog } from './watchdog.ts';

/**
 * The pods of one node, from the API server: a list, then a watch that goes on from there.
 *
 *   list (resourceVersion 0) ──> watch ──ended──> watch from the last version
 *     ▲                            │
 *     │   410, silence, nonsense   │ connection lost, 401, 403, 429, 5xx: wait, then watch on from the last version
 *     └────────────────────────────┘
 *
 * resourceVersion 0 is what the server has in memory: a list costs its database nothing, so even many are harmless. It may be
 * a little old; the watch that follows makes up for it. Only when the server has just called that version too old is the next
 * list made without it.
 */
export interface ApiPodsSettings {
  readonly node: string;
  /** Whether the labels of the pods' namespaces are asked for too. */
  readonly namespaces: boolean;
  readonly pace: PaceSettings;
  /** A watch from which nothing came for so long, not even a bookmark (one a minute), is dead. */
  readonly silenceMs: number;
  /** How long the server is asked to keep a watch, at least; at most twice as long. */
  readonly watchMs: number;
  /** How often the labels of a namespace are asked for again. */
  readonly namespaceRefreshMs: number;
  readonly health: HealthListener;
  /** The server told of a pod of another node. */
  readonly onStranger: (node: string) => void;
}

/** What a node's agents agree on where the configuration says nothing. */
export const API_PODS_TIMES = {
  // The first second: a new stream waits two for its pod.
  pace: { startSpreadMs: 1_000, firstMs: 4_000, longestMs: 60_000 },
  silenceMs: 180_000,
  watchMs: 300_000,
  namespaceRefreshMs: 600_000,
} as const;

const PODS = '/api/v1/pods';
/** A watch that ended sooner, without a word, may do so again and again: it counts as a failure. */
const SHORT_WATCH_MS = 1_000;

export class ApiPods implements PodSource {
  readonly tellsNamespaces: boolean;
  readonly #client: ApiClient;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #settings: ApiPodsSettings;
  readonly #health: SourceHealth;
  readonly #pace: Pace;
  readonly #end = new AbortController();
  /** Where the watch goes on; undefined: a list has to be made. */
  #version: string | undefined;
  /** The version that a list gave was too old at once: the next list asks for the newest. */
  #wantsNewest = false;

  constructor(client: ApiClient, clock: Clock, random: () => number, settings: ApiPodsSettings) {
    this.tellsNamespaces = settings.namespaces;
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
    this.#settings = settings;
    this.#health = new SourceHealth(clock, settings.health);
    this.#pace = new Pace(settings.pace, clock, random);
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
    // A watch tells of a new pod as soon as there is one.
  }

  close(): void {
    this.#end.abort(new Error('closed'));
    this.#client.close();
  }

  get #isClosed(): boolean {
    return this.#end.signal.aborted;
  }

  async #run(listener: PodListener): Promise<void> {
    const { node, onStranger } = this.#settings;
    const pods = new KnownPods(listener, node, onStranger);
    const namespaces = this.#settings.namespaces ? this.#newNamespaces(listener, pods) : undefined;
    const { signal } = this.#end;
    await this.#pace.pause(this.#pace.startMs(), signal);
    // Until it is closed: then every pause rejects.
    for (;;) {
      try {
        if (this.#version === undefined) await this.#list(pods, listener);
        namespaces?.look();
        await this.#watch(pods, () => namespaces?.look());
        // Ended by the server as agreed: on from there, but not all agents in the same moment.
        await this.#pace.pause(this.#pace.startMs(), signal);
      } catch (error) {
        if (this.#isClosed) return;
        await this.#pace.pause(this.#waitAfter(failureOfError(error)), signal);
      }
    }
  }

  async #list(pods: KnownPods, listener: PodListener): Promise<void> {
    const query: Query = {
      fieldSelector: `spec.nodeName=${this.#settings.node}`,
      ...(this.#wantsNewest ? {} : { resourceVersion: '0' }),
    };
    const list = readPodList(await this.#client.get(PODS, query, this.#end.signal));
    if (list === undefined || list.version === '')
      throw new ApiFailure('the answer is no list of pods', 0, 0);
    this.#health.heard();
    this.#version = list.version;
    pods.replace(list);
    this.#health.synced();
    listener.onSynced();
  }

  /** Ends well when the server has ended the watch as agreed. */
  async #watch(pods: KnownPods, onNewPod: () => void): Promise<void> {
    const { watchMs, node, silenceMs } = this.#settings;
    const query: Query = {
      fieldSelector: `spec.nodeName=${node}`,
      resourceVersion: this.#version ?? '',
      allowWatchBookmarks: true,
      timeoutSeconds: Math.ceil((watchMs * (1 + this.#random())) / 1_000),
    };
    const began = this.#clock.monotonic();
    const watchdog = new Watchdog(this.#clock, silenceMs, this.#end.signal);
    let events = 0;
    try {
      await this.#client.watch(PODS, query, watchdog.signal, {
        onOpen: () => this.#health.works(),
        onEvent: (type, object) => {
          this.#take(pods, type, object);
          watchdog.heard();
          events++;
          if (type === 'ADDED') onNewPod();
        },
      });
    } catch (error) {
      const failure = failureOfError(error);
      if (failure.status === GONE && events === 0) this.#wantsNewest = true;
      if (failure.status === GONE || watchdog.hasBitten) this.#version = undefined;
      throw failure;
    } finally {
      watchdog.stop();
      if (events > 0) this.#pace.recovered();
    }
    if (events === 0 && this.#clock.monotonic() - began < SHORT_WATCH_MS)
      throw new ApiFailure('the server ended the watch at once', 0, 0);
    this.#pace.recovered();
  }

  #take(pods: KnownPods, type: string, object: unknown): void {
    if (type === 'ERROR') {
      this.#version = undefined;
      throw failureOfStatus(object, 0);
    }
    const version = versionOf(object);
    const read = type === 'BOOKMARK' ? undefined : readPod(object);
    if (version === '' || (read === undefined && type !== 'BOOKMARK')) {
      // What was it about? Only a list can tell.
      this.#version = undefined;
      throw new ApiFailure(`the watch sent an event that is no pod (${type.slice(0, 20)})`, 0, 0);
    }
    this.#health.heard();
    this.#version = version;
    this.#wantsNewest = false;
    if (read === undefined) return;
    if (type === 'DELETED') pods.remove(read.pod.uid);
    else pods.put(read);
  }

  /** Tells what is wrong, and returns how long to wait before the next try. */
  #waitAfter(failure: ApiFailure): number {
    // Versions grow old: that is no trouble, the next list mends it.
    if (failure.status === GONE && !this.#wantsNewest) return this.#pace.startMs();
    this.#health.failed(failure.message + (ADVICE.get(failure.status) ?? ''));
    return failure.status === FORBIDDEN
      ? this.#pace.afterRefusalMs()
      : this.#pace.afterFailureMs(failure.retryAfterMs);
  }

  #newNamespaces(listener: PodListener, pods: KnownPods): NamespaceLabels {
    return new NamespaceLabels(this.#client, this.#clock, this.#end.signal, {
      wanted: () => pods.namespaces,
      refreshMs: this.#settings.namespaceRefreshMs,
      pace: new Pace(this.#settings.pace, this.#clock, this.#random),
      onLabels: (name, labels) => listener.onNamespace(name, labels),
      onTrouble: (reason) => this.#settings.health.onTrouble(reason),
    });
  }
}

const FORBIDDEN = 403;
const GONE = 410;
const ADVICE: ReadonlyMap<number, string> = new Map([
  [401, '; the token is read anew with each try, so a new one is found'],
  [
    FORBIDDEN,
    "; give birler's service account the verbs get, list and watch on pods (docs/kubernetes.md has the role)",
  ],
]);
