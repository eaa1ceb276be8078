import { BirlerError } from '../core/errors.ts';

export type Path = readonly (string | number)[];

export interface TextPosition {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** The file or the flag: `birler.yaml`, `--grace`. */
  readonly source: string;
  /** Where in the file. */
  readonly position: TextPosition | undefined;
  /** Which option: `outputs[0].format`; empty where the file as a whole is meant, or a flag says it already. */
  readonly option: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** Everything that is wrong with a configuration, not just the first: one line each. */
export class ConfigError extends BirlerError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('config', describeProblems(problems).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** More than anyone reads at once; the rest is most often a consequence of the first. */
const MOST_SHOWN = 20;

const describeProblems = (problems: readonly Problem[]): string[] => {
  const lines = [...new Set(problems.toSorted(byPosition).map(describeProblem))];
  if (lines.length <= MOST_SHOWN) return lines;
  return [...lines.slice(0, MOST_SHOWN), `… and ${lines.length - MOST_SHOWN} more like these`];
};

/** `birler.yaml:7:3: outputs[0].fromat: unknown option`: the form that editors and terminals make a link of. */
const describeProblem = ({ source, position, option, message }: Problem): string => {
  const place = position === undefined ? source : `${source}:${position.line}:${position.column}`;
  return [place, option, message].filter((part) => part !== '').join(': ');
};

/** In the order of the lines; flags last. */
const byPosition = ({ position: a }: Problem, { position: b }: Problem): number => {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  return a.line === b.line ? a.column - b.column : a.line - b.line;
};

/** A path as a user would write it: `outputs[0].format`. */
export const pathText = (path: Path): string => {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[\w-]{1,80}$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step.slice(0, 80))}]`;
  }
  return text;
};
