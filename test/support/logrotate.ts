import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { requireProgram } from './daemon.ts';
import type { TempDir } from './temp-dir.ts';

/** Rotates files with the system's real logrotate, under a configuration of the test's own. */
export class Logrotate {
  readonly #configuration: string;
  readonly #status: string;

  /** @param directives what stands between the braces, such as `copytruncate` */
  constructor(dir: TempDir, pattern: string, directives: readonly string[]) {
    requireProgram('logrotate', 'logrotate');
    this.#configuration = dir.join('logrotate.conf');
    this.#status = dir.join('logrotate.status');
    const lines = [
      `"${pattern}" {`,
      '  rotate 9',
      ...directives.map((directive) => `  ${directive}`),
      '}',
      '',
    ];
    writeFileSync(this.#configuration, lines.join('\n'), { mode: 0o600 });
  }

  /** One forced run. */
  rotate(): void {
    execFileSync('logrotate', ['--force', '--state', this.#status, this.#configuration], { stdio: 'pipe' });
  }
}
