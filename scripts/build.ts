/**
 * Bundles the agent into one file for the image: `node scripts/build.ts [OUTFILE]`, default dist/birler.mjs.
 *
 * One file, because the image then needs neither node_modules nor a package manager, and because Node refuses
 * to strip types below node_modules. Readable rather than minified: a stack trace from a node at three in the
 * morning should name the function. The source map stands beside it, for `node --enable-source-maps`.
 */
import { chmod } from 'node:fs/promises';
import { build } from 'esbuild';

/** Packages written as CommonJS (pino, yaml) call `require` for Node's own modules; an ES module has none. */
const COMMONJS_BRIDGE = `import { createRequire as birlerCreateRequire } from 'node:module';
const require = birlerCreateRequire(import.meta.url);`;

const outfile = process.argv[2] ?? 'dist/birler.mjs';
const result = await build({
  entryPoints: ['src/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node26',
  sourcemap: 'linked',
  sourcesContent: false,
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
  banner: { js: COMMONJS_BRIDGE },
});
await chmod(outfile, 0o755);
const bytes = result.metafile.outputs[outfile]?.bytes ?? 0;
process.stdout.write(`${outfile}: ${(bytes / 1024).toFixed(0)} KiB\n`);
