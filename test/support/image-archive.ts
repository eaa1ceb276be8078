import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ImageDescription {
  readonly reference: string;
  readonly entrypoint: readonly string[];
  readonly environment?: readonly string[];
  /** `uid:gid`; root unless it is said. */
  readonly user?: string;
}

/** A container image as `docker save` would print it, of the files below `root`; returns the archive's path. */
export function archiveImage(directory: string, root: string, image: ImageDescription): string {
  const layer = join(directory, 'layer.tar');
  execFileSync('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-cf', layer, '.']);
  const layerHash = sha256(readFileSync(layer));
  const config = JSON.stringify({
    architecture: { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Entrypoint: image.entrypoint, Env: image.environment ?? [], User: image.user ?? '' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerHash}`] },
    history: [{ created: '1970-01-01T00:00:00Z' }],
  });
  const configName = `${sha256(config)}.json`;
  const layerName = `${layerHash}/layer.tar`;
  mkdirSync(join(directory, layerHash));
  renameSync(layer, join(directory, layerName));
  writeFileSync(join(directory, configName), config);
  writeFileSync(
    join(directory, 'manifest.json'),
    JSON.stringify([{ Config: configName, RepoTags: [image.reference], Layers: [layerName] }]),
  );
  const archive = join(directory, 'image.tar');
  execFileSync('tar', ['-C', directory, '-cf', archive, 'manifest.json', configName, layerName]);
  return archive;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
