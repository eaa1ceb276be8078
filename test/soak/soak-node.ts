import { Random } from '../simulation/random.ts';
import type { Account } from '../support/account.ts';
import { BackgroundLoad, Pace } from '../support/background-load.ts';
import type { TempNode } from '../support/temp-node.ts';
import { CutFile } from './cut-file.ts';
import { SoakContainer } from './soak-container.ts';
import { Timetable } from './timetable.ts';

const CONTAINERS = 20;
const LINES_PER_SECOND = 2_000;
/** The plain file's share. */
const PLAIN_LINES_PER_SECOND = 100;
/** A kubelet takes a minute and more to remove what is dead; this one is in a hurry, but not faster than an agent starts. */
const REMOVED_AFTER_MS = 5_000;

const CHURN_MS = { least: 2_000, most: 6_000 };
const CUT_MS = { least: 3_000, most: 8_000 };
const NAMESPACES = ['shop', 'payments', 'data', 'ingress'] as const;

interface Surroundings {
  /** Is told of each stream when it begins. */
  readonly onStream: (account: Account) => void;
  /** How long the agent has been up: nothing is removed that it had no chance to see. */
  readonly agentUpMs: () => number;
}

export interface NodeCounts {
  rotations: number;
  restarts: number;
  podsDied: number;
}

/** The node of the soak: containers that write, rotate, restart and die, and a file that is cut. */
export class SoakNode implements AsyncDisposable {
  readonly cutFile: CutFile;
  readonly counts: NodeCounts = { rotations: 0, restarts: 0, podsDied: 0 };
  readonly #temp: TempNode;
  readonly #random: Random;
  readonly #surroundings: Surroundings;
  readonly #containers: SoakContainer[];
  readonly #doomed: { readonly atMs: number; readonly remove: () => void }[] = [];
  readonly #plainPace = new Pace(PLAIN_LINES_PER_SECOND);
  readonly #churn: Timetable;
  readonly #cuts: Timetable;
  #load: BackgroundLoad | undefined;
  #pods = 0;

  constructor(temp: TempNode, seed: number, surroundings: Surroundings) {
    this.#temp = temp;
    this.#random = new Random(seed);
    this.#surroundings = surroundings;
    this.cutFile = new CutFile(temp.logs);
    this.#churn = new Timetable(this.#random, CHURN_MS.least, CHURN_MS.most);
    this.#cuts = new Timetable(this.#random, CUT_MS.least, CUT_MS.most);
    surroundings.onStream(this.cutFile.account);
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
    const pod = this.#temp.pod({ namespace: this.#random.pick(NAMESPACES), name: `app-${this.#pods++}` });
    const linesPerSecond = (LINES_PER_SECOND - PLAIN_LINES_PER_SECOND) / CONTAINERS;
    return new SoakContainer(pod, linesPerSecond, this.#random, this.#surroundings.onStream);
  }

  #doom(remove: () => void): void {
    this.#doomed.push({ atMs: performance.now() + REMOVED_AFTER_MS, remove });
  }

  #removeDoomed(): void {
    if (this.#surroundings.agentUpMs() < REMOVED_AFTER_MS) return;
    while ((this.#doomed[0]?.atMs ?? Number.POSITIVE_INFINITY) <= performance.now()) {
      this.#doomed.shift()?.remove();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause();
    for (const container of this.#containers) container[Symbol.dispose]();
    this.cutFile[Symbol.dispose]();
  }
}
