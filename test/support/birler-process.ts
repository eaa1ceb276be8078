import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CollectedText } from './collected-text.ts';
import { isFrozen } from './process-usage.ts';
import { DEADLINE_MS, until } from './until.ts';

export const BIRLER = fileURLToPath(new URL('../../bin/birler', import.meta.url));

export interface StartOptions {
  /** What the agent's standard output is: kept in memory, thrown away, or a descriptor of ours. */
  readonly stdout?: 'pipe' | 'ignore' | 'inherit' | number;
  readonly stderr?: 'pipe' | 'inherit';
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Keeps stdout unread, so that the pipe fills. */
  readonly readStdout?: boolean;
  /** A process group of its own, which a Ctrl+C at the terminal does not reach. */
  readonly detached?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line of the agent's own log. */
export interface DiagnosticLine {
  readonly level?: number | string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** A real agent in a process of its own. Whatever happens in a test, it ends with the `using` block. */
export class BirlerProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when the process has ended and its pipes are read to the end. */
  readonly exit: Promise<Exit>;
  /** What came out of its standard output. */
  readonly out = new CollectedText();
  #stderr = '';
  #hasExited = false;

  constructor(args: readonly string[], options: StartOptions = {}) {
    this.child = spawn(BIRLER, plainly(args), {
      cwd: options.cwd,
      detached: options.detached ?? false,
      env: { ...cleanEnvironment(), ...options.environment },
      stdio: ['ignore', options.stdout ?? 'pipe', options.stderr ?? 'pipe'],
    });
    this.pid = this.child.pid ?? -1;
    if (options.readStdout !== false) this.readStdout();
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    const ended = options.readStdout === false ? 'exit' : 'close';
    this.exit = once(this.child, ended).then(() => {
      this.#hasExited = true;
      return { code: this.child.exitCode, signal: this.child.signalCode };
    });
  }

  /** Begins to read a pipe that was left to fill. */
  readStdout(): void {
    this.out.collect(this.child.stdout);
  }

  get stdout(): string {
    return this.out.text;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get isRunning(): boolean {
    return !this.#hasExited;
  }

  /** The agent's own log so far; lines that are not JSON appear as their message. */
  get diagnostics(): DiagnosticLine[] {
    return this.#stderr
      .split('\n')
      .filter((line) => line !== '')
      .map(parseDiagnostic);
  }

  /** Waits for a condition; fails at once, with what the agent said, if the agent ends instead. */
  async until<T>(
    what: string | (() => string),
    condition: () => T | Promise<T>,
    deadlineMs = DEADLINE_MS,
  ): Promise<NonNullable<T>> {
    const told = (): string =>
      `${typeof what === 'string' ? what : what()}\nthe agent said:\n${this.stderr.slice(-4_000)}`;
    return until(
      told,
      async () => {
        const hasExited = this.#hasExited;
        const answer = await condition();
        if (answer !== false && answer !== undefined && answer !== null) return answer;
        if (hasExited) throw new Error(`the agent ended before: ${told()}`);
        return undefined;
      },
      deadlineMs,
    );
  }

  async untilSaid(pattern: RegExp, deadlineMs = DEADLINE_MS): Promise<void> {
    await this.until(`the agent says ${pattern}`, () => pattern.test(this.#stderr), deadlineMs);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Stops the clock for the agent: whatever happens to the files until `thaw` happens between two of its looks. */
  async freeze(): Promise<void> {
    this.signal('SIGSTOP');
    await this.until('the agent is frozen', () => isFrozen(this.pid));
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  /** The end that nobody can prepare for. */
  async killHard(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  /** SIGTERM, and how it went. Throws if the agent needs longer than its grace and some more. */
  async stop(deadlineMs = DEADLINE_MS): Promise<Exit> {
    this.signal('SIGTERM');
    return this.ended(deadlineMs);
  }

  async ended(deadlineMs = DEADLINE_MS): Promise<Exit> {
    await until(
      () => `the agent ends; it said:\n${this.stderr.slice(-4_000)}`,
      () => this.#hasExited,
      deadlineMs,
    );
    return this.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.killHard();
    this.child.stdout?.destroy();
  }
}

/**
 * Many agents run at a time in tests, and there is one default port; and most tests count lines, some of which are parts of
 * traces. A test that wants it otherwise says so.
 */
function plainly(args: readonly string[]): readonly string[] {
  if (args[0] !== 'run') return args;
  const missing = ([name, value]: readonly string[]): readonly string[] =>
    name === undefined || value === undefined || args.includes(name) ? [] : [name, value];
  return [...args, ...missing(['--http', 'off']), ...missing(['--multiline', 'off'])];
}

/** Ours without what could change the agent's behaviour; sources are compiled once for all starts. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !/^(NODE_OPTIONS|VITEST|CONTAINER_LOG_|CHOKIDAR_|XDG_STATE|FORCE_COLOR)/.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

function parseDiagnostic(line: string): DiagnosticLine {
  if (!line.startsWith('{')) return { msg: line };
  try {
    return JSON.parse(line) as DiagnosticLine;
  } catch {
    return { msg: line }; // A line that was cut by a kill.
  }
}

/** Runs a command of birler to its end. */
export async function runBirler(
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using birler = new BirlerProcess(args, options);
  const { code } = await birler.ended(60_000);
  return { code, stdout: birler.stdout, stderr: birler.stderr };
}
