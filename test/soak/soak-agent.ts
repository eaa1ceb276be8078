import { existsSync, renameSync } from 'node:fs';
import { NodeAgent } from '../support/node-agent.ts';
import { openPaths, usageOf } from '../support/process-usage.ts';
import type { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';

const STOP_MS = 60_000;

/** What the agent took from the machine, over all of its lives. */
export interface Footprint {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly descriptors: number;
  readonly cpuSeconds: number;
}

/** The agent of a soak: one after the other, ended cleanly or by kill -9. */
export class SoakAgent implements AsyncDisposable {
  readonly #node: TempNode;
  #agent: NodeAgent;
  #footprint: Footprint = { rssBytes: 0, peakRssBytes: 0, descriptors: 0, cpuSeconds: 0 };
  #cpuOfTheDead = 0;
  kills = 0;
  restarts = 0;

  constructor(node: TempNode) {
    this.#node = node;
    this.#agent = new NodeAgent(node);
  }

  get footprint(): Footprint {
    return this.#footprint;
  }

  /** Looks at the process; throws if it ended by itself. */
  measure(): Footprint {
    if (!this.#agent.isRunning)
      throw new Error(`the agent ended by itself:\n${this.#agent.stderr.slice(-4_000)}`);
    const now = usageOf(this.#agent.pid);
    this.#footprint = {
      ...now,
      peakRssBytes: Math.max(this.#footprint.peakRssBytes, now.peakRssBytes),
      cpuSeconds: this.#cpuOfTheDead + now.cpuSeconds,
    };
    return this.#footprint;
  }

  async killHard(): Promise<void> {
    this.#bury();
    await this.#agent.killHard();
    this.kills++;
  }

  async stop(): Promise<void> {
    this.#bury();
    const { code } = await this.#agent.stop(STOP_MS);
    if (code !== 0) throw new Error(`the agent ended with ${code}:\n${this.#agent.stderr.slice(-4_000)}`);
    this.restarts++;
  }

  /** Starts the next agent and waits until it delivers: the node writes all the time. */
  async start(): Promise<void> {
    const before = this.delivered;
    this.#agent = new NodeAgent(this.#node);
    await this.untilDelivering(before);
  }

  async untilDelivering(before: number): Promise<void> {
    await this.#agent.until('the agent delivers', () => this.delivered !== before, STOP_MS);
  }

  /** Lines in the output that is written now. */
  get delivered(): number {
    return this.#agent.delivered;
  }

  /** Moves the output away and lets the agent open a new one. Returns where the old one is. */
  async rotateOutput(): Promise<string> {
    const moved = `${this.#node.output}.moved`;
    renameSync(this.#node.output, moved);
    this.#agent.signal('SIGHUP');
    await until(
      'the output is opened anew',
      () => existsSync(this.#node.output) && !openPaths(this.#agent.pid).includes(moved),
    );
    return moved;
  }

  #bury(): void {
    this.#cpuOfTheDead = this.measure().cpuSeconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent[Symbol.asyncDispose]();
  }
}
