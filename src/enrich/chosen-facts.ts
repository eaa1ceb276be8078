import type { PodFacts } from '../core/origin.ts';
import type { Pod, Texts } from '../core/pod.ts';
import { textGlob } from './text-glob.ts';

/** Which of a pod's facts records carry: globs for keys. */
export interface FactChoice {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly namespaceLabels: readonly string[];
}

/**
 * What is chosen is written into every record. Longer values, and what comes after so many characters, are left out: an
 * annotation may have 256 KiB.
 */
const LONGEST_VALUE = 1_024;
const MOST_CHARACTERS = 8_192;
/** Every namespace has its own name as a label; records have it already. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** Picks what records carry of a pod. */
export const factChooser = (
  choice: FactChoice,
): ((pod: Pod, container: string, namespaceLabels: Texts) => PodFacts) => {
  const labels = picker(choice.labels);
  const annotations = picker(choice.annotations);
  const ofNamespace = picker(choice.namespaceLabels);
  return (pod, container, namespaceLabels) => ({
    labels: labels(pod.labels),
    annotations: annotations(pod.annotations),
    namespaceLabels: ofNamespace(namespaceLabels),
    owner: pod.owner,
    image: pod.containers.get(container)?.image ?? '',
  });
};

const NOTHING: Texts = {};

const picker = (globs: readonly string[]): ((texts: Texts) => Texts) => {
  if (globs.length === 0) return () => NOTHING;
  const matchers = globs.map(textGlob);
  const picks = (key: string): boolean => matchers.some((matches) => matches(key));
  return (texts) => {
    // Without a prototype: a key like __proto__ is a key like any other.
    const picked = Object.create(null) as Record<string, string>;
    let room = MOST_CHARACTERS;
    // Sorted, so that records of one pod look alike whoever told of it.
    for (const key of Object.keys(texts).toSorted()) {
      const value = texts[key] ?? '';
      if (
        key === NAMESPACE_NAME ||
        value.length > LONGEST_VALUE ||
        key.length + value.length > room ||
        !picks(key)
      )
        continue;
      room -= key.length + value.length;
      picked[key] = value;
    }
    return picked;
  };
};
