import type { PodSource } from '../core/pod.ts';
import type { RateLimit } from '../core/treatment.ts';
import { PodTreatments } from '../enrich/pod-treatments.ts';
import { newSelection, type SelectionRules } from '../enrich/selection.ts';
import type { TreatmentPolicy } from '../enrich/treatment-plan.ts';
import type { System } from '../system/system.ts';
import type { Events } from '../telemetry/events.ts';
import { openPodSource, type PodSourceSettings } from './open-pod-source.ts';

/** The parts of a configuration that say how streams are treated. */
export interface TreatmentsConfig {
  readonly sources: SelectionRules;
  readonly kubernetes: PodSourceSettings & {
    readonly waitMs: number;
    readonly labels: readonly string[];
    readonly annotations: readonly string[];
    readonly obeyAnnotations: boolean;
  };
  readonly limits: {
    /** 0: no limit. */
    readonly ratePerPodBytes: number;
    readonly onExcess: RateLimit['excess'];
  };
  readonly multiline: { readonly mode: string };
}

/** What other rooms make for a treatment. */
export type TreatmentMakers = Pick<TreatmentPolicy, 'newLineJoiner' | 'newShaper'>;

/** What a configuration says of treatments; for `PodTreatments.configure` too, when it was read anew. */
export const treatmentPolicy = (config: TreatmentsConfig, makers: TreatmentMakers): TreatmentPolicy => {
  const { kubernetes, limits, multiline, sources } = config;
  const { ratePerPodBytes, onExcess } = limits;
  return {
    selectsPod: newSelection(sources).selectsPod,
    facts: kubernetes,
    waitMs: kubernetes.waitMs,
    obeysAnnotations: kubernetes.obeyAnnotations,
    multiline: multiline.mode,
    excess: onExcess,
    // A second's worth at once, as for pods that ask for a rate themselves.
    rateLimit:
      ratePerPodBytes === 0
        ? undefined
        : { bytesPerSecond: ratePerPodBytes, burstBytes: ratePerPodBytes, excess: onExcess },
    ...makers,
  };
};

/**
 * Treatments with whom the configuration says to ask about pods. They ask nobody before `start`.
 *
 * @param onChanged the treatments of these streams are others now: ask again
 * @param podSource whom to ask instead
 */
export const openTreatments = async (
  config: TreatmentsConfig,
  makers: TreatmentMakers,
  system: System,
  events: Events,
  onChanged: (streamKeys: readonly string[]) => void,
  podSource?: PodSource,
): Promise<PodTreatments> => {
  const told = {
    onAbsent: (why: string) => events.podsUnknown(why),
    onTrouble: (reason: string) => events.podSourceFailed(reason),
    onRecovered: () => events.podSourceRecovered(),
    onStranger: (node: string) => events.podOfOtherNode(node),
  };
  const source = podSource ?? (await openPodSource(config.kubernetes, system, told));
  const { include, exclude } = config.sources;
  const asksForPods = [...include, ...exclude].some(({ labels, annotations }) => labels ?? annotations);
  if (source === undefined && asksForPods) events.rulesIdle();
  return new PodTreatments(treatmentPolicy(config, makers), {
    source,
    clock: system.clock,
    onChanged,
    onWrongAnnotation: (pod, annotation, problem) => events.annotationWrong(pod, annotation, problem),
    onTooManyPods: () => events.podsTooMany(),
  });
};
