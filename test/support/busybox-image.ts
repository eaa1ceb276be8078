import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const BUSYBOX = '/bin/busybox';

/** A root file system of one static program and its names. */
export function makeBusyboxRoot(root: string): string {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp', 'etc', 'root', 'run']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  copyFileSync(BUSYBOX, join(root, 'bin', 'busybox'));
  chmodSync(join(root, 'bin', 'busybox'), 0o755);
  const applets = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  return root;
}

/** A container image as `docker save` would print it, made without Docker and without a registry. */
export function makeBusyboxImage(
  directory: string,
  reference: string,
  entrypoint: readonly string[],
): string {
  const root = makeBusyboxRoot(join(directory, 'root'));
  const layer = join(directory, 'layer.tar');
  execFileSync('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-cf', layer, '.']);
  const layerHash = sha256(readFileSync(layer));
  const config = JSON.stringify({
    architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Entrypoint: entrypoint, Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerHash}`] },
    history: [{ created: '1970-01-01T00:00:00Z' }],
  });
  const configName = `${sha256(config)}.json`;
  const manifest = JSON.stringify([
    { Config: configName, RepoTags: [reference], Layers: [`${layerHash}/layer.tar`] },
  ]);
  mkdirSync(join(directory, layerHash));
  renameSync(layer, join(directory, layerHash, 'layer.tar'));
  writeFileSync(join(directory, configName), config);
  writeFileSync(join(directory, 'manifest.json'), manifest);
  const archive = join(directory, 'image.tar');
  execFileSync('tar', [
    '-C',
    directory,
    '-cf',
    archive,
    'manifest.json',
    configName,
    `${layerHash}/layer.tar`,
  ]);
  return archive;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
