import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxRoot } from './busybox-image.ts';
import { requireProgram } from './daemon.ts';
import { TempDir } from './temp-dir.ts';
import { until } from './until.ts';

const CONTAINER = 'writer';

interface RuntimeSpec {
  process: { terminal: boolean; args: string[] };
  root: { path: string; readonly: boolean };
}

/**
 * One container under conmon, the log writer of CRI-O and Podman: `+00:00` for the zone, pieces of 8 KiB, and a partial
 * line for whatever one read of the pipe brought.
 */
export class ConmonContainer implements AsyncDisposable {
  readonly #dir = new TempDir('conmon');
  readonly #log: string;

  /** @param log where conmon writes */
  constructor(log: string, script: string) {
    requireProgram('conmon', 'conmon');
    requireProgram('runc', 'runc');
    this.#log = log;
    makeBusyboxRoot(this.#dir.join('rootfs'));
    writeSpec(this.#dir.path, script);
    for (const name of ['exits', 'persist', 'run', 'sockets']) mkdirSync(this.#dir.join(name));
  }

  async start(): Promise<this> {
    const runc = execFileSync('which', ['runc'], { encoding: 'utf8' }).trim();
    const places = ['--bundle', this.#dir.path, '--container-pidfile', this.#dir.join('pid')];
    const exits = ['--exit-dir', this.#dir.join('exits'), '--persist-dir', this.#dir.join('persist')];
    const sockets = ['--socket-dir-path', this.#dir.join('sockets')];
    const runtime = ['--runtime', runc, '--runtime-arg', `--root=${this.#dir.join('run')}`];
    const names = ['--cid', CONTAINER, '--cuuid', CONTAINER, '--name', CONTAINER];
    execFileSync(
      'conmon',
      [...names, ...runtime, ...places, ...exits, ...sockets, '--log-path', `k8s-file:${this.#log}`],
      {
        stdio: 'ignore',
      },
    );
    await until('conmon has created the container', () => this.#state() === 'created');
    this.#runc('start', CONTAINER);
    return this;
  }

  /** What CRI-O asks conmon for after a rotation. */
  async reopenLog(): Promise<void> {
    writeFileSync(this.#dir.join('ctl'), '2 0 0\n');
    await until('conmon has opened its log again', () => existsSync(this.#log));
  }

  async untilExited(): Promise<void> {
    // conmon leaves the exit status behind when the container's pipes are read to their end.
    await until(
      'the container has ended',
      () => readdirSync(this.#dir.join('exits')).includes(CONTAINER),
      60_000,
    );
  }

  #state(): string | undefined {
    try {
      return (JSON.parse(this.#runc('state', CONTAINER)) as { status: string }).status;
    } catch {
      return undefined; // Not yet created.
    }
  }

  #runc(...args: readonly string[]): string {
    return execFileSync('runc', ['--root', this.#dir.join('run'), ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state() !== undefined) {
      this.#runc('delete', '--force', CONTAINER);
      await this.untilExited();
    }
    this.#dir[Symbol.dispose]();
  }
}

/** `runc spec` with our program, and without a terminal. */
function writeSpec(bundle: string, script: string): void {
  execFileSync('runc', ['spec', '--bundle', bundle], { stdio: 'pipe' });
  const file = join(bundle, 'config.json');
  const spec = JSON.parse(readFileSync(file, 'utf8')) as RuntimeSpec;
  spec.process.terminal = false;
  spec.process.args = ['/bin/sh', '-c', script];
  spec.root = { path: 'rootfs', readonly: false };
  writeFileSync(file, JSON.stringify(spec));
}
