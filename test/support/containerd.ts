import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { makeBusyboxImage } from './busybox-image.ts';
import { CriClient } from './cri-client.ts';
import { Daemon, requireProgram, unmountBelow } from './daemon.ts';
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
  readonly client: CriClient;

  private constructor(dir: TempDir, daemon: Daemon, client: CriClient) {
    this.#dir = dir;
    this.#daemon = daemon;
    this.client = client;
  }

  static async start(): Promise<Containerd> {
    requireProgram('containerd', 'containerd');
    requireProgram('runc', 'runc');
    const dir = new TempDir('containerd');
    const socket = dir.join('run', 'containerd.sock');
    writeFileSync(dir.join('config.toml'), configuration(dir, socket));
    const daemon = new Daemon('containerd', ['--config', dir.join('config.toml'), '--log-level', 'warn']);
    await daemon.untilReady(() => answers(socket));
    importImages(dir, socket);
    const client = new CriClient(socket);
    const containerd = new Containerd(dir, daemon, client);
    await daemon.untilReady(async () => (await client.version().catch(() => '')) !== '');
    return containerd;
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
