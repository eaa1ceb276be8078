/**
 * Writes the reference pages from the code that they describe: `node scripts/generate-reference.ts`.
 * A test compares the committed files with what this makes.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referenceFiles } from './reference/files.ts';

const directory = fileURLToPath(new URL('../docs/reference/', import.meta.url));
await mkdir(directory, { recursive: true });
for (const [name, content] of Object.entries(referenceFiles())) {
  await writeFile(`${directory}${name}`, content);
  process.stdout.write(`${join('docs/reference', name)}\n`);
}
