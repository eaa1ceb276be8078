import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeBusyboxImage } from './busybox-image.ts';
import { CriClient } from './cri-client.ts';
import { Daemon, requireProgram, unmountBelow } from './daemon.ts';
import { makePodNetwork } from './pod-network.ts';
import { TempDir } from './temp-dir.ts';

export const BUSYBOX_IMAGE = 'localhost/busybox:1';
const PAUSE_IMAGE = 'localhost/pause:1';

/**
 * A containerd of our own: its files in a temporary directory, its socket too, and two images made by hand. The
 * settings are those that a machine without systemd's delegation, AppArmor and network plugins needs.
 */
export class Containerd implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly #daemon: Daemon;
  readonly #socket: string;
  readonly client: CriClient;

  private constructor(dir: TempDir, daemon: Daemon, socket: string) {
    this.#dir = dir;
    this.#daemon = daemon;
    this.#socket = socket;
    this.client = new CriClient(socket);
  }

  static async start(): Promise<Containerd> {
    requireProgram('containerd', 'containerd');
    requireProgram('runc', 'runc');
    const dir = new TempDir('containerd');
    const socket = dir.join('run', 'containerd.sock');
    writeFileSync(dir.join('config.toml'), configuration(dir, socket));
    makePodNetwork(dir.join('network'));
    const daemon = new Daemon('containerd', ['--config', dir.join('config.toml'), '--log-level', 'warn']);
    await daemon.untilReady(() => answers(socket));
    importImages(dir, socket);
    const containerd = new Containerd(dir, daemon, socket);
    await daemon.untilReady(async () => (await containerd.client.version().catch(() => '')) !== '');
    return containerd;
  }

  /** Brings in an image as `docker save` prints it. */
  importImage(archive: string): void {
    ctr(this.#socket, 'images', 'import', archive);
  }

  /** Runs a program inside of a container, as `kubectl exec` does; returns what it printed, whatever it ended with. */
  exec(containerId: string, program: readonly string[]): string {
    const args = ['tasks', 'exec', '--exec-id', randomUUID(), containerId, ...program];
    const { stdout } = spawnSync('ctr', ['--address', this.#socket, '--namespace', 'k8s.io', ...args], {
      encoding: 'utf8',
    });
    return stdout;
  }

  /** The process of a running container, as the node numbers it. */
  pidOf(containerId: string): number {
    const row = ctr(this.#socket, 'tasks', 'list')
      .split('\n')
      .find((line) => line.startsWith(containerId));
    return Number(row?.split(/\s+/)[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#daemon[Symbol.asyncDispose]();
    unmountBelow(this.#dir.path);
    this.#dir[Symbol.dispose]();
  }
}

const configuration = (dir: TempDir, socket: string): string => `version = 2
root = "${dir.join('root')}"
state = "${dir.join('run')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${dir.join('network')}"
    conf_dir = "${dir.join('network')}"
`;

const ctr = (socket: string, ...args: readonly string[]): string =>
  execFileSync('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

function answers(socket: string): boolean {
  try {
    ctr(socket, 'version');
    return true;
  } catch {
    return false;
  }
}

function importImages(dir: TempDir, socket: string): void {
  const images = [
    ['busybox', BUSYBOX_IMAGE, ['/bin/sh']],
    ['pause', PAUSE_IMAGE, ['/bin/sleep', '2147483647']],
  ] as const;
  for (const [name, reference, entrypoint] of images) {
    mkdirSync(dir.join(name));
    ctr(socket, 'images', 'import', makeBusyboxImage(dir.join(name), reference, entrypoint));
  }
}
