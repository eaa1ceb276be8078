import { copyFileSync, existsSync, renameSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../simulation/random.ts';
import { Account } from '../support/account.ts';
import { PlainWriter } from '../support/plain-writer.ts';

const KEPT_COPIES = 3;

/**
 * A plain file that somebody rotates with copytruncate. What its program writes after the copy and before the truncation
 * is in no file any more: it may be lost, unless the agent read it in that moment. Such lines are counted as exposed.
 */
export class CutFile implements Disposable {
  readonly account: Account;
  readonly #writer: PlainWriter;
  #cuts = 0;
  #exposedLines = 0;

  constructor(directory: string) {
    const name = 'legacy.log';
    this.account = new Account(`file/${name}`);
    this.#writer = new PlainWriter(join(directory, name), this.account);
  }

  get cuts(): number {
    return this.#cuts;
  }

  /** Lines that may be missing without anybody's fault. */
  get exposedLines(): number {
    return this.#exposedLines;
  }

  write(lines: number): void {
    this.#writer.write(lines);
  }

  /** Half of the time the program writes on while it is being rotated. */
  copyTruncate(random: Random): void {
    const { path } = this.#writer;
    for (let age = KEPT_COPIES - 1; age > 0; age--) {
      if (existsSync(`${path}.${age}`)) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
    }
    copyFileSync(path, `${path}.1`);
    const exposed = random.chance(0.5) ? random.between(1, 20) : 0;
    this.write(exposed);
    truncateSync(path);
    this.#cuts++;
    this.#exposedLines += exposed;
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
  }
}
