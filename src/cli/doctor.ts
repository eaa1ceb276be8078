import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { flagValue } from './flag-values.ts';
import { readConfigText } from './read-config.ts';
import { plain } from './table.ts';
import type { World } from './world.ts';

interface DoctorOptions {
  readonly config?: string;
  readonly logs?: string;
  readonly pods?: string;
  readonly state?: string;
  readonly json?: boolean;
}

const FAILED = 1;

/** `birler doctor`: looks at the node, and says what is wrong and what to do. */
export const addDoctorCommand = (program: Command, world: World, exitWith: (code: number) => void): void => {
  program
    .command('doctor')
    .description(
      'Look at this node as birler would use it: directories, rights, limits, clock, state, Kubernetes, outputs. Changes nothing.',
    )
    .option('--config <file>', 'the configuration that birler runs with', flagValue)
    .option('--logs <dir>', 'as for run', flagValue)
    .option('--pods <dir>', 'as for run', flagValue)
    .option('--state <dir>', 'as for run', flagValue)
    .option('--json', 'print the findings as JSON, for programs')
    .allowExcessArguments(false)
    .action(async (options: DoctorOptions) => {
      const findings = await examineNode(options, world);
      world.print(options.json === true ? `${JSON.stringify(findings, null, 2)}\n` : render(findings, world));
      exitWith(findings.some(({ level }) => level === 'fail') ? FAILED : 0);
    });
};

const examineNode = async (
  { config: path, logs, pods, state }: DoctorOptions,
  world: World,
): Promise<readonly Finding[]> => {
  const [{ loadConfig }, files] = await Promise.all([import('../config/load.ts'), world.loadFiles()]);
  const file = path === undefined ? undefined : await readConfigText(path, files);
  return world.examine(loadConfig(file, { logs, pods, state }, world.surroundings()));
};

const render = (findings: readonly Finding[], world: World): string => {
  const { stdoutIsTerminal, variables } = world.surroundings();
  const isColored = stdoutIsTerminal && (variables['NO_COLOR'] ?? '') === '';
  const paint = (style: 'green' | 'yellow' | 'red', text: string): string =>
    isColored ? styleText(style, text, { validateStream: false }) : text;
  const marks = { ok: paint('green', 'ok  '), warn: paint('yellow', 'warn'), fail: paint('red', 'FAIL') };
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const lines = findings.flatMap(({ subject, level, message, advice }) => [
    `${marks[level]}  ${plain(subject).padEnd(width)}  ${plain(message)}`,
    ...(advice === '' ? [] : [`${' '.repeat(width + 8)}→ ${plain(advice)}`]),
  ]);
  const count = (level: Finding['level']): number => findings.filter((each) => each.level === level).length;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed\n`;
};
