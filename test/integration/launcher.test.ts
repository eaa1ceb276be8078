/** bin/birler, in a tree of its own for each test: which Node it takes, which program, and what it says when it cannot. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireProgram } from '../support/daemon.ts';
import { TempDir } from '../support/temp-dir.ts';

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'birler');
/** A program that says who runs it; the annotation shows that types are stripped without a warning. */
const programSaying = (word: string): string =>
  `const said: string = JSON.stringify(['${word}', process.pid, process.execPath, process.argv.slice(2)]);
process.stdout.write(said);
process.exitCode = 7;`;

class Installation implements Disposable {
  readonly #dir = new TempDir('birler-launcher');
  readonly root = this.#dir.join('some where', 'birler');
  readonly launcher = join(this.root, 'bin', 'birler');
  readonly #path = this.#dir.join('path');

  constructor() {
    this.#copy(LAUNCHER, this.launcher);
    // A PATH of our own, with the few programs that the launcher needs and no node.
    mkdirSync(this.#path);
    for (const program of ['dirname', 'readlink']) {
      requireProgram(program, 'coreutils');
      symlinkSync(`/usr/bin/${program}`, join(this.#path, program));
    }
  }

  write(path: string, text: string): this {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
    return this;
  }

  /** Lays this test's own Node at a path below or beside the installation. */
  node(path: string): this {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    symlinkSync(process.execPath, join(this.root, path));
    return this;
  }

  /** Puts a `node` on PATH that only knows its version. */
  nodeOnPath(version: string): this {
    writeFileSync(join(this.#path, 'node'), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(this.#path, 'node'), 0o755);
    return this;
  }

  realNodeOnPath(): this {
    symlinkSync(process.execPath, join(this.#path, 'node'));
    return this;
  }

  /** A chain of links to the launcher, the last one relative, in a directory of its own. */
  linked(): string {
    mkdirSync(this.#dir.join('links', 'bin'), { recursive: true });
    symlinkSync(this.launcher, this.#dir.join('links', 'first'));
    symlinkSync('../first', this.#dir.join('links', 'bin', 'birler'));
    return this.#dir.join('links', 'bin', 'birler');
  }

  run(args: readonly string[] = [], launcher = this.launcher) {
    return spawnSync(launcher, args, { cwd: '/', env: { PATH: this.#path }, encoding: 'utf8' });
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }

  #copy(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  }
}

const PINNED = 'node_modules/node/bin/node';

describe('bin/birler', () => {
  it('runs the sources under the pinned Node, as the same process, with nothing said on stderr', () => {
    using installation = new Installation();
    const ran = installation
      .node(PINNED)
      .nodeOnPath('v20.20.2')
      .write('src/main.ts', programSaying('sources'))
      .write('dist/birler.mjs', programSaying('bundle'))
      .run(['run', '--logs', 'a b', '']);
    expect(ran).toMatchObject({ status: 7, stderr: '' });
    expect(JSON.parse(ran.stdout)).toEqual([
      'sources',
      ran.pid,
      process.execPath,
      ['run', '--logs', 'a b', ''],
    ]);
  });

  it('finds its way through symbolic links, from any directory', () => {
    using installation = new Installation();
    installation.node(PINNED).write('src/main.ts', programSaying('sources'));
    expect(installation.run(['x'], installation.linked())).toMatchObject({ status: 7, stderr: '' });
  });

  it('runs the bundle where there are no sources, under a Node that npm put beside the package', () => {
    using installation = new Installation();
    const ran = installation
      .node('../node/bin/node')
      .write('dist/birler.mjs', programSaying('bundle').replace(': string', ''))
      .run();
    expect(ran).toMatchObject({
      status: 7,
      stderr: '',
      stdout: expect.stringContaining('"bundle"') as string,
    });
  });

  it('takes the Node on PATH when that is new enough', () => {
    using installation = new Installation();
    installation.realNodeOnPath().write('src/main.ts', programSaying('sources'));
    expect(installation.run()).toMatchObject({ status: 7, stderr: '' });
  });

  it.each<[string, string, (installation: Installation) => Installation]>([
    ['the Node on PATH is too old', 'the node on PATH is v20.20.2', (each) => each.nodeOnPath('v20.20.2')],
    [
      'the Node on PATH is something else',
      'no version that we understand',
      (each) => each.nodeOnPath('hello'),
    ],
    ['there is no Node at all', "run 'npm ci' in", (each) => each],
    [
      'npm was not allowed to run scripts',
      '--ignore-scripts',
      (each) => each.write('node_modules/node/package.json', '{}').nodeOnPath('v25.0.0'),
    ],
    ['the pinned Node is an empty file', '--ignore-scripts', (each) => each.write(PINNED, '')],
  ])('says in one line what to do when %s, and ends with status 2', (_, words, prepare) => {
    using installation = new Installation();
    const ran = prepare(installation.write('src/main.ts', '')).run();
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^birler: [^\n]+\n$/);
    expect(ran.stderr).toContain(words);
  });

  it('says so when there is no program', () => {
    using installation = new Installation();
    const ran = installation.node(PINNED).run();
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^birler: neither src\/main\.ts nor dist\/birler\.mjs is in [^\n]+\n$/);
  });
});
