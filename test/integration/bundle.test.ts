import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KnownPod } from '../support/known-pod.ts';
import { TempDir } from '../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What only other commands, pods, a terminal, a configuration file or somebody who asks over HTTP need. */
const SELDOM = [
  'undici',
  '@kubernetes/client-node',
  'prom-client',
  'pino-pretty',
  'yaml',
  'src/serve/http',
  'src/doctor/',
];

let directory: TempDir;
let bundle: string;

beforeAll(() => {
  directory = new TempDir('bundle');
  bundle = directory.join('birler.mjs');
  execFileSync(process.execPath, ['scripts/build.ts', bundle], { cwd: ROOT });
});
afterAll(() => directory[Symbol.dispose]());

it('loads, to run on defaults, nothing that only others need', () => {
  const first = ['run-agent', 'make-config', 'real-system', 'real-files'].map(partNamed);
  const loaded = withWhatTheyImport([bundle, ...first]);
  const sources = loaded.flatMap(sourcesOf);
  expect(sources.some((source) => source.includes('src/agent.ts'))).toBe(true);
  for (const name of SELDOM) expect(sources.filter((each) => each.includes(`/${name}`))).toEqual([]);
});

it('finds all that a run on defaults loads in its compile cache', () => {
  const flags = /^flags='(.*)'$/m.exec(readFileSync(join(ROOT, 'bin/birler'), 'utf8'))?.[1]?.split(' ') ?? [];
  const places = ['--logs', directory.join('none'), '--state', directory.join('cache-state')];
  const { stderr } = spawnSync(process.execPath, [...flags, bundle, 'run', '--once', ...places], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  });
  const looked = [...stderr.matchAll(/birler-parts\/(\S+)\.\.\.\[.* (\w+), /g)].map(([, part, how]) => ({
    part,
    how,
  }));
  expect(looked.length).toBeGreaterThan(5);
  expect(looked.filter(({ how }) => how !== 'success')).toEqual([]);
  expect(stderr.match(/ was accepted, /g)).toHaveLength(looked.length);
});

it('delivers a file, and says by its parts what is wrong with a configuration', () => {
  writeFileSync(directory.join('app.log'), 'hello\n');
  writeFileSync(directory.join('birler.yaml'), 'no_such_option: 1\n');
  const run = (...args: string[]): string =>
    execFileSync(
      process.execPath,
      [bundle, 'run', '--once', '--logs', directory.join('.'), '--state', directory.join('state'), ...args],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
  expect(run('--format', 'raw')).toBe('hello\n');
  expect(() => run('--config', directory.join('birler.yaml'))).toThrow(
    expect.objectContaining({ status: 2, stderr: expect.stringContaining('no_such_option') as string }),
  );
});

it('asks the API server for pods, by the parts that only that needs', async () => {
  await using known = await KnownPod.start();
  known.write('hello');
  known.container.link();
  await promisify(execFile)(process.execPath, [
    bundle,
    ...known.flags({ http: { listen: 'off' } }),
    '--once',
  ]);
  expect(known.lines()).toMatchObject([{ log: 'hello', kubernetes: { labels: { app: 'gopanic' } } }]);
});

it('leaves no part of an earlier build behind', () => {
  const parts = join(dirname(bundle), 'birler-parts');
  const before = readdirSync(parts);
  writeFileSync(join(parts, 'run-agent-OLD.mjs'), '');
  execFileSync(process.execPath, ['scripts/build.ts', bundle], { cwd: ROOT });
  expect(readdirSync(parts)).toEqual(before);
});

const partNamed = (name: string): string => {
  const parts = join(dirname(bundle), 'birler-parts');
  const [found] = readdirSync(parts).filter((each) => new RegExp(`^${name}-\\w+\\.mjs$`).test(each));
  if (found === undefined) throw new Error(`the build made no part for ${name}`);
  return join(parts, found);
};

/** Static imports only: esbuild writes each on a line that ends with its path. */
const withWhatTheyImport = (first: readonly string[]): readonly string[] => {
  const known = new Set(first);
  for (const path of known) {
    for (const [, relative = ''] of readFileSync(path, 'utf8').matchAll(/^(?:\} from|import) "(\..*)";$/gm))
      known.add(join(dirname(path), relative));
  }
  return [...known];
};

const sourcesOf = (path: string): readonly string[] => {
  const { sources } = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as {
    readonly sources: readonly string[];
  };
  return sources;
};
