import { basename, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { quoted } from '../core/units.ts';
import type { Config } from './config.ts';
import type { Explanation } from './explain.ts';
import { childOf } from './known-names.ts';
import { pathText } from './problems.ts';
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
  const claim = (what: string, index: number, option: string, message: (holder: string) => string): void => {
    const holder = first.get(what);
    const path = ['outputs', index, option];
    if (holder === undefined) first.set(what, pathText(path.slice(0, -1)));
    else problems.push({ path, about: 'value', message: message(holder) });
  };
  for (const [index, output] of outputs.entries()) {
    const name = childOf(output, 'name');
    const path = childOf(output, 'path');
    if (typeof name === 'string') {
      claim(
        `name ${name}`,
        index,
        'name',
        (holder) =>
          `is the name of ${holder} too; an output's positions are kept under its name, so give it one of its own`,
      );
    }
    if (childOf(output, 'type') === 'stdout') {
      claim('stdout', index, 'type', (holder) => `${holder} is stdout already; there is only one`);
    } else if (typeof path === 'string') {
      claim(
        `path ${resolve(surroundings.workingDirectory, path)}`,
        index,
        'path',
        (holder) =>
          `${quoted(path)} is the file of ${holder} already; two outputs would write over each other`,
      );
    }
  }
  return problems;
};

/** An output file that would be read as a log: every line would come back for ever. */
export const checkFeedback = (config: Config): readonly Explanation[] => {
  const { logsDirectory, podsDirectory, files } = config.sources;
  const isLog = picomatch([...files.include], { ignore: [...files.exclude] });
  return config.outputs.flatMap((output, index): Explanation[] => {
    if (output.type !== 'file' || !isLog(basename(output.path))) return [];
    const directory = [logsDirectory, podsDirectory].find(
      (each) => each !== null && contains(each, output.path),
    );
    if (typeof directory !== 'string') return [];
    const message = `lies in ${directory}, which is read: birler would collect its own output; put it elsewhere, or exclude its name (sources.files.exclude)`;
    return [{ path: ['outputs', index, 'path'], about: 'value', message }];
  });
};

const contains = (directory: string, path: string): boolean => {
  const way = relative(directory, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`);
};
