import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TempDir } from '../../support/temp-dir.ts';
import { MemoryWatch } from './memory-watch.ts';

const MEASURE = fileURLToPath(new URL('./measure.sh', import.meta.url));
/** A program that takes longer than this hangs. */
const LONGEST_RUN_MS = 600_000;
/** Enough of what a program said to tell why it failed. */
const STDERR_KEPT = 16_384;

export interface Usage {
  /** User and system, of the process and its children. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakRssBytes: number;
  readonly rssGrowthBytes: number;
  readonly stderr: string;
}

export interface MeasureOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that `cat` writes from the other end of a pipe; without it, standard output is thrown away. */
  readonly pipeInto?: string;
  /** Called when the program has started: for those that must be stopped from outside. */
  readonly whileRunning?: (pid: () => number | undefined, hasEnded: () => boolean) => Promise<void>;
}

/** Runs a program to its end. Throws when it fails, with what it said. */
export const measure = async (command: readonly string[], options: MeasureOptions = {}): Promise<Usage> => {
  using directory = new TempDir('birler-bench');
  const times = directory.join('times');
  const pidFile = directory.join('pid');
  const measured = [MEASURE, times, pidFile, ...command];
  const args =
    options.pipeInto === undefined
      ? measured
      : [
          '-c',
          'set -o pipefail; into=$1; shift; bash "$@" | cat >"$into"',
          'pipe',
          options.pipeInto,
          ...measured,
        ];
  const began = performance.now();
  const child = spawn('bash', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...plainEnvironment(), ...options.environment },
    signal: AbortSignal.timeout(LONGEST_RUN_MS),
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });
  const pid = (): number | undefined => readNumber(pidFile);
  const memory = new MemoryWatch(pid);
  const closed = once(child, 'close');
  try {
    await Promise.all([closed, options.whileRunning?.(pid, () => child.exitCode !== null)]);
  } finally {
    memory.stop();
  }
  const wallSeconds = (performance.now() - began) / 1000;
  if (child.exitCode !== 0) {
    throw new Error(
      `${command.join(' ')}\nended with status ${child.exitCode ?? child.signalCode ?? '?'}:\n${stderr}`,
    );
  }
  return {
    cpuSeconds: readTimes(times),
    wallSeconds,
    peakRssBytes: memory.peakRssBytes,
    rssGrowthBytes: memory.growthBytes,
    stderr,
  };
};

const readTimes = (path: string): number => {
  const text = readFileSync(path, 'utf8');
  const [, user, system] = /^(\d+\.\d+) (\d+\.\d+)\n$/.exec(text) ?? [];
  if (user === undefined || system === undefined) throw new Error(`no CPU seconds in: ${text}`);
  return Number(user) + Number(system);
};

const readNumber = (path: string): number | undefined => {
  try {
    return Number(readFileSync(path, 'latin1')) || undefined;
  } catch {
    return undefined; // Not yet written.
  }
};

/** Ours, without what would change how a program runs. */
export const plainEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || /^(NODE_|CONTAINER_LOG_|CHOKIDAR_|XDG_STATE|npm_)/.test(name)
        ? []
        : [[name, value]],
    ),
  );
