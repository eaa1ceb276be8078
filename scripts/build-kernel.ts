/**
 * Compiles the kernel: `npm run build:kernel`, after a change in src/kernel/assembly. What comes out is committed, so neither
 * the program nor its packages need the compiler; a test compares it with what this makes.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { KERNEL_FILE, kernelSource } from './kernel/compile.ts';

await writeFile(fileURLToPath(new URL(`../${KERNEL_FILE}`, import.meta.url)), await kernelSource());
process.stdout.write(`${KERNEL_FILE}\n`);
