import picomatch from 'picomatch';
import type { KubernetesOrigin, Origin } from '../core/origin.ts';
import type { Pod } from '../core/pod.ts';
import { type LabelSelector, labelSelector } from './label-selector.ts';

/** Which container streams and files are followed. */
export interface SelectionRules {
  readonly include: readonly ContainerRule[];
  readonly exclude: readonly ContainerRule[];
  readonly files: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** birler's own pod, which is left out; null: it is followed like any other, or there is none. */
  readonly ownPod?: PodName | null;
}

export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

/** Globs and selectors that must all match. */
export interface ContainerRule {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** As label selectors are written; null: any. */
  readonly labels?: string | null;
  readonly annotations?: string | null;
}

export interface Selection {
  /**
   * What the path alone decides: false if no label could bring the stream back in. A file without kubelet names is always
   * selected here: its name decides.
   */
  readonly selects: (origin: Origin) => boolean;
  /**
   * With what is known of the pod. While it is unknown, a rule with labels or annotations matches nothing: what such a rule
   * excludes is followed, and what only such a rule includes is not.
   */
  readonly selectsPod: (origin: Origin, pod: Pod | undefined) => boolean;
  readonly selectsFile: (name: string) => boolean;
}

export const newSelection = (rules: SelectionRules): Selection => {
  const included = rules.include.map(compile);
  const excluded = rules.exclude.map(compile);
  const { ownPod } = rules;
  const isOwn = (origin: KubernetesOrigin): boolean =>
    origin.namespace === ownPod?.namespace && origin.pod === ownPod.pod;
  const selectsFile = picomatch([...rules.files.include], { ignore: [...rules.files.exclude], dot: true });
  return {
    selects: (origin) => {
      if (origin.kind === 'file') return true;
      if (isOwn(origin) || excluded.some((rule) => rule.isByPath && rule.matchesPath(origin))) return false;
      return included.length === 0 || included.some((rule) => rule.matchesPath(origin));
    },
    selectsPod: (origin, pod) => {
      if (origin.kind === 'file') return true;
      const matches = (rule: CompiledRule): boolean => rule.matchesPath(origin) && rule.matchesPod(pod);
      if (isOwn(origin) || excluded.some(matches)) return false;
      return included.length === 0 || included.some(matches);
    },
    selectsFile: (name) => selectsFile(name),
  };
};

interface CompiledRule {
  /** It asks for nothing but names. */
  readonly isByPath: boolean;
  readonly matchesPath: (origin: KubernetesOrigin) => boolean;
  readonly matchesPod: (pod: Pod | undefined) => boolean;
}

const compile = (rule: ContainerRule): CompiledRule => {
  const namespace = picomatch(rule.namespace);
  const name = picomatch(rule.pod);
  const container = picomatch(rule.container);
  const labels = selectorOf(rule.labels);
  const annotations = selectorOf(rule.annotations);
  const isByPath = labels === undefined && annotations === undefined;
  return {
    isByPath,
    matchesPath: (origin) => namespace(origin.namespace) && name(origin.pod) && container(origin.container),
    matchesPod: (pod) =>
      isByPath ||
      (pod !== undefined &&
        (labels?.matches(pod.labels) ?? true) &&
        (annotations?.matches(pod.annotations) ?? true)),
  };
};

const selectorOf = (text: string | null | undefined): LabelSelector | undefined =>
  text === null || text === undefined ? undefined : labelSelector(text);
