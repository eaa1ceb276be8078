import type { Command } from 'commander';
import { flagValue } from './flag-values.ts';
import { renderStatus } from './status-view.ts';
import type { World } from './world.ts';

interface StatusOptions {
  readonly state?: string;
  readonly json?: boolean;
  readonly all?: boolean;
}

/** `birler status`: where every stream stands, and what was lost, of a running or a stopped agent. */
export const addStatusCommand = (program: Command, world: World, exitWith: (code: number) => void): void => {
  program
    .command('status')
    .description('Show where every log stands, how far behind each output is, and every loss.')
    .option(
      '--state <dir>',
      "the agent's state directory (default: /var/lib/birler for root, else ~/.local/state/birler)",
      flagValue,
    )
    .option('--json', 'print everything as JSON, for programs')
    .option('--all', 'show all streams and files, not only those that matter most')
    .allowExcessArguments(false)
    .action(async (options: StatusOptions) => {
      await showStatus(options, world);
      exitWith(0);
    });
};

const showStatus = async (options: StatusOptions, world: World): Promise<void> => {
  const { configWithoutFile } = await import('../config/make-config.ts');
  const surroundings = world.surroundings();
  const config = configWithoutFile({ state: options.state }, surroundings);
  const status = await world.readStatus(config.state.directory);
  if (options.json === true) {
    world.print(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const isColored = surroundings.stdoutIsTerminal && (surroundings.variables['NO_COLOR'] ?? '') === '';
  world.print(renderStatus(status, { now: world.now(), isColored, showsAll: options.all === true }));
};
