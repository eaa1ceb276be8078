import picomatch from 'picomatch';
import type { Origin } from '../core/origin.ts';

/** Which container streams and files are followed. */
export interface SelectionRules {
  readonly include: readonly ContainerRule[];
  readonly exclude: readonly ContainerRule[];
  readonly files: { readonly include: readonly string[]; readonly exclude: readonly string[] };
}

/** Globs that must all match. */
export interface ContainerRule {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface Selection {
  /** A file without kubelet names is always selected here: its name decides. */
  readonly selects: (origin: Origin) => boolean;
  readonly selectsFile: (name: string) => boolean;
}

export const newSelection = (rules: SelectionRules): Selection => {
  const included = rules.include.map(compile);
  const excluded = rules.exclude.map(compile);
  const selectsFile = picomatch([...rules.files.include], { ignore: [...rules.files.exclude], dot: true });
  return {
    selects: (origin) => {
      if (origin.kind === 'file') return true;
      if (included.length > 0 && !included.some((matches) => matches(origin))) return false;
      return !excluded.some((matches) => matches(origin));
    },
    selectsFile: (name) => selectsFile(name),
  };
};

const compile = (rule: ContainerRule): ((names: ContainerRule) => boolean) => {
  const namespace = picomatch(rule.namespace);
  const pod = picomatch(rule.pod);
  const container = picomatch(rule.container);
  return (names) => namespace(names.namespace) && pod(names.pod) && container(names.container);
};
