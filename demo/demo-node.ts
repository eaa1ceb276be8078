import { BackgroundLoad } from '../test/support/background-load.ts';
import { TempNode, type TempPod } from '../test/support/temp-node.ts';
import { DemoContainer, type StreamHistory } from './demo-container.ts';
import { JOB, ROLES } from './roles.ts';

/** What happens on the node besides writing: first after, and then every so many milliseconds. */
const ROTATION_MS = { first: 600, every: 1_500 };
const BURST_MS = { first: 1_200, every: 4_000 };
const RESTART_MS = { first: 2_600, every: 12_000 };
const DEATH_MS = { first: 3_400, every: 9_000 };
const NEXT_JOB_AFTER_MS = 2_000;
const BURST_LINES = 60;
/** Written before the agent starts, a rotation after each part, so that it finds plain and compressed generations. */
const BACKLOG_PARTS = 3;
const BACKLOG_LINES = 4;

/** A node that lives in a temporary directory: its containers write, and things happen to their files. */
export class DemoNode implements AsyncDisposable {
  readonly node = new TempNode('birler-demo');
  readonly streams: StreamHistory[] = [];
  readonly #containers: DemoContainer[];
  #job: DemoContainer | undefined;
  #load: BackgroundLoad | undefined;
  #podsDied = 0;
  #jobs = 0;

  constructor() {
    const pods = new Map<string, TempPod>();
    this.#containers = ROLES.map((role) => {
      const pod = pods.get(role.pod) ?? this.node.pod({ namespace: role.namespace, name: role.pod });
      pods.set(role.pod, pod);
      return new DemoContainer(pod, role, this.#remember);
    });
    this.#job = this.#newJob();
  }

  get written(): number {
    return this.streams.reduce((sum, { account }) => sum + account.count, 0);
  }

  get podsDied(): number {
    return this.#podsDied;
  }

  /** What was there before the agent. */
  async writeBacklog(): Promise<void> {
    for (let part = 0; part < BACKLOG_PARTS; part++) {
      for (const container of this.#containers) container.say(BACKLOG_LINES);
      await this.#containers[0]?.rotate();
    }
  }

  start(): void {
    const isDueToRotate = schedule(ROTATION_MS);
    const isDueToBurst = schedule(BURST_MS);
    const isDueToRestart = schedule(RESTART_MS);
    const isDueToDie = schedule(DEATH_MS);
    const isDueForJob = schedule({ first: DEATH_MS.first + NEXT_JOB_AFTER_MS, every: DEATH_MS.every });
    const next = roundRobin(this.#containers);
    const nextToBurst = roundRobin(this.#containers.toReversed());
    const cart = this.#containers.find(({ pod }) => pod.name === 'cart-0');
    this.#load = new BackgroundLoad(async (elapsedMs) => {
      for (const container of this.#containers) container.turn(elapsedMs);
      this.#job?.turn(elapsedMs);
      if (isDueToRotate(elapsedMs)) await next().rotate();
      if (isDueToBurst(elapsedMs)) nextToBurst().say(BURST_LINES);
      if (isDueToRestart(elapsedMs)) cart?.restart();
      if (isDueToDie(elapsedMs)) this.#endJob();
      if (isDueForJob(elapsedMs)) this.#job = this.#newJob();
    });
  }

  /** Nothing is written any more once this has resolved. */
  async stop(): Promise<void> {
    const load = this.#load;
    this.#load = undefined;
    await load?.stop();
  }

  readonly #remember = (history: StreamHistory): void => {
    this.streams.push(history);
  };

  #newJob(): DemoContainer {
    const name = `nightly-report-2938${String(this.#jobs++).padStart(4, '0')}-c7v2d`;
    return new DemoContainer(this.node.pod({ namespace: JOB.namespace, name }), JOB, this.#remember);
  }

  #endJob(): void {
    this.#job?.die();
    this.#job = undefined;
    this.#podsDied++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const container of this.#containers) container[Symbol.dispose]();
    this.#job?.[Symbol.dispose]();
    this.node[Symbol.dispose]();
  }
}

/** Answers, turn by turn, whether the thing is due. */
function schedule({ first, every }: { first: number; every: number }): (elapsedMs: number) => boolean {
  let leftMs = first;
  return (elapsedMs) => {
    leftMs -= elapsedMs;
    if (leftMs > 0) return false;
    leftMs += every;
    return true;
  };
}

function roundRobin<T>(items: readonly T[]): () => T {
  let at = 0;
  return () => {
    const item = items[at++ % items.length];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  };
}
