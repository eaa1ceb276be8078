/**
 * The house rules that no linter knows, as a test: which room may import which, how long a file and a function
 * may be, what nobody may call, and that no file lies about unused. Each rule first shows that it can fail, on
 * planted text, and then that the house keeps it. The rules themselves and their reasons: docs/contributing.md.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bannedIn } from './tidy/bans.ts';
import { roomBreaches, unreachable } from './tidy/rooms.ts';
import { functionsOf, sizeBreaches } from './tidy/sizes.ts';
import { importsOf, parseSource, type SourceFile } from './tidy/source-text.ts';

const ROOT = join(import.meta.dirname, '..');
const HOUSE: readonly SourceFile[] = globSync(
  ['src/**/*.ts', 'test/**/*.ts', 'demo/**/*.ts', 'scripts/**/*.ts'],
  {
    cwd: ROOT,
    // AssemblyScript knows other types and another module resolution; its compiler checks it.
    exclude: ['test/fixtures/**', 'src/kernel/assembly/**'],
  },
)
  .toSorted()
  .map((path) => parseSource(path.replaceAll('\\', '/'), readFileSync(join(ROOT, path), 'utf8')));
const SOURCES = HOUSE.filter((file) => file.path.startsWith('src/'));

describe('the house', () => {
  it('imports downwards only, real files with their extension, and the world only in its rooms', () => {
    expect(roomBreaches(HOUSE)).toEqual([]);
  });

  it('keeps files and functions short enough to read', () => {
    expect(SOURCES.flatMap(sizeBreaches)).toEqual([]);
  });

  it('calls nothing that is banned, and silences nothing without a reason', () => {
    expect(HOUSE.flatMap(bannedIn)).toEqual([]);
  });

  it('has no source file that nothing reaches', () => {
    expect(unreachable(HOUSE)).toEqual([]);
  });
});

describe('reading source text', () => {
  const codeOf = (text: string): string => parseSource('src/core/x.ts', text).code;

  it('blanks comments and the insides of strings, and keeps every offset', () => {
    const text = `a('x{y', "\\"}", /* { */ 1); // }\nb();`;
    expect(codeOf(text)).toBe(`a('   ', "   ",         1);     \nb();`);
    expect(codeOf(text)).toHaveLength(text.length);
  });

  it('keeps the expressions of a template, nested ones too', () => {
    expect(codeOf('`a ${b(`c ${d} e`)} f`; g')).toBe('`  ${b(`  ${d}  `)}  `; g');
    expect(codeOf('`${ { a: 1 }.a } x` + y')).toBe('`${ { a: 1 }.a }  ` + y');
  });

  it('tells a regular expression from a division', () => {
    expect(codeOf('x = /[/"]{2}/g;')).toBe('x = /       /g;');
    expect(codeOf('x = a / b / c;')).toBe('x = a / b / c;');
    expect(codeOf("return /'/.test(s);")).toBe('return / /.test(s);');
    expect(codeOf("f(a) / 2 + 'x'")).toBe("f(a) / 2 + ' '");
  });

  it('survives text that ends in the middle of something', () => {
    for (const text of ["'", '"\\', '`', '`${', '/*', '/* *', '//', 'x = /', '}', '`${{']) {
      expect(codeOf(text)).toHaveLength(text.length);
    }
  });

  it('finds imports of every form, and none in strings or in method calls', () => {
    const file = parseSource(
      'src/core/x.ts',
      [
        `import a from 'one';`,
        `import type { B } from './two.ts';`,
        `import {`,
        `  c,`,
        `} from "three";`,
        `export * from './four.ts';`,
        `import 'five';`,
        `const six = await import('./six.ts');`,
        `type Seven = typeof import('seven');`,
        `const eight = new URL('./eight.ts', import.meta.url);`,
        `const no = Buffer.from('no'), text = "import 'no'"; // from 'no'`,
      ].join('\n'),
    );
    expect(importsOf(file).map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '1 one',
      '2 ./two.ts',
      '5 three',
      '6 ./four.ts',
      '7 five',
      '8 ./six.ts',
      '9 seven',
      '10 ./eight.ts',
    ]);
  });
});

describe('the one-way rule', () => {
  const tree = (files: Record<string, string>): readonly SourceFile[] =>
    Object.entries(files).map(([path, text]) => parseSource(path, text));
  const empties = (...paths: string[]): Record<string, string> =>
    Object.fromEntries(paths.map((path) => [path, '']));
  const breachesOf = (from: string, specifier: string, ...others: string[]): readonly string[] =>
    roomBreaches(tree({ ...empties(...others), [from]: `import { x } from '${specifier}';` }));

  it.each([
    ['src/main.ts', './cli/run.ts', 'src/cli/run.ts'],
    ['src/cli/run.ts', '../agent.ts', 'src/agent.ts'],
    ['src/agent.ts', './config/load.ts', 'src/config/load.ts'],
    ['src/config/load.ts', '../sinks/catalog.ts', 'src/sinks/catalog.ts'],
    ['src/sinks/file.ts', '../deliver/loop.ts', 'src/deliver/loop.ts'],
    ['src/tail/tailer.ts', '../telemetry/events.ts', 'src/telemetry/events.ts'],
    ['src/tail/tailer.ts', './framing.ts', 'src/tail/framing.ts'],
    ['src/system/real/files.ts', '../files.ts', 'src/system/files.ts'],
    ['src/index.ts', './agent.ts', 'src/agent.ts'],
  ])('lets %s import %s', (from, specifier, target) => {
    expect(breachesOf(from, specifier, target)).toEqual([]);
  });

  it.each([
    ['src/core/x.ts', '../system/files.ts', 'src/system/files.ts', 'core may not know system'],
    ['src/tail/x.ts', '../decode/cri.ts', 'src/decode/cri.ts', 'tail may not know decode'],
    ['src/sinks/x.ts', '../query/find.ts', 'src/query/find.ts', 'sinks may not know query'],
    ['src/sinks/x.ts', '../config/load.ts', 'src/config/load.ts', 'sinks may not know config'],
    ['src/server.ts', './agent.ts', 'src/agent.ts', 'server.ts may not know agent.ts'],
    ['src/cli/x.ts', '../main.ts', 'src/main.ts', 'which nothing may import'],
    ['src/agent.ts', './index.ts', 'src/index.ts', 'which nothing may import'],
    ['src/cli/x.ts', '../../test/support/fake.ts', 'test/support/fake.ts', 'outside src'],
    ['src/tail/x.ts', './gone.ts', 'src/tail/here.ts', 'does not exist'],
    ['src/tail/x.ts', './here', 'src/tail/here.ts', 'without its .ts extension'],
    ['test/unit/x.test.ts', '../support/gone.ts', 'test/support/here.ts', 'does not exist'],
  ])('does not let %s import %s', (from, specifier, other, why) => {
    const breaches = breachesOf(from, specifier, other);
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toContain(`${from}:1 `);
    expect(breaches[0]).toContain(why);
  });

  it.each([
    ['src/tail/x.ts', 'node:fs/promises'],
    ['src/main.ts', 'node:fs'],
    ['src/discover/x.ts', 'chokidar'],
    ['src/tail/x.ts', 'node:timers/promises'],
    ['src/query/x.ts', 'node:net'],
    ['src/cli/x.ts', 'pino'],
  ])('does not let %s import %s', (from, specifier) => {
    expect(breachesOf(from, specifier)).toHaveLength(1);
  });

  it('lets the rooms of the world import it', () => {
    expect(breachesOf('src/system/x.ts', 'node:fs')).toEqual([]);
    expect(breachesOf('src/sinks/x.ts', 'node:net')).toEqual([]);
    expect(breachesOf('src/telemetry/x.ts', 'pino')).toEqual([]);
  });

  it('knows no other rooms and no other files at the top of src', () => {
    expect(roomBreaches(tree(empties('src/utils/x.ts', 'src/helpers.ts')))).toHaveLength(2);
  });

  it('finds a source file that nothing reaches, and says nothing while there is no program yet', () => {
    const files = {
      'src/main.ts': `import './cli/run.ts';`,
      'src/cli/run.ts': `import type { P } from '../core/p.ts';`,
      'src/core/p.ts': `import './run.ts';`,
      'src/core/dead.ts': `import './p.ts';`,
    };
    expect(unreachable(tree(files))).toEqual([expect.stringContaining('src/core/dead.ts')]);
    expect(unreachable(tree(empties('src/core/p.ts')))).toEqual([]);
  });
});

describe('sizes', () => {
  const lengths = (text: string): readonly string[] =>
    functionsOf(parseSource('src/core/x.ts', text)).map(({ name, lines }) => `${name} ${lines}`);
  const filler = (lines: number): string => '  work();\n'.repeat(lines);

  it.each([
    [`function f(a: string): void {\n}`, 'f 2'],
    [`export async function* g<T extends { a: 1 }>({ a, b }: P = {}): AsyncGenerator<T> {\n\n}`, 'g 3'],
    [`const h = (x: number): { a: number } => {\n};`, 'h 2'],
    [`function i(): { readonly a: number } | undefined {\n}`, 'i 2'],
    [`function j(): asserts x is string {\n}`, 'j 2'],
    [
      `function k(cb: (x: { a: 1 }) => void, s = '}{'): Promise<{ a: { b: 1 } }> {\n  if (s) {\n  }\n}`,
      'k 4',
    ],
    [`class C {\n  async [Symbol.asyncDispose](): Promise<void> {\n  }\n}`, 'asyncDispose] 2'],
    [`class C {\n  #private(): number[] {\n    return [1];\n  }\n}`, '#private 3'],
    [`items.map((x) => {\n  return x;\n});`, 'an arrow function 3'],
  ])('measures %j', (text, expected) => {
    expect(lengths(text)).toEqual([expected]);
  });

  it.each([
    `if (x) {\n}`,
    `for (const a of b()) {\n}`,
    `switch (f(x)) {\n}`,
    `const o = { a: f(x), b: { c } };`,
    `interface I {\n  m(x: number): { a: 1 };\n}`,
    `const x = c ? f(y) : { a: 1 };`,
  ])('takes %j for no function', (text) => {
    expect(lengths(text)).toEqual([]);
  });

  it('finds a function and a file that are too long, and none that just fit', () => {
    const file = (text: string): readonly string[] => sizeBreaches(parseSource('src/core/x.ts', text));
    expect(file(`function f(): void {\n${filler(88)}}\n`)).toEqual([]);
    expect(file(`function f(): void {\n${filler(89)}}\n`)).toEqual([
      'src/core/x.ts:1 f has 91 lines; 90 are allowed',
    ]);
    expect(file(`const f = () => {\n${filler(89)}};\n`)).toEqual([
      'src/core/x.ts:1 f has 91 lines; 90 are allowed',
    ]);
    expect(file(filler(350))).toEqual([]);
    expect(file(filler(351))).toEqual(['src/core/x.ts:1 has 351 lines; 350 are allowed']);
  });
});

describe('bans', () => {
  const breaches = (path: string, text: string): readonly string[] => bannedIn(parseSource(path, text));

  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = performance.now();',
    'setTimeout(f, 1);',
    'const wait = setImmediate;',
    'globalThis.setInterval(f, 1);',
    'const r = Math.random();',
    'const id = crypto.randomUUID();',
    'const e = process.env.HOME;',
    'process.exit(1);',
    'console.error(x);',
    "import { get } from 'node:http';",
    'const x: any = 1;',
    'function f(x: any): void {}',
    'const x = y as any;',
    'const x: Record<string, any> = {};',
    'const x = y!.z;',
    'const x = f()!;',
    'const x = a[0]!;',
    'class C { x!: number; }',
    'enum E { A }',
    'const enum E { A }',
    '// @ts-ignore',
    '// @ts-expect-error',
    '/* oxlint-disable no-console */',
    '// oxlint-disable-next-line no-console',
    '// biome-ignore lint/style/useTemplate: x',
    '// TODO later',
    'const x = `${Date.now()}`;',
  ])('finds %j', (text) => {
    expect(breaches('src/tail/x.ts', `const a = 1;\n${text}\n`)).toEqual([
      expect.stringMatching(/^src\/tail\/x\.ts:2 /),
    ]);
  });

  it.each([
    'const t = clock.now();',
    "import type { Server } from 'node:http';",
    'const t = new Date(ms);',
    "const text = 'Date.now() and console.log and any!';",
    '// Date.now() is not for us, nor any console.log!',
    'const x = z.any();',
    'const s = AbortSignal.any([a, b]);',
    'const x = !y && a !== b && !!c;',
    'const x = z.enum(["a"]);',
    'const o = { any: 1 };',
    '// oxlint-disable-next-line no-await-in-loop -- one request at a time is the point',
    '// @ts-expect-error the types of this package forget the second argument',
    'if (clock.setTimeout(x)) return;',
  ])('leaves %j alone', (text) => {
    expect(breaches('src/tail/x.ts', text)).toEqual([]);
  });

  it('lets src/system, src/main.ts and src/cli touch the world, but not print with console', () => {
    const world = 'const t = [Date.now(), process.env, setTimeout(f, 1)];\nprocess.exit(1);';
    for (const path of ['src/system/x.ts', 'src/main.ts', 'src/cli/x.ts'])
      expect(breaches(path, world)).toEqual([]);
    expect(breaches('src/main.ts', 'console.log(1);')).toHaveLength(1);
  });

  it.each([
    "it.skip('x', f);",
    "describe.only('x', f);",
    "test.concurrent.only('x', f);",
    "it.todo('x');",
    'await new Promise((resolve) => setTimeout(resolve, 100));',
    'await setTimeout(1_500);',
  ])('finds %j in a test', (text) => {
    expect(breaches('test/unit/x.test.ts', text)).toHaveLength(1);
  });

  it('lets a test wait a moment between two looks, and the soak run keep its pace', () => {
    expect(
      breaches(
        'test/unit/x.test.ts',
        'await setTimeout(10); setTimeout(f, 20); it.each([])(); f(setTimeout);',
      ),
    ).toEqual([]);
    expect(breaches('test/soak/soak.ts', 'await setTimeout(1000);')).toEqual([]);
  });
});
