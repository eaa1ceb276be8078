import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const KERNEL_FILE = 'src/kernel/kernel-wasm.ts';

const ROOT = join(import.meta.dirname, '../..');
/** A process of its own, because the compiler's types declare globals that would be ours too (another Array). */
const COMPILER = join(dirname(fileURLToPath(import.meta.resolve('assemblyscript/asc'))), '../bin/asc.js');
/** Below the first page lies what src/kernel/wasm-layout.ts puts there; the kernel has no data of its own. */
const OPTIONS = [
  ...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--memoryBase', '65536'],
  ...['--enable', 'simd', '--enable', 'relaxed-simd', '--noAssert', '--use', 'abort=', '-O3'],
];
const LINE_CHARACTERS = 100;

/** The text of src/kernel/kernel-wasm.ts: the same from the same sources and compiler. */
export const kernelSource = async (): Promise<string> => {
  const wasm = await compile();
  const lines = wasm.toString('base64').match(new RegExp(`.{1,${LINE_CHARACTERS}}`, 'g')) ?? [];
  return [
    '/** Made from src/kernel/assembly by `npm run build:kernel`. Do not edit. */',
    'export const KERNEL_WASM: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
};

const compile = async (): Promise<Buffer> => {
  const directory = await mkdtemp(join(tmpdir(), 'birler-kernel-'));
  try {
    const wasm = join(directory, 'kernel.wasm');
    const args = [COMPILER, 'src/kernel/assembly/index.ts', '--outFile', wasm, ...OPTIONS];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    return await readFile(wasm);
  } finally {
    await rm(directory, { recursive: true });
  }
};
