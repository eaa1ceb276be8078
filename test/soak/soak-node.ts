import { Random } from '../simulation/random.ts';
import type { Account } from '../support/account.ts';
import { BackgroundLoad, Pace } from '../support/background-load.ts';
import { TempNode } from '../support/temp-node.ts';
import { CutFile } from './cut-file.ts';
import { SoakContainer } from './soak-container.ts';
import { Timetable } from './timetable.ts';

const CONTAINERS = 20;
const LINES_PER_SECOND = 2_000;
/** The plain file's share. */
const PLAIN_LINES_PER_SECOND = 100;
/** A kubelet takes a minute and more to remove what is dead; this one is in a hurry, but not faster than an agent starts. */
const REMOVED_AFTER_MS = 5_000;

export interface NodeCounts {
  rotations: number;
  restarts: number;
  podsDied: number;
}

/** The node of the soak: containers that write, rotate, restart and die, and a file that is cut. */
export class SoakNode implements AsyncDisposable {
  readonly node = new TempNode('birler-soak');
  readonly cutFile = new CutFile(this.node.logs);
  readonly counts: NodeCounts = { rotations: 0, restarts: 0, podsDied: 0 };
  readonly #random: Random;
  readonly #containers: SoakContainer[];
  readonly #onStream: (account: Account) => void;
  readonly #doomed: { readonly atMs: number; readonly remove: () => void }[] = [];
  readonly #plainPace = new Pace(PLAIN_LINES_PER_SECOND);
  readonly #churn: Timetable;
  readonly #cuts: Timetable;
  readonly #agentUpMs: () => number;
  #load: BackgroundLoad | undefined;
  #pods = 0;

  /**
   * @param onStream is told of each container stream when it begins
   * @param agentUpMs how long the agent has been up: nothing is removed that it had no chance to see
   */
  constructor(seed: number, onStream: (account: Account) => void, agentUpMs: () => number) {
    this.#random = new Random(seed);
    this.#onStream = onStream;
    this.#agentUpMs = agentUpMs;
    this.#churn = new Timetable(this.#random, 2_000, 6_000);
    this.#cuts = new Timetable(this.#random, 3_000, 8_000);
    onStream(this.cutFile.account);
    this.#containers = Array.from({ length: CONTAINERS }, () => this.#newContainer());
  }

  resume(): void {
    this.#load ??= new BackgroundLoad((elapsedMs) => this.#turn(elapsedMs));
  }

  /** Nothing is written any more once this has resolved. */
  async pause(): Promise<void> {
    const load = this.#load;
    this.#load = undefined;
    await load?.stop();
  }

  async #turn(elapsedMs: number): Promise<void> {
    for (const container of this.#containers) {
      if (await container.turn(elapsedMs)) this.counts.rotations++;
    }
    this.cutFile.write(this.#plainPace.due(elapsedMs));
    if (this.#cuts.isDue()) this.cutFile.copyTruncate(this.#random);
    if (this.#churn.isDue()) this.#endOne();
    this.#removeDoomed();
  }

  /** One container ends: its pod is replaced by another, or it starts again in the same one. */
  #endOne(): void {
    const at = this.#random.between(0, this.#containers.length - 1);
    const container = this.#containers[at];
    if (container === undefined) return;
    if (this.#random.chance(0.5)) {
      const dead = container.restart();
      this.#doom(() => dead.removeFiles());
      this.counts.restarts++;
    } else {
      container[Symbol.dispose]();
      this.#doom(() => container.removeFiles());
      this.#containers[at] = this.#newContainer();
      this.counts.podsDied++;
    }
  }

  #newContainer(): SoakContainer {
    const pod = this.node.pod({ namespace: this.#random.pick(NAMESPACES), name: `app-${this.#pods++}` });
    const linesPerSecond = (LINES_PER_SECOND - PLAIN_LINES_PER_SECOND) / CONTAINERS;
    return new SoakContainer(pod, linesPerSecond, this.#random, this.#onStream);
  }

  #doom(remove: () => void): void {
    this.#doomed.push({ atMs: performance.now() + REMOVED_AFTER_MS, remove });
  }

  #removeDoomed(): void {
    if (this.#agentUpMs() < REMOVED_AFTER_MS) return;
    while ((this.#doomed[0]?.atMs ?? Number.POSITIVE_INFINITY) <= performance.now()) {
      this.#doomed.shift()?.remove();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause();
    for (const container of this.#containers) container[Symbol.dispose]();
    this.cutFile[Symbol.dispose]();
    this.node[Symbol.dispose]();
  }
}

const NAMESPACES = ['shop', 'payments', 'data', 'ingress'] as const;
