import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/world.ts';
import { cell } from './markdown.ts';

/** The commands are only looked at, never run. */
const refuse = (): never => {
  throw new Error('broken invariant: the reference page runs no command');
};
const NO_WORLD: World = {
  print: refuse,
  complain: refuse,
  surroundings: refuse,
  now: refuse,
  loadFiles: refuse,
  runAgent: refuse,
  readStatus: refuse,
  examine: refuse,
  fetch: refuse,
  pour: refuse,
};

const HEAD = `<!-- Made by scripts/generate-reference.ts (npm run docs) from src/cli. -->
# The command line
`;

const TAIL = `## Exit codes

| code | meaning |
|---|---|
| 0 | done: stopped by SIGTERM or SIGINT, read to the end (\`run --once\`), the configuration is right (\`check\`), shown (\`status\`, \`tap\`), nothing has failed (\`doctor\`) |
| 1 | something failed while it ran, or \`doctor\` found something that will; the message says what |
| 2 | the command line or the configuration is wrong; nothing was done |

Records go to stdout, everything that birler says of itself to stderr. A mistake on the command line is one line there; each
mistake in a configuration file is a line of the form \`FILE:LINE:COLUMN: OPTION: what is wrong; what to do\`.

## Signals (\`birler run\`)

| signal | what birler does |
|---|---|
| SIGTERM, SIGINT | stops reading, delivers what it read within the grace period, saves its positions, ends with 0; a second one ends it at once |
| SIGHUP | opens its output files anew, for logrotate |

## Environment

| variable | what it does |
|---|---|
| \`CONTAINER_LOG_DIRECTORY\` | where the logs are, if neither \`--logs\` nor \`sources.logs\` says so |
| \`NODE_NAME\` | the node's name in records, if \`host\` does not say so; and whose pods are asked for, if \`kubernetes.node\` does not |
| \`NODE_IP\` | where the kubelet is, if \`kubernetes.kubelet.url\` does not say so |
| \`KUBERNETES_SERVICE_HOST\`, \`KUBERNETES_SERVICE_PORT\` | where the API server is, if \`kubernetes.server\` does not say so |
| \`POD_NAMESPACE\`, \`POD_NAME\` | which pod is birler's own: its logs are left out |
| \`XDG_STATE_HOME\` | where a normal user's state is kept, if neither \`--state\` nor \`state.directory\` says so |
| \`NO_COLOR\` | if not empty: no colours, unless an output says \`color: always\` |
`;

export const cliPage = (): string => {
  const program = createProgram(NO_WORLD, refuse);
  return [HEAD, program.description(), '', ...program.commands.map(commandSection), TAIL].join('\n');
};

const commandSection = (command: Command): string => {
  const options = command.options.map(({ flags, description, mandatory, argChoices }) => {
    const choices =
      argChoices === undefined ? '' : ` One of ${argChoices.map((choice) => `\`${choice}\``).join(', ')}.`;
    return `| \`${cell(flags)}\` | ${cell(`${mandatory ? '*required* ' : ''}${description}`)}.${choices} |`;
  });
  return [
    `## \`birler ${command.name()}\``,
    '',
    command.description(),
    '',
    '| flag | what it does |',
    '|---|---|',
    ...options,
    '',
  ].join('\n');
};
