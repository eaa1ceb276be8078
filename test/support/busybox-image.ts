import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { archiveImage } from './image-archive.ts';

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

/** An image of one static program, made without Docker and without a registry. */
export function makeBusyboxImage(
  directory: string,
  reference: string,
  entrypoint: readonly string[],
): string {
  const root = makeBusyboxRoot(join(directory, 'root'));
  return archiveImage(directory, root, { reference, entrypoint, environment: ['PATH=/bin'] });
}
