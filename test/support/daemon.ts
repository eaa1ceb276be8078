import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A program of the system that runs for a test, in a process of its own. */
export class Daemon implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly name: string;
  #said = '';

  constructor(program: string, args: readonly string[]) {
    this.name = program;
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream
        ?.setEncoding('utf8')
        .on('data', (text: string) => (this.#said = (this.#said + text).slice(-10_000)));
    }
    this.child.on('error', (error) => (this.#said += String(error)));
  }

  get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async untilReady(condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(`${this.name} is ready`, async () => {
      if (!this.isRunning) throw new Error(`${this.name} ended: ${this.#said}`);
      return condition();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await until(`${this.name} ends`, () => !this.isRunning).catch(() => this.child.kill('SIGKILL'));
    await exit;
  }
}

/** Takes away what a runtime mounted below a directory, the deepest first, so that the directory can be removed. */
export function unmountBelow(directory: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${directory}/`)).toReversed()) {
    execFileSync('umount', ['--lazy', mount], { stdio: 'ignore' });
  }
}

/** Says how to get a program that a test needs; failing is better than a test that is silently skipped. */
export function requireProgram(program: string, debianPackage: string): void {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
  } catch (error) {
    throw new Error(`${program} is needed: apt-get install ${debianPackage}`, { cause: error });
  }
}
