import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { archiveImage } from './image-archive.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** birler's own image, of the files and the entry point that the Dockerfile gives it; returns the archive's path. */
export function makeBirlerImage(directory: string, reference: string): string {
  const root = join(directory, 'root');
  mkdirSync(root, { recursive: true });
  execFileSync(process.execPath, ['scripts/assemble-image.ts', root], { cwd: ROOT, stdio: 'pipe' });
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const [, entrypoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const [, user = ''] = /^USER (\S+)$/m.exec(dockerfile) ?? [];
  const program = z.array(z.string()).min(1).parse(JSON.parse(entrypoint));
  return archiveImage(directory, root, { reference, entrypoint: program, user });
}
