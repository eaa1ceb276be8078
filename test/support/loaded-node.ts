import type { Account } from './account.ts';
import { BackgroundLoad, Pace } from './background-load.ts';
import { TempNode } from './temp-node.ts';
import { WrittenContainer } from './written-container.ts';

export interface LoadOptions {
  readonly containers: number;
  /** Of all containers together. */
  readonly linesPerSecond: number;
  /** A container's log is rotated each time it has got this many lines. */
  readonly rotateEveryLines: number;
  /** The kubelet's containerLogMaxFiles. */
  readonly maxFiles?: number;
}

interface LoadedContainer {
  readonly written: WrittenContainer;
  readonly pace: Pace;
  linesSinceRotation: number;
  /** Rotated generations, and how many messages had been written when each was closed. */
  readonly closedAt: Map<string, number>;
  /** Generations that were closed before this count may be deleted. */
  mayDeleteBefore: number;
}

/** A node whose containers write and rotate in the background, while a test does things to the agent. */
export class LoadedNode implements AsyncDisposable {
  readonly node = new TempNode('birler-load');
  readonly #options: LoadOptions;
  readonly #containers: LoadedContainer[];
  #load: BackgroundLoad | undefined;
  #rotations = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#containers = Array.from({ length: options.containers }, (_, index) => ({
      written: new WrittenContainer(this.node.container(`app${index}`)),
      pace: new Pace(options.linesPerSecond / options.containers),
      linesSinceRotation: Math.floor((index * options.rotateEveryLines) / options.containers),
      closedAt: new Map<string, number>(),
      mayDeleteBefore: options.maxFiles === undefined ? 0 : Number.POSITIVE_INFINITY,
    }));
  }

  get accounts(): Account[] {
    return this.#containers.map(({ written }) => written.account);
  }

  get written(): number {
    return this.accounts.reduce((sum, account) => sum + account.count, 0);
  }

  get rotations(): number {
    return this.#rotations;
  }

  resume(): void {
    this.#load ??= new BackgroundLoad((elapsedMs) => this.#turn(elapsedMs));
  }

  async pause(): Promise<void> {
    const load = this.#load;
    this.#load = undefined;
    await load?.stop();
  }

  /** What is rotated by now has been delivered for good: the kubelet's deletion cannot take it from the agent. */
  allowDeletionUpToHere(): void {
    for (const container of this.#containers) container.mayDeleteBefore = container.written.account.count;
  }

  async #turn(elapsedMs: number): Promise<void> {
    for (const container of this.#containers) {
      const due = container.pace.due(elapsedMs);
      container.written.write(due);
      container.linesSinceRotation += due;
      if (container.linesSinceRotation >= this.#options.rotateEveryLines) await this.#rotate(container);
    }
  }

  async #rotate(container: LoadedContainer): Promise<void> {
    container.linesSinceRotation = 0;
    const { rotatedTo } = await container.written.rotate({
      ...(this.#options.maxFiles === undefined ? {} : { maxFiles: this.#options.maxFiles }),
      mayDelete: (path) => {
        const closedAt = container.closedAt.get(path.replace(/\.gz$/, ''));
        return closedAt !== undefined && closedAt <= container.mayDeleteBefore;
      },
    });
    container.closedAt.set(rotatedTo, container.written.account.count);
    this.#rotations++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause();
    for (const { written } of this.#containers) written[Symbol.dispose]();
    this.node[Symbol.dispose]();
  }
}
