/**
 * Bundles the agent for the image: `node scripts/build.ts [OUTFILE]`, default dist/birler.mjs. In `birler-parts` beside it, which is
 * emptied first, are the parts that it loads when they are needed: HTTP clients and metrics are more than half of all that
 * there is, and compiling takes a quarter of the start.
 *
 * In `birler-cache` is what V8 made of those parts in a run over no logs; it holds for this Node and these flags only.
 *
 * Bundled, because the image then needs neither node_modules nor a package manager, and because Node refuses
 * to strip types below node_modules. Readable rather than minified: a stack trace from a node at three in the
 * morning should name the function. Source maps stand beside, for `node --enable-source-maps`, and so do
 * the licences of the packages that went in, as those licences ask.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';

/** Packages written as CommonJS (pino, yaml) call `require` for Node's own modules; an ES module has none. */
const COMMONJS_BRIDGE = `import { createRequire as birlerCreateRequire } from 'node:module';
const require = birlerCreateRequire(import.meta.url);`;

const PARTS = 'birler-parts';
const CACHE = 'birler-cache';
const outfile = process.argv[2] ?? 'dist/birler.mjs';
const extension = extname(outfile);
const name = basename(outfile, extension);
// Parts are named by their content: those of an earlier build would stay for ever.
rmSync(join(dirname(outfile), PARTS), { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [{ in: 'src/main.ts', out: name }],
  outdir: dirname(outfile),
  outExtension: { '.js': extension },
  chunkNames: `${PARTS}/[name]-[hash]`,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node26',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
  banner: { js: COMMONJS_BRIDGE },
});
chmodSync(outfile, 0o755);
fillCache();
const packages = packagesIn(metafile);
writeFileSync(join(dirname(outfile), 'THIRD-PARTY-LICENSES.txt'), packages.map(licenceOf).join('\n'));
process.stdout.write(
  `${outfile} and ${PARTS}/: ${kibibytesOf(metafile)} KiB, with ${packages.length} packages\n`,
);

/** Node writes what it compiled into the cache when the program ends. */
function fillCache(): void {
  const cache = join(dirname(outfile), CACHE);
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'birler-build-'));
  try {
    const places = ['--logs', scratch, '--pods', scratch, '--state', join(scratch, 'state')];
    const command = ['run', ...places, '--output', `file:${join(scratch, 'out')}`, '--once'];
    // What was compiled under other flags would not be used.
    const flags = /^flags='(.*)'$/m.exec(readFileSync('bin/birler', 'utf8'))?.[1]?.split(' ') ?? [];
    execFileSync(process.execPath, [...flags, outfile, ...command], { stdio: 'pipe' });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** How large the program is, without its source maps. */
function kibibytesOf({ outputs }: Metafile): string {
  const programs = Object.entries(outputs).filter(([path]) => path.endsWith(extension));
  return (programs.reduce((sum, [, { bytes }]) => sum + bytes, 0) / 1024).toFixed(0);
}

/** The directories of the packages whose files are in the bundle, and that of Node, which runs it. */
function packagesIn({ inputs }: Metafile): readonly string[] {
  const directories = Object.keys(inputs).flatMap(
    (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  const node = globSync('node_modules/node/node_modules/node*-*-*').filter((path) =>
    existsSync(join(path, 'LICENSE')),
  );
  return [...new Set([...directories, ...node])].toSorted();
}

function licenceOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = globSync('{LICEN[SC]E,COPYING,NOTICE}*', { cwd: directory }).toSorted();
  const heading = `${manifest.name} ${manifest.version} (${manifest.license ?? 'no licence named'})`;
  const body = texts.map((name) => readFileSync(join(directory, name), 'utf8').trim()).join('\n\n');
  return `${'='.repeat(heading.length)}\n${heading}\n${'='.repeat(heading.length)}\n\n${body}\n`;
}
