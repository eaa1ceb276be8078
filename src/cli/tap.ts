import { type Command, Option } from 'commander';
import { OUTPUT_FORMATS } from '../config/config.ts';
import { BirlerError, messageOf } from '../core/errors.ts';
import { quoted } from '../core/units.ts';
import { flagValue } from './flag-values.ts';
import type { World } from './world.ts';

interface TapOptions {
  readonly output?: string;
  readonly format?: string;
  readonly url: string;
}

const DEFAULT_URL = 'http://127.0.0.1:7780';

const EXAMPLES = `
Examples:
  birler tap                                  everything that the first output is given
  birler tap 'shop/*/app'                     one container of each pod in shop
  birler tap --output archive --format json | jq
`;

/** `birler tap`: shows live what a running agent hands to an output. It changes nothing there. */
export const addTapCommand = (program: Command, world: World, exitWith: (code: number) => void): void => {
  program
    .command('tap')
    .description(
      'Show live what a running agent reads: a sample when that is much. Nothing is delivered earlier, later or elsewhere for it.',
    )
    .argument('[streams]', 'namespace/pod/container or a file, with * and ** and ? (default: all)')
    .option('--output <name>', 'the output that is looked at (default: the first)', flagValue)
    .addOption(
      new Option(
        '--format <format>',
        'how records are shown (default: pretty on a terminal, else json)',
      ).choices(OUTPUT_FORMATS),
    )
    .option('--url <url>', 'where the agent answers (its http.listen)', flagValue, DEFAULT_URL)
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .action(async (streams: string | undefined, options: TapOptions) => {
      await tap(streams, options, world);
      exitWith(0);
    });
};

const tap = async (streams: string | undefined, options: TapOptions, world: World): Promise<void> => {
  const { stdoutIsTerminal, variables } = world.surroundings();
  const url = URL.parse('/debug/tap', options.url);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new BirlerError('usage', `--url: ${quoted(options.url)} is not a URL like ${DEFAULT_URL}`);
  url.searchParams.set('format', options.format ?? (stdoutIsTerminal ? 'pretty' : 'json'));
  if (stdoutIsTerminal && (variables['NO_COLOR'] ?? '') === '') url.searchParams.set('color', 'always');
  if (streams !== undefined) url.searchParams.set('stream', streams);
  if (options.output !== undefined) url.searchParams.set('output', options.output);
  const response = await reach(url, world);
  if (response.status !== 200 || response.body === null) {
    const said = (await response.text()).trim().slice(0, 500);
    throw new BirlerError('unreachable', `${url.origin} answers ${response.status}: ${said}`);
  }
  if ((await world.pour(response.body)) === 'interrupted') world.complain('birler: the agent has hung up\n');
};

const reach = async (url: URL, world: World): Promise<Response> => {
  try {
    return await world.fetch(url.href);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new BirlerError(
      'unreachable',
      `no agent answers at ${url.origin}: ${messageOf(cause)}; is it running, and what is its http.listen? (--url)`,
      { cause: error },
    );
  }
};
