import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { Daemon, requireProgram, unmountBelow } from './daemon.ts';
import { TempDir } from './temp-dir.ts';

/** Building an image copies some hundred megabytes about; on a busy machine that takes its time. */
const COMMAND_TIMEOUT_MS = 240_000;

/**
 * A Docker engine of this test's own: its data, its socket and its containerd live in a temporary directory, it
 * makes no bridge and touches no firewall, and only its own process is ended. Needs root.
 *
 * The engine chooses overlay2 where the file system allows it and vfs otherwise.
 */
export class DockerEngine implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly #daemon: Daemon;
  readonly #host: string;

  private constructor(dir: TempDir) {
    this.#dir = dir;
    this.#host = `unix://${dir.join('docker.sock')}`;
    mkdirSync(dir.join('client'));
    this.#daemon = new Daemon('dockerd', [
      '--data-root',
      dir.join('data'),
      '--exec-root',
      dir.join('exec'),
      '--pidfile',
      dir.join('docker.pid'),
      '--host',
      this.#host,
      '--bridge',
      'none',
      '--iptables=false',
      '--ip6tables=false',
      '--log-level',
      'warn',
    ]);
  }

  /** Starts an engine and waits until it answers. */
  static async start(): Promise<DockerEngine> {
    requireProgram('dockerd', 'docker.io');
    // A short name: the sockets below it must fit into the 107 bytes of a socket's address.
    const engine = new DockerEngine(new TempDir('docker'));
    try {
      await engine.#daemon.untilReady(() => existsSync(engine.#dir.join('docker.sock')) && engine.#answers());
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
    return engine;
  }

  /** Runs `docker ARGS` against this engine and returns its standard output; throws with what it said on failure. */
  docker(args: readonly string[], options: Pick<ExecFileSyncOptions, 'input' | 'cwd'> = {}): string {
    return execFileSync('docker', args, {
      ...options,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        DOCKER_HOST: this.#host,
        DOCKER_CONFIG: this.#dir.join('client'),
        // Debian's engine has the classic builder only.
        DOCKER_BUILDKIT: '0',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    unmountBelow(this.#dir.path);
    this.#dir[Symbol.dispose]();
  }

  #answers(): boolean {
    try {
      this.docker(['version']);
      return true;
    } catch {
      // Not yet: the socket is there before the engine listens to it.
      return false;
    }
  }
}
