import { type Command, Option } from 'commander';
import { type Config, LOG_LEVELS, OUTPUT_FORMATS, START_AT, WATCH } from '../config/config.ts';
import type { Flags } from '../config/flags.ts';
import type { Surroundings } from '../config/surroundings.ts';
import { flagValue, flagValues } from './flag-values.ts';
import { checkDirectories, readConfigText } from './read-config.ts';
import type { ReadableFiles, World } from './world.ts';

interface RunFlags extends Flags {
  readonly config?: string;
  readonly once?: boolean;
}

const EXAMPLES = `
Examples:
  birler run                                      print what this node's containers log
  birler run --output file:/var/log/all.jsonl     collect it in a file
  birler run --logs ./logs --once --format raw    read a directory of *.log files, then end
`;

/** `birler run`: follow the logs and ship them. Every flag but --config and --once stands for an option of birler.yaml. */
export const addRunCommand = (program: Command, world: World, exitWith: (code: number) => void): void => {
  program
    .command('run')
    .description(
      'Follow the logs of this node and deliver every line. Flags win over the configuration file.',
    )
    .option('--config <file>', 'read the configuration from this file', flagValue)
    .option(
      '--logs <dir>',
      'the links to the logs, or plain *.log files (default: $CONTAINER_LOG_DIRECTORY, else /var/log/containers)',
      flagValue,
    )
    .option(
      '--pods <dir>',
      'the log files themselves (default: /var/log/pods, or where the links lead)',
      flagValue,
    )
    .option(
      '--state <dir>',
      'where to remember what was delivered (default: /var/lib/birler for root, else ~/.local/state/birler)',
      flagValue,
    )
    .option(
      '--output <where>',
      'stdout, or file:PATH; can be given more than once, replaces the outputs of the file (default: stdout)',
      flagValues,
    )
    .addOption(
      new Option(
        '--format <format>',
        'how records are written (default: pretty on a terminal, else json)',
      ).choices(OUTPUT_FORMATS),
    )
    .addOption(
      new Option(
        '--start <where>',
        'where to begin with logs that were never read (default: beginning)',
      ).choices(START_AT),
    )
    .option('--once', 'deliver what is there, then end')
    .option('--grace <time>', 'how long a stop may take to deliver what was read (default: 10s)', flagValue)
    .addOption(
      new Option(
        '--log-level <level>',
        'the least important message to print on stderr (default: info)',
      ).choices(LOG_LEVELS),
    )
    .addOption(
      new Option('--watch <mode>', 'whether the file system may wake birler (default: auto)').choices(WATCH),
    )
    .option('--http <where>', 'where to answer: ADDRESS:PORT, or off (default: 127.0.0.1:7780)', flagValue)
    .option(
      '--multiline <mode>',
      'which lines become one record: auto, off, or kinds of traces like java,go (default: auto)',
      flagValue,
    )
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .action(async (options: RunFlags) => exitWith(await run(options, world)));
};

const run = async ({ config: path, once, ...flags }: RunFlags, world: World): Promise<number> => {
  const files = await world.loadFiles();
  const read = async (): Promise<Config> => {
    const config = await configOf(path, flags, files, world.surroundings());
    checkDirectories(config, files);
    return config;
  };
  const config = await read();
  const { graceMs } = config;
  return world.runAgent(config, { once: once === true, graceMs, configPath: path, reread: read });
};

/** YAML is loaded only for a file. */
const configOf = async (
  path: string | undefined,
  flags: Flags,
  files: ReadableFiles,
  surroundings: Surroundings,
): Promise<Config> => {
  if (path === undefined) {
    const { configWithoutFile } = await import('../config/make-config.ts');
    return configWithoutFile(flags, surroundings);
  }
  const [{ loadConfig }, file] = await Promise.all([
    import('../config/load.ts'),
    readConfigText(path, files),
  ]);
  return loadConfig(file, flags, surroundings);
};
