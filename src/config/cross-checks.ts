import { basename, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { formatSize, quoted } from '../core/units.ts';
import { checkTransforms } from './check-transforms.ts';
import type { Config, LimitsConfig, OutputConfig, SourcesConfig } from './config.ts';
import type { Explanation } from './explain.ts';
import { childOf } from './known-names.ts';
import type { KubernetesConfig } from './kubernetes-config.ts';
import { type Path, pathText } from './problems.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Outputs that get in each other's way. Looks at the values before they are known to be right, so that these mistakes are
 * told together with all others; what it does not understand it leaves to the schema.
 */
export const checkOutputs = (value: unknown, surroundings: Surroundings): readonly Explanation[] => {
  const outputs = childOf(value, 'outputs');
  if (!Array.isArray(outputs)) return [];
  const problems: Explanation[] = [];
  const first = new Map<string, string>();
  /** Notes who has it; tells if somebody had it before. */
  const claim = (what: string, path: Path, message: (holder: string) => string): void => {
    const holder = first.get(what);
    if (holder === undefined) first.set(what, pathText(path.slice(0, -1)));
    else problems.push({ path, about: 'value', message: message(holder) });
  };
  for (const [index, output] of outputs.entries()) {
    const path = childOf(output, 'path');
    const isStdout = childOf(output, 'type') === 'stdout';
    const isSecondStdout = isStdout && first.has('stdout');
    if (isStdout) {
      claim(
        'stdout',
        ['outputs', index, 'type'],
        (holder) => `${holder} is stdout already; there is only one`,
      );
    } else if (typeof path === 'string') {
      const file = resolve(surroundings.workingDirectory, path);
      claim(
        `file ${file}`,
        ['outputs', index, 'path'],
        (holder) =>
          `${quoted(path)} is the file of ${holder} already; two outputs would write over each other`,
      );
    }
    // A file's default name holds its path, and no name that a user can give looks like that. A second stdout that has
    // its name by default was told above.
    const name = childOf(output, 'name') ?? (isStdout && !isSecondStdout ? 'stdout' : undefined);
    if (typeof name !== 'string') continue;
    claim(
      `name ${name}`,
      ['outputs', index, 'name'],
      (holder) =>
        `${quoted(name)} is the name of ${holder} too; an output's positions are kept under its name, so give it one of its own`,
    );
  }
  return problems;
};

/** Options that are right one by one, and wrong together. */
export const checkTogether = (config: Config): readonly Explanation[] => [
  ...config.outputs.flatMap((output, index) => checkFeedback(output, index, config.sources)),
  ...checkPartials(config.limits),
  ...checkPodSource(config.kubernetes),
  ...checkTransforms(config.transforms),
];

/** An output file that would be read as a log: every line would come back for ever. */
const checkFeedback = (output: OutputConfig, index: number, sources: SourcesConfig): Explanation[] => {
  const isLog = picomatch([...sources.files.include], { ignore: [...sources.files.exclude] });
  if (output.type !== 'file' || !isLog(basename(output.path))) return [];
  const directories = [
    sources.logsDirectory,
    ...(sources.podsDirectory === null ? [] : [sources.podsDirectory]),
  ];
  return directories
    .filter((directory) => contains(directory, output.path))
    .slice(0, 1)
    .map((directory) => ({
      path: ['outputs', index, 'path'],
      about: 'value',
      message: `lies in ${quoted(directory)}, which is read: birler would collect its own output; put it elsewhere, or exclude its name (sources.files.exclude)`,
    }));
};

/** A line that is allowed to be longer than all open lines together could never be completed. */
const checkPartials = ({ lineBytes, partialBytes }: LimitsConfig): Explanation[] => {
  if (partialBytes >= lineBytes) return [];
  const message = `is ${formatSize(partialBytes)}, less than one line may have (line_length, ${formatSize(lineBytes)}); raise it, or lower line_length`;
  return [{ path: ['limits', 'partial_bytes'], about: 'value', message }];
};

/** What auto does without is an error where somebody asked for it by name. */
const checkPodSource = ({ source, node, server }: KubernetesConfig): Explanation[] => {
  if (source !== 'api' && source !== 'kubelet') return [];
  const problems: Explanation[] = [];
  const missing = (option: string, variable: string): void => {
    const message = `is missing, and ${source} needs it; give it a value, or set the environment variable ${variable}`;
    problems.push({ path: ['kubernetes', option], about: 'value', message });
  };
  if (node === '') missing('node', 'NODE_NAME (spec.nodeName)');
  if (source === 'api' && server === '') missing('server', 'KUBERNETES_SERVICE_HOST');
  return problems;
};

const contains = (directory: string, path: string): boolean => {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
};
