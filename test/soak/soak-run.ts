import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../simulation/random.ts';
import { TempNode } from '../support/temp-node.ts';
import { brokenPromises, Judge } from './judge.ts';
import { SoakAgent } from './soak-agent.ts';
import { SoakNode } from './soak-node.ts';
import type { SoakState } from './soak-report.ts';
import { Timetable } from './timetable.ts';

const LOOK_MS = 200;
const REPORT_MS = 30_000;
const KILL_MS = { least: 6_000, most: 20_000 };
const STOP_MS = { least: 10_000, most: 30_000 };
const MOST_DOWN_MS = 1_500;

/** One soak: the node, the agent, the judge, and what happens to the agent. */
export class SoakRun implements AsyncDisposable {
  readonly #temp = new TempNode('birler-soak');
  readonly #agent = new SoakAgent(this.#temp);
  readonly #judge = new Judge(this.#temp);
  readonly #random: Random;
  readonly #node: SoakNode;
  readonly #beganMs = performance.now();

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#node = new SoakNode(this.#temp, this.#random.seed(), {
      onStream: (account) => this.#judge.expect(account),
      agentUpMs: () => this.#agent.upMs,
    });
  }

  /** Warnings and errors of the agent by their text, and how often each was said. */
  get diagnostics(): ReadonlyMap<string, number> {
    return this.#agent.said;
  }

  /**
   * Runs for so long, or until the signal, or until a promise is broken.
   * @param onReport is told every half minute
   * @returns how it stands at the end
   */
  async run(
    durationMs: number,
    signal: AbortSignal,
    onReport: (state: SoakState) => void,
  ): Promise<SoakState> {
    const endMs = performance.now() + durationMs;
    for (;;) {
      await this.#live(Math.min(endMs, performance.now() + REPORT_MS), signal);
      const state = await this.#report();
      onReport(state);
      if (signal.aborted || state.broken.length > 0 || performance.now() >= endMs) return state;
    }
  }

  /** The writers write, and the agent is stopped and killed while they do. */
  async #live(untilMs: number, signal: AbortSignal): Promise<void> {
    const kills = new Timetable(this.#random, KILL_MS.least, KILL_MS.most);
    const stops = new Timetable(this.#random, STOP_MS.least, STOP_MS.most);
    this.#agent.start();
    this.#node.resume();
    while (performance.now() < untilMs && !signal.aborted) {
      await pause(LOOK_MS, undefined, { signal }).catch(() => undefined); // Interrupted: the loop sees it.
      this.#agent.sample();
      const isDying = kills.isDue();
      if (!isDying && !stops.isDue()) continue;
      if (isDying) await this.#agent.kill();
      else await this.#agent.stop();
      await pause(this.#random.between(0, MOST_DOWN_MS));
      this.#agent.start();
    }
  }

  async #report(): Promise<SoakState> {
    await this.#node.pause();
    await this.#agent.stop();
    const status = await this.#agent.deliverRest();
    const { cutFile } = this.#node;
    const judgement = this.#judge.judge(cutFile.account.stream, status);
    const { usage } = this.#agent;
    return {
      seconds: (performance.now() - this.#beganMs) / 1_000,
      node: this.#node,
      judgement,
      usage,
      broken: [...brokenPromises(judgement, cutFile.exposedLines), ...usage.excesses],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    await this.#agent[Symbol.asyncDispose]();
    this.#judge[Symbol.dispose]();
    this.#temp[Symbol.dispose]();
  }
}
