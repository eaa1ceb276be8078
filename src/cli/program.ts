import { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addDoctorCommand } from './doctor.ts';
import { reportFailure } from './report-failure.ts';
import { addRunCommand } from './run.ts';
import { addStatusCommand } from './status.ts';
import { addTapCommand } from './tap.ts';
import { VERSION } from './version.ts';
import type { World } from './world.ts';

const EXIT_CODES = `
Exit codes: 0 done; 1 something failed; 2 the command line or the configuration is wrong.
`;

/**
 * Exit codes, the same for every command: 0 done; 1 something failed; 2 the command line or the configuration is wrong,
 * and nothing was done.
 */
export const runCommandLine = async (args: readonly string[], world: World): Promise<number> => {
  let exitCode = 0;
  const program = createProgram(world, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportFailure(error, args, program, world.complain);
  }
};

/** @param exitWith told by a command when it is done; not called when it throws */
export const createProgram = (world: World, exitWith: (code: number) => void): Command => {
  const program = new Command('birler')
    .description("Stays on every container's log on this node while it rotates, and loses nothing.")
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: world.print,
      writeErr: world.complain,
      // Told once, in one line, by reportFailure.
      outputError: () => undefined,
    })
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  addRunCommand(program, world, exitWith);
  addCheckCommand(program, world, exitWith);
  addStatusCommand(program, world, exitWith);
  addTapCommand(program, world, exitWith);
  addDoctorCommand(program, world, exitWith);
  return program;
};
