import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from '../test/support/account.ts';
import { Pace } from '../test/support/background-load.ts';
import type { TempPod } from '../test/support/temp-node.ts';
import { WrittenContainer } from '../test/support/written-container.ts';
import type { Role } from './roles.ts';

/** What was done to one container stream. */
export interface StreamHistory {
  readonly account: Account;
  rotations: number;
}

/** Between the rename and the runtime's reopening of the path. */
const GAP_MS = 20;

/** A container that runs in its pod and, after a restart, runs again with the next number. */
export class DemoContainer implements Disposable {
  readonly pod: TempPod;
  readonly #role: Omit<Role, 'pod'>;
  readonly #pace: Pace;
  readonly #onStream: (history: StreamHistory) => void;
  #instance: WrittenContainer;
  #history: StreamHistory;

  constructor(pod: TempPod, role: Omit<Role, 'pod'>, onStream: (history: StreamHistory) => void) {
    this.pod = pod;
    this.#role = role;
    this.#pace = new Pace(role.linesPerSecond);
    this.#onStream = onStream;
    this.#instance = this.#newInstance(0);
    this.#history = this.#newHistory();
  }

  turn(elapsedMs: number): void {
    this.say(this.#pace.due(elapsedMs));
  }

  /** Writes at least `count` lines: a stack trace that was begun is written to its end. */
  say(count: number): void {
    const { account } = this.#instance;
    const { kindOf } = this.#role;
    const isTrace = (): boolean => ['java', 'python'].includes(kindOf(account.count));
    this.#instance.write(count);
    while (count > 0 && isTrace() && kindOf(account.count) === kindOf(account.count - 1)) {
      this.#instance.write(1);
    }
  }

  async rotate(): Promise<void> {
    const inTheGap = async (): Promise<void> => {
      this.say(1);
      await pause(GAP_MS);
      this.say(1);
    };
    await this.#instance.rotate({ inTheGap });
    this.#history.rotations++;
  }

  /** The container ends in the middle of its work and is started again: 0.log stays, 1.log begins, the link moves. */
  restart(): void {
    const old = this.#instance;
    this.say(5);
    old[Symbol.dispose]();
    old.container.unlink();
    this.#instance = this.#newInstance(old.container.restart + 1);
    this.#history = this.#newHistory();
    this.say(1);
  }

  /** Says something last, and then its files are gone, read or not. */
  die(): void {
    this.say(12);
    this.#instance[Symbol.dispose]();
    this.#instance.removeFiles();
    this.pod.remove();
  }

  #newInstance(restart: number): WrittenContainer {
    const { container, kindOf } = this.#role;
    const isStderr = (number: number): boolean => ['java', 'python'].includes(kindOf(number));
    return new WrittenContainer(this.pod.container(container, restart), { kindOf, isStderr });
  }

  #newHistory(): StreamHistory {
    const history = { account: this.#instance.account, rotations: 0 };
    this.#onStream(history);
    return history;
  }

  [Symbol.dispose](): void {
    this.#instance[Symbol.dispose]();
  }
}
