import type { LogFormat } from '../core/decoder.ts';
import type { Origin, PodFacts } from '../core/origin.ts';
import type { Pod, Texts } from '../core/pod.ts';
import type { LineJoiner, RateLimit, Shaper, Treatment } from '../core/treatment.ts';
import { dropChannel } from './channel-filter.ts';
import { type FactChoice, factChooser } from './chosen-facts.ts';
import type { PodWishes } from './pod-wishes.ts';
import type { Selection } from './selection.ts';

/** What the configuration says of treatments; replaced as a whole when it is read anew. */
export interface TreatmentPolicy {
  readonly selectsPod: Selection['selectsPod'];
  readonly facts: FactChoice;
  /** How long a new stream waits for its pod. */
  readonly waitMs: number;
  /** Whether annotations of pods (`birler.io/…`) count. */
  readonly obeysAnnotations: boolean;
  /** How records are joined unless the pod says otherwise; see Treatment. */
  readonly multiline: string;
  /** For pods that ask for no rate of their own. */
  readonly rateLimit: RateLimit | undefined;
  /** What happens to what is over the rate that a pod asks for. */
  readonly excess: RateLimit['excess'];
  readonly newLineJoiner: (origin: Origin, multiline: string) => LineJoiner | undefined;
  /**
   * What is done to the records of a stream: the same object where the same is done.
   *
   * @param labels all of the pod's; undefined while they are not known
   */
  readonly newShaper: (origin: Origin, labels: Texts | undefined) => Shaper | undefined;
}

/** What is known of a stream beside its path. */
export interface Knowledge {
  readonly pod: Pod | undefined;
  readonly wishes: PodWishes | undefined;
  readonly namespaceLabels: Texts | undefined;
  readonly isAwaited: boolean;
}

/** A treatment without what it is done with: plain values, so that two can be compared. */
export interface TreatmentPlan {
  readonly origin: Origin;
  readonly isAwaited: boolean;
  readonly isExcluded: boolean;
  readonly isPodKnown: boolean;
  readonly format: LogFormat | undefined;
  readonly rateLimit: RateLimit | undefined;
  readonly multiline: string;
  readonly droppedChannel: 'stdout' | 'stderr' | undefined;
}

/** Decides how a stream is treated. */
export const planner = (
  policy: TreatmentPolicy,
): ((origin: Origin, knowledge: Knowledge) => TreatmentPlan) => {
  const choose = factChooser(policy.facts);
  return (origin, { pod, wishes, namespaceLabels, isAwaited }) => {
    const container = origin.kind === 'kubernetes' ? origin.container : '';
    const facts: PodFacts | undefined = pod && choose(pod, container, namespaceLabels ?? {});
    return {
      origin: origin.kind === 'kubernetes' && facts !== undefined ? { ...origin, facts } : origin,
      isAwaited,
      isExcluded: !policy.selectsPod(origin, pod) || (wishes?.excludes(container) ?? false),
      isPodKnown: pod !== undefined,
      format: wishes?.format(container),
      rateLimit: rateOf(policy, wishes),
      multiline: wishes?.multiline(container) ?? policy.multiline,
      droppedChannel: (['stdout', 'stderr'] as const).find((channel) =>
        wishes?.excludesChannel(container, channel),
      ),
    };
  };
};

const rateOf = (policy: TreatmentPolicy, wishes: PodWishes | undefined): RateLimit | undefined => {
  const rate = wishes?.rate;
  if (rate === undefined) return policy.rateLimit;
  if (rate === Number.POSITIVE_INFINITY) return undefined;
  // A second's worth at once: a rate is meant over time, and programs write in bursts.
  return { bytesPerSecond: rate, burstBytes: rate, excess: policy.excess };
};

export const treatmentFor = (
  { droppedChannel, ...plan }: TreatmentPlan,
  shaper: Shaper | undefined,
  { newLineJoiner }: TreatmentPolicy,
): Treatment => {
  const { origin, multiline } = plan;
  return {
    ...plan,
    newLineJoiner: () => newLineJoiner(origin, multiline),
    shaper: droppedChannel === undefined ? shaper : dropChannel(droppedChannel, shaper),
  };
};
