import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../simulation/random.ts';
import type { Account } from '../support/account.ts';
import { Pace } from '../support/background-load.ts';
import type { TempPod } from '../support/temp-node.ts';
import { WrittenContainer } from '../support/written-container.ts';

/** Between the kubelet's rename and the runtime's reopening. */
const GAP_MS = 5;
/** At 100 lines a second: every 2.5 to 5 seconds. */
const ROTATE_AFTER_LINES = { least: 250, most: 500 };

/** One container of the soak, in the pod where it runs at the moment. */
export class SoakContainer implements Disposable {
  readonly pod: TempPod;
  readonly #random: Random;
  readonly #pace: Pace;
  readonly #onStream: (account: Account) => void;
  #instance: WrittenContainer;
  #rotateAt: number;

  constructor(pod: TempPod, linesPerSecond: number, random: Random, onStream: (account: Account) => void) {
    this.pod = pod;
    this.#random = random;
    this.#pace = new Pace(linesPerSecond);
    this.#onStream = onStream;
    this.#instance = this.#newInstance(0);
    this.#rotateAt = this.#nextRotation();
  }

  /** @returns whether its log was rotated */
  async turn(elapsedMs: number): Promise<boolean> {
    this.#instance.write(this.#pace.due(elapsedMs));
    if (this.#instance.account.count < this.#rotateAt) return false;
    await this.#instance.rotate({
      inTheGap: async () => {
        this.#instance.write(this.#random.between(0, 3));
        await pause(GAP_MS);
        this.#instance.write(this.#random.between(0, 3));
      },
    });
    this.#rotateAt = this.#nextRotation();
    return true;
  }

  /** Ends and starts again under the next number. @returns the dead instance, whose files stay for a while */
  restart(): WrittenContainer {
    const dead = this.#instance;
    dead[Symbol.dispose]();
    dead.container.unlink();
    this.#instance = this.#newInstance(dead.container.restart + 1);
    this.#rotateAt = this.#nextRotation();
    return dead;
  }

  /** What the kubelet does when the pod is gone. */
  removeFiles(): void {
    this.#instance.removeFiles();
    this.pod.remove();
  }

  #newInstance(restart: number): WrittenContainer {
    const instance = new WrittenContainer(this.pod.container('app', restart));
    this.#onStream(instance.account);
    return instance;
  }

  #nextRotation(): number {
    const { least, most } = ROTATE_AFTER_LINES;
    return this.#instance.account.count + this.#random.between(least, most);
  }

  [Symbol.dispose](): void {
    this.#instance[Symbol.dispose]();
  }
}
