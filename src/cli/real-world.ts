import { homedir, hostname } from 'node:os';
import { isatty } from 'node:tty';
import type { Surroundings } from '../config/surroundings.ts';
import { errnoOf } from '../core/errors.ts';
import type { World } from './world.ts';

const STDOUT = 1;
const STDERR = 2;

/** The commands' world as it is. */
export const realWorld = (): World => ({
  print: writer(() => process.stdout),
  complain: writer(() => process.stderr),
  surroundings,
  now: () => Date.now(),
  loadFiles: async () => (await import('../system/real-files.ts')).realFiles,
  runAgent: async (config, options) => {
    const [{ runAgent }, { realSystem }] = await Promise.all([
      import('./run-agent.ts'),
      import('../system/real-system.ts'),
    ]);
    return runAgent(config, options, realSystem());
  },
  readStatus: async (directory) => {
    const [{ readStatus }, { realFiles }] = await Promise.all([
      import('./read-status.ts'),
      import('../system/real-files.ts'),
    ]);
    return readStatus(realFiles, directory, Date.now());
  },
  examine: async (config) => {
    const [{ examine }, { realSystem }, { realMachine }, { realWeb }] = await Promise.all([
      import('../doctor/examine.ts'),
      import('../system/real-system.ts'),
      import('../system/real-machine.ts'),
      import('../system/real-web.ts'),
    ]);
    const { files, clock, process: own } = realSystem();
    const machine = realMachine(false);
    return examine({ config, files, clock, machine, web: realWeb, pid: own.pid });
  },
  fetch: (url) => fetch(url),
  pour,
});

const pour: World['pour'] = async (body) => {
  const { pipeline } = await import('node:stream/promises');
  try {
    await pipeline(body, process.stdout, { end: false });
    return 'ended';
  } catch (error) {
    return errnoOf(error) === 'EPIPE' || process.stdout.destroyed ? 'unread' : 'interrupted';
  }
};

/**
 * Opens the stream only when something is written: touching process.stdout changes the mode of a pipe that the agent's
 * own output shares. `birler --help | head -1` closes the pipe early, and that is nobody's mistake.
 */
const writer = (stream: () => NodeJS.WriteStream): ((text: string) => void) => {
  let opened: NodeJS.WriteStream | undefined;
  return (text) => {
    opened ??= stream().on('error', (error) => {
      if (errnoOf(error) !== 'EPIPE') throw error;
    });
    opened.write(text);
  };
};

const surroundings = (): Surroundings => ({
  variables: process.env,
  hostname: hostname(),
  homeDirectory: homedir(),
  workingDirectory: process.cwd(),
  isRoot: process.getuid?.() === 0,
  stdoutIsTerminal: isatty(STDOUT),
  stderrIsTerminal: isatty(STDERR),
});
