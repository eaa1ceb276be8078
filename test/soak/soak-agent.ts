import { type AgentStatus, readStatus } from '../support/agent-status.ts';
import { agentFlags, collectOnce, NodeAgent } from '../support/node-agent.ts';
import { type ProcessUsage, usageOf } from '../support/process-usage.ts';
import type { TempNode } from '../support/temp-node.ts';

/** What the agent took from the node, over all of its lives. */
export interface AgentUsage {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly descriptors: number;
  readonly mostDescriptors: number;
  /** Share of one core while it was up. */
  readonly cpuShare: number;
  readonly cleanStops: number;
  readonly kills: number;
  /** What it took more than it may. */
  readonly excesses: readonly string[];
}

/** What an agent over twenty containers may take; the descriptors are for all generations of their logs. */
const MOST_RSS_BYTES = 200 << 20;
const MOST_DESCRIPTORS = 250;

const NONE: ProcessUsage = { rssBytes: 0, peakRssBytes: 0, descriptors: 0, cpuSeconds: 0 };
const LEVELS_THAT_MATTER = 40;
const STARTING_MS = 2_000;

/** The agent of the soak, life after life over the same state. */
export class SoakAgent implements AsyncDisposable {
  readonly #node: TempNode;
  readonly #said = new Map<string, number>();
  #life: NodeAgent | undefined;
  #upSinceMs = 0;
  #now = NONE;
  #peakRssBytes = 0;
  #mostDescriptors = 0;
  #cpuSeconds = 0;
  #upSeconds = 0;
  #cleanStops = 0;
  #kills = 0;

  constructor(node: TempNode) {
    this.#node = node;
  }

  /** 0 while it is down. */
  get upMs(): number {
    return this.#life === undefined ? 0 : performance.now() - this.#upSinceMs;
  }

  get usage(): AgentUsage {
    const upSeconds = this.#upSeconds + this.upMs / 1_000;
    return {
      rssBytes: this.#now.rssBytes,
      peakRssBytes: this.#peakRssBytes,
      descriptors: this.#now.descriptors,
      mostDescriptors: this.#mostDescriptors,
      cpuShare: upSeconds === 0 ? 0 : (this.#cpuSeconds + this.#now.cpuSeconds) / upSeconds,
      cleanStops: this.#cleanStops,
      kills: this.#kills,
      excesses: [
        ...(this.#peakRssBytes > MOST_RSS_BYTES ? [`RSS was ${this.#peakRssBytes} bytes`] : []),
        ...(this.#mostDescriptors > MOST_DESCRIPTORS
          ? [`${this.#mostDescriptors} descriptors were open`]
          : []),
      ],
    };
  }

  /** Its warnings and errors by text, and how often each was said. */
  get said(): ReadonlyMap<string, number> {
    return this.#said;
  }

  start(): void {
    this.#life = new NodeAgent(this.#node, agentFlags(this.#node, '--log-level', 'warn'), { detached: true });
    this.#upSinceMs = performance.now();
  }

  /** Looks at what it takes. Throws if it has ended by itself, which it must never do. */
  sample(): void {
    if (this.#life === undefined) return;
    if (!this.#life.isRunning) throw new Error(`the agent ended by itself:\n${this.#life.stderr}`);
    const now = usageOf(this.#life.pid);
    // One that has only just started says nothing of the others.
    this.#now = this.upMs < STARTING_MS ? { ...this.#now, cpuSeconds: now.cpuSeconds } : now;
    this.#peakRssBytes = Math.max(this.#peakRssBytes, now.peakRssBytes);
    this.#mostDescriptors = Math.max(this.#mostDescriptors, now.descriptors);
  }

  async stop(): Promise<void> {
    this.sample();
    const isStarting = this.upMs < STARTING_MS;
    const exit = await this.#life?.stop();
    // A signal that comes before the program has begun to listen ends it as the kernel does: another kind of kill.
    const wasStarting = isStarting && exit?.signal === 'SIGTERM';
    if (exit !== undefined && exit.code !== 0 && !wasStarting) {
      throw new Error(`the agent ended with ${exit.code ?? exit.signal}:\n${this.#life?.stderr}`);
    }
    if (wasStarting) this.#kills++;
    else this.#cleanStops++;
    this.#buryLife();
  }

  async kill(): Promise<void> {
    this.sample();
    await this.#life?.killHard();
    this.#kills++;
    this.#buryLife();
  }

  /** Has everything that is there delivered, by an agent that ends when it has. */
  async deliverRest(): Promise<AgentStatus | undefined> {
    const { code, stderr } = await collectOnce(this.#node, '--log-level', 'warn');
    if (code !== 0) throw new Error(`birler run --once ended with ${code}:\n${stderr}`);
    this.#remember(stderr);
    return readStatus(this.#node.state);
  }

  #buryLife(): void {
    this.#upSeconds += this.upMs / 1_000;
    this.#cpuSeconds += this.#now.cpuSeconds;
    this.#remember(this.#life?.stderr ?? '');
    this.#now = { ...this.#now, cpuSeconds: 0 };
    this.#life = undefined;
  }

  #remember(stderr: string): void {
    for (const line of stderr.split('\n')) {
      if (line === '') continue;
      const text = messageIn(line);
      if (text !== undefined) this.#said.set(text, (this.#said.get(text) ?? 0) + 1);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life?.[Symbol.asyncDispose]();
  }
}

function messageIn(line: string): string | undefined {
  try {
    const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg: string };
    return level >= LEVELS_THAT_MATTER ? msg : undefined;
  } catch {
    return line; // Not of its log: Node itself has something to say, or a kill cut the line.
  }
}
