import { isDeepStrictEqual } from 'node:util';
import type { KubernetesOrigin, Origin } from '../core/origin.ts';
import type { Pod, PodListener, PodSource, Texts } from '../core/pod.ts';
import type { Shaper, Treatment, Treatments } from '../core/treatment.ts';
import type { Clock } from '../system/system.ts';
import { PodCache } from './pod-cache.ts';
import { type PodWishes, readWishes } from './pod-wishes.ts';
import {
  type Knowledge,
  planner,
  type TreatmentPlan,
  type TreatmentPolicy,
  treatmentFor,
} from './treatment-plan.ts';
import { WaitingList } from './waiting-list.ts';

export interface TreatmentWorld {
  /** undefined: nobody knows pods, so nothing is waited for. */
  readonly source: PodSource | undefined;
  readonly clock: Clock;
  /** The treatments of these streams are others now: ask again. Never called from within `of`. */
  readonly onChanged: (streamKeys: readonly string[]) => void;
  readonly onWrongAnnotation: (pod: string, annotation: string, problem: string) => void;
  readonly onTooManyPods: () => void;
}

/** Wrong annotations of one pod that are told; nobody needs more to see that something is wrong. */
const MOST_TOLD = 20;

/** A stream and what was decided for it. */
interface Entry {
  /** As it was asked for: without facts. */
  origin: Origin;
  /** Kept when the pod is gone: its last lines are its own too. */
  pod: Pod | undefined;
  plan: TreatmentPlan;
  shaper: Shaper | undefined;
  treatment: Treatment;
}

/**
 * Puts together what is known of a stream's pod and what the configuration says of such pods.
 *
 * A stream whose pod is not known yet waits for it, for a bounded time; then it goes on without, and gets another treatment
 * once the pod is known. Ask (`of`) for each new stream, and again for those that `onChanged` names.
 */
export class PodTreatments implements Treatments, PodListener {
  readonly #world: TreatmentWorld;
  readonly #cache = new PodCache();
  readonly #waiting: WaitingList;
  /** As many as there are streams: they are forgotten with them. */
  readonly #entries = new Map<string, Entry>();
  /** Keys of streams by what their paths call their pod. */
  readonly #streamsOf = new Map<string, Set<string>>();
  /** Read once a pod, however many containers it has. */
  readonly #wishes = new WeakMap<Pod, PodWishes>();
  /** What was told of a pod's annotations, by uid; forgotten with the pod. */
  readonly #told = new Map<string, Set<string>>();
  #policy: TreatmentPolicy;
  #plan: ReturnType<typeof planner>;

  constructor(policy: TreatmentPolicy, world: TreatmentWorld) {
    this.#policy = policy;
    this.#world = world;
    this.#plan = planner(policy);
    this.#waiting = new WaitingList(world.clock, (keys) => this.#renewAll(keys));
  }

  /** Begins to listen to the source. */
  start(): void {
    this.#world.source?.start(this);
  }

  close(): void {
    this.#waiting.close();
    this.#world.source?.close();
  }

  /** Who is asked about pods, if anybody is. */
  get source(): PodSource | undefined {
    return this.#world.source;
  }

  /** Treats all streams by another configuration from now on, and says so. */
  configure(policy: TreatmentPolicy): void {
    this.#policy = policy;
    this.#plan = planner(policy);
    for (const [key, entry] of this.#entries) {
      entry.plan = this.#planFor(key, entry.origin, entry.pod);
      entry.shaper = policy.newShaper(entry.origin, entry.pod?.labels);
      entry.treatment = treatmentFor(entry.plan, entry.shaper, policy);
    }
    this.#tell([...this.#entries.keys()]);
  }

  // ---- what the agent asks

  of(streamKey: string, origin: Origin): Treatment {
    const known = this.#entries.get(streamKey);
    if (known !== undefined) {
      if (isSameOrigin(known.origin, origin)) return known.treatment;
      known.origin = withoutFacts(origin);
      this.#renew(streamKey, known);
      return known.treatment;
    }
    const bare = withoutFacts(origin);
    const pod = bare.kind === 'kubernetes' ? this.#cache.find(bare) : undefined;
    if (bare.kind === 'kubernetes') this.#note(bare, streamKey);
    if (this.#lacks(bare, pod)) {
      this.#waiting.add(streamKey, this.#policy.waitMs);
      this.#world.source?.hurry();
    }
    const plan = this.#planFor(streamKey, bare, pod);
    const shaper = this.#policy.newShaper(bare, pod?.labels);
    const treatment = treatmentFor(plan, shaper, this.#policy);
    this.#entries.set(streamKey, { origin: bare, pod, plan, shaper, treatment });
    return treatment;
  }

  forget(streamKey: string): void {
    const entry = this.#entries.get(streamKey);
    if (entry === undefined) return;
    this.#entries.delete(streamKey);
    this.#waiting.remove(streamKey);
    if (entry.origin.kind !== 'kubernetes') return;
    const podKey = podKeyOf(entry.origin);
    const streams = this.#streamsOf.get(podKey);
    streams?.delete(streamKey);
    if (streams?.size === 0) this.#streamsOf.delete(podKey);
  }

  // ---- what the source tells

  onPod(pod: Pod): void {
    if (this.#cache.put(pod)) this.#renewAll(this.#streamsNamed(pod));
    else this.#world.onTooManyPods();
  }

  onPodGone(uid: string): void {
    this.#cache.remove(uid);
    this.#told.delete(uid);
  }

  onNamespace(name: string, labels: Texts): void {
    if (!this.#cache.putNamespace(name, labels)) return;
    const streams = [...this.#entries].filter(
      ([, { origin }]) => origin.kind === 'kubernetes' && origin.namespace === name,
    );
    this.#renewAll(streams.map(([key]) => key));
  }

  /** Who is still unknown may just be new: the list that was told can be older than the pod. It waits as any other. */
  onSynced(): void {
    // Nothing: each wait is short and ends by itself.
  }

  // ---- putting it together

  #renewAll(keys: readonly string[]): void {
    const changed = keys.filter((key) => {
      const entry = this.#entries.get(key);
      return entry !== undefined && this.#renew(key, entry);
    });
    this.#tell(changed);
  }

  /** Looks anew at what is known of a stream; returns whether that changes anything. */
  #renew(key: string, entry: Entry): boolean {
    const { origin } = entry;
    if (origin.kind === 'kubernetes') entry.pod = this.#cache.find(origin) ?? entry.pod;
    if (!this.#lacks(origin, entry.pod)) this.#waiting.remove(key);
    const plan = this.#planFor(key, origin, entry.pod);
    // A label that no record carries may still decide what is done to them.
    const shaper = this.#policy.newShaper(origin, entry.pod?.labels);
    if (shaper === entry.shaper && isDeepStrictEqual(plan, entry.plan)) return false;
    entry.plan = plan;
    entry.shaper = shaper;
    entry.treatment = treatmentFor(plan, shaper, this.#policy);
    return true;
  }

  #planFor(key: string, origin: Origin, pod: Pod | undefined): TreatmentPlan {
    const knowledge: Knowledge = {
      pod,
      wishes: pod && this.#wishesOf(pod),
      namespaceLabels: pod && this.#cache.namespaceLabels(pod.namespace),
      isAwaited: this.#waiting.has(key),
    };
    return this.#plan(origin, knowledge);
  }

  #lacks(origin: Origin, pod: Pod | undefined): boolean {
    const { source } = this.#world;
    if (source === undefined || origin.kind === 'file') return false;
    if (pod === undefined) return true;
    return source.tellsNamespaces && this.#cache.namespaceLabels(pod.namespace) === undefined;
  }

  #wishesOf(pod: Pod): PodWishes | undefined {
    if (!this.#policy.obeysAnnotations) return undefined;
    const known = this.#wishes.get(pod);
    if (known !== undefined) return known;
    const wishes = readWishes(pod.annotations, (annotation, problem) =>
      this.#tellWrong(pod, annotation, problem),
    );
    this.#wishes.set(pod, wishes);
    return wishes;
  }

  #tellWrong(pod: Pod, annotation: string, problem: string): void {
    const told = this.#told.get(pod.uid) ?? new Set();
    this.#told.set(pod.uid, told);
    const what = `${annotation}=${pod.annotations[annotation] ?? ''}`;
    if (told.has(what) || told.size >= MOST_TOLD) return;
    told.add(what);
    this.#world.onWrongAnnotation(`${pod.namespace}/${pod.name}`, annotation, problem);
  }

  #tell(keys: readonly string[]): void {
    if (keys.length > 0) this.#world.onChanged(keys);
  }

  // ---- who belongs to whom

  #note(origin: KubernetesOrigin, streamKey: string): void {
    const podKey = podKeyOf(origin);
    const streams = this.#streamsOf.get(podKey);
    if (streams === undefined) this.#streamsOf.set(podKey, new Set([streamKey]));
    else streams.add(streamKey);
  }

  #streamsNamed({ uid, configHash, namespace, name }: Pod): readonly string[] {
    const podKeys = [uid, configHash, `${namespace}/${name}`];
    return podKeys.flatMap((podKey) => [...(this.#streamsOf.get(podKey) ?? [])]);
  }
}

/** A uid has no slash, so it is no name. */
const podKeyOf = ({ uid, namespace, pod }: KubernetesOrigin): string =>
  uid === '' ? `${namespace}/${pod}` : uid;

const withoutFacts = (origin: Origin): Origin => {
  if (origin.kind === 'file' || origin.facts === undefined) return origin;
  const { facts: _, ...bare } = origin;
  return bare;
};

const isSameOrigin = (known: Origin, asked: Origin): boolean =>
  known === asked || isDeepStrictEqual(known, withoutFacts(asked));
