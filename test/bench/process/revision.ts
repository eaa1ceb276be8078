import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { builtProgram, type Program } from './program.ts';

/**
 * Another revision of this repository, built: checked out beside us, with our node_modules if it wants the same packages,
 * else with its own. The checkout stays until the end, because the revision's own Node is in it.
 */
export class Revision implements Disposable {
  readonly program: Program;
  readonly #root: string;
  readonly #checkout: string;

  constructor(root: string, revision: string, directory: string) {
    this.#root = root;
    this.#checkout = join(directory, 'revision');
    const commit = git(root, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).trim();
    mkdirSync(directory, { recursive: true });
    git(root, 'worktree', 'add', '--detach', '--force', this.#checkout, commit);
    try {
      if (!existsSync(join(this.#checkout, 'scripts/build.ts')))
        throw new Error(`${revision} has no scripts/build.ts: it is too old to be built`);
      provideModules(root, this.#checkout);
      this.program = builtProgram(this.#checkout, revision, join(directory, 'built'));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    git(this.#root, 'worktree', 'remove', '--force', this.#checkout);
  }
}

const provideModules = (root: string, checkout: string): void => {
  const lockOf = (of: string): string => readFileSync(join(of, 'package-lock.json'), 'utf8');
  if (lockOf(root) === lockOf(checkout)) {
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
    return;
  }
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: checkout,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

export const git = (root: string, ...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
