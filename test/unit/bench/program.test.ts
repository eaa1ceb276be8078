import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

it('the launcher and the image give Node the same flags, which the bench takes from the launcher', () => {
  const [, flags = ''] = /^flags='(.*)'$/m.exec(textOf('bin/birler')) ?? [];
  const [, entrypoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(textOf('Dockerfile')) ?? [];
  expect(flags).not.toBe('');
  expect(JSON.parse(entrypoint)).toEqual(['/usr/local/bin/node', ...flags.split(' '), '/app/birler.mjs']);
});
