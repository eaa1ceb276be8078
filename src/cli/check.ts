import type { Command } from 'commander';
import type { Config, OutputConfig } from '../config/config.ts';
import { flagValue } from './flag-values.ts';
import { readConfigText } from './read-config.ts';
import { plain } from './table.ts';
import type { World } from './world.ts';

/** `birler check`: is this configuration right? Looks at the file only, not at the node. */
export const addCheckCommand = (program: Command, world: World, exitWith: (code: number) => void): void => {
  program
    .command('check')
    .description('Say whether a configuration file is right, and what is wrong with it, line by line.')
    .requiredOption('--config <file>', 'the file to check', flagValue)
    .allowExcessArguments(false)
    .action(async ({ config: path }: { readonly config: string }) => {
      const [{ loadConfig }, files] = await Promise.all([import('../config/load.ts'), world.loadFiles()]);
      const config = loadConfig(await readConfigText(path, files), {}, world.surroundings());
      world.print(summary(path, config));
      exitWith(0);
    });
};

/** `ok`, and what birler would do with it: a wrong default is seen here before it is on a thousand nodes. */
const summary = (path: string, { sources, state, outputs, startAt }: Config): string => {
  const lines = [
    `${path}: ok`,
    `  reads    ${sources.logsDirectory}, from the ${startAt}`,
    `  state    ${state.directory}`,
    ...outputs.map((output, index) => `  ${index === 0 ? 'outputs' : '       '}  ${describeOutput(output)}`),
  ];
  return `${lines.map(plain).join('\n')}\n`;
};

const describeOutput = (output: OutputConfig): string => {
  const target = output.type === 'file' ? `file ${output.path}` : 'stdout';
  const isNamed = output.name !== 'stdout' && !output.name.startsWith('file:');
  return `${isNamed ? `${output.name}: ` : ''}${target}, ${output.format}`;
};
