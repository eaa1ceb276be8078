import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxImage } from './busybox-image.ts';
import { Daemon, requireProgram, unmountBelow } from './daemon.ts';
import { TempDir } from './temp-dir.ts';
import { linkName, type TempPod } from './temp-node.ts';
import { until } from './until.ts';

const IMAGE = 'localhost/busybox:1';

/** A dockerd of our own: its data, its socket and its containerd in a temporary directory, no bridge, no firewall rules. */
export class Dockerd implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly #daemon: Daemon;
  readonly #socket: string;

  private constructor(dir: TempDir) {
    this.#dir = dir;
    this.#socket = `unix://${dir.join('docker.sock')}`;
    const places = [
      '--data-root',
      this.dataRoot,
      '--exec-root',
      dir.join('exec'),
      '--pidfile',
      dir.join('pid'),
    ];
    const network = ['--bridge', 'none', '--iptables=false', '--ip6tables=false'];
    this.#daemon = new Daemon('dockerd', [
      ...places,
      ...network,
      '--host',
      this.#socket,
      '--log-level',
      'warn',
    ]);
  }

  static async start(): Promise<Dockerd> {
    requireProgram('dockerd', 'docker.io');
    const docker = new Dockerd(new TempDir('dockerd'));
    await docker.#daemon.untilReady(() => docker.#answers());
    mkdirSync(docker.#dir.join('image'));
    docker.#docker('load', '--input', makeBusyboxImage(docker.#dir.join('image'), IMAGE, ['/bin/sh']));
    return docker;
  }

  /** The daemon's /var/lib/docker. */
  get dataRoot(): string {
    return this.#dir.join('data');
  }

  /** Runs a shell script under the json-file driver. */
  run(script: string, logOptions: Readonly<Record<string, string>>): DockerContainer {
    const options = Object.entries(logOptions).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]);
    const id = this.#docker(
      'run',
      '--detach',
      '--network=none',
      '--log-driver=json-file',
      ...options,
      IMAGE,
      '-c',
      script,
    );
    return { id, log: join(this.dataRoot, 'containers', id, `${id}-json.log`) };
  }

  async untilExited(container: DockerContainer): Promise<void> {
    const running = (): string => this.#docker('inspect', '--format={{.State.Running}}', container.id);
    await until('the container has ended', () => running() === 'false', 60_000);
  }

  remove(container: DockerContainer): void {
    this.#docker('rm', '--force', container.id);
  }

  #answers(): boolean {
    try {
      return this.#docker('version') !== '';
    } catch {
      return false;
    }
  }

  #docker(...args: readonly string[]): string {
    return execFileSync('docker', ['--host', this.#socket, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    unmountBelow(this.#dir.path);
    this.#dir[Symbol.dispose]();
  }
}

export interface DockerContainer {
  readonly id: string;
  readonly log: string;
}

/** The kubelet's links under Docker: three hops from the link's directory to the daemon's own file. */
export function linkDockerLog(pod: TempPod, name: string, container: DockerContainer): string {
  const instance = pod.container(name);
  symlinkSync(container.log, instance.log);
  const link = join(pod.node.logs, linkName(pod.name, pod.namespace, name, container.id));
  symlinkSync(instance.log, link);
  return instance.key;
}
