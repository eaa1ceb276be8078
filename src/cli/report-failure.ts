import { type Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problems.ts';
import { BirlerError, messageOf } from '../core/errors.ts';

/** Says on stderr why a command could not do its work. Returns the exit code. */
export const reportFailure = (
  error: unknown,
  args: readonly string[],
  program: Command,
  complain: (text: string) => void,
): number => {
  if (error instanceof CommanderError) {
    // --help and --version were asked for; `birler` alone got the help on stderr, and is no way to call it.
    if (error.exitCode === 0) return 0;
    if (error.code !== 'commander.help') complain(`birler: ${usageLine(error.message, args, program)}\n`);
    return 2;
  }
  return reportError(error, complain);
};

/** The same for an error that has nothing to do with the command line. */
export const reportError = (error: unknown, complain: (text: string) => void): number => {
  if (error instanceof ConfigError) {
    // A line that begins with file:line:column is left so: editors and terminals make a link of it.
    complain(`${error.message.replaceAll(/^--/gm, 'birler: --')}\n`);
    return 2;
  }
  if (error instanceof BirlerError) {
    complain(`birler: ${error.message}\n`);
    return error.code === 'usage' || error.code === 'config' ? 2 : 1;
  }
  complain(
    `birler: ${messageOf(error)}\nThis is a bug in birler. Please report it with what you did and these lines:\n`,
  );
  complain(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  return 1;
};

/** commander's words on one line: without its "error:", with its suggestion, and with where to read more. */
const usageLine = (message: string, args: readonly string[], program: Command): string => {
  const [first = '', ...suggestion] = message.replace(/^error: /, '').split('\n');
  const command = program.commands.find((each) => each.name() === args[0]);
  const help = command === undefined ? 'birler --help' : `birler ${command.name()} --help`;
  const hint = suggestion.length === 0 ? '' : ` ${suggestion.join(' ').replaceAll(/^\(D/g, '(d')}`;
  return `${first.replace(/\.$/, '')}${hint}; see ${help}`;
};
