import { deepEqual } from 'node:assert/strict';
import { pino } from 'pino';
import * as z from 'zod';
import type { CheckpointState } from '../../src/checkpoint/state.ts';
import { readCheckpoint } from '../../src/checkpoint/store.ts';
import type { Config, LimitsConfig, SourcesConfig } from '../../src/config/config.ts';
import { KERNEL_CHOICES } from '../../src/core/kernel.ts';
import type { PodSource } from '../../src/core/pod.ts';
import { type ReloadOutcome, type RunningAgent, startAgent } from '../../src/index.ts';
import { createSink } from '../../src/sinks/catalog.ts';
import type { AgentSnapshot } from '../../src/telemetry/snapshot.ts';
import type { Faults, UnfinishedWrites } from './fake-process.ts';
import { FakeWorld, type FakeWorldOptions, type RunningProcess } from './fake-system.ts';
import { NO_KUBERNETES } from './no-kubernetes.ts';
import { ScenarioLog } from './scenario-log.ts';
import { parseRecords, type ScenarioRecord, type ScenarioSink } from './scenario-output.ts';

/**
 * A node with logs, an agent on it, and time that moves when the test says so. A scenario reads like the sentence it shows:
 *
 *   const node = new Scenario();
 *   const log = node.file('app.log');
 *   log.write('one');
 *   await node.start();
 *   log.rotate();
 *   log.write('two');
 *   await node.delivers('one', 'two');
 */
export interface ScenarioOptions {
  readonly startAt?: Config['startAt'];
  readonly limits?: Partial<LimitsConfig>;
  readonly sources?: Partial<SourcesConfig>;
  readonly world?: Omit<FakeWorldOptions, 'faults'>;
  /** Outputs whose destination the test holds in its hand; default: one exact file. */
  readonly sinks?: Readonly<Record<string, ScenarioSink>>;
  readonly checkpointIntervalMs?: number;
  /** Who knows the pods; default: nobody. */
  readonly pods?: PodSource;
  readonly multiline?: Partial<Config['multiline']>;
  readonly transforms?: Config['transforms'];
}

export const LOGS = '/var/log/containers';
export const PODS = '/var/log/pods';
export const STATE = '/state';
const OUT = '/out';
const FILE_OUTPUT = 'out';
const GRACE_MS = 3000;
/** Longer than any pause that the agent makes: rescans, settling, back-off. */
const PATIENCE_MS = 60_000;
const STEP_MS = 100;
/** What comes late or twice comes within two rescans. */
const AFTERTHOUGHT_MS = 12_000;

export class Scenario {
  readonly world: FakeWorld;
  readonly config: Config;
  /** What the agent's own log said, one message a line. */
  readonly said: string[] = [];
  /** What goes wrong with the agent's file calls; a test may set it at any time. */
  readonly faults: { -readonly [Part in keyof Faults]: Faults[Part] } = {};
  readonly #sinks: Readonly<Record<string, ScenarioSink>>;
  readonly #pods: PodSource | undefined;
  #running: RunningProcess | undefined;
  #agent: RunningAgent | undefined;
  #exit: { readonly code: number } | { readonly error: unknown } | undefined;

  constructor(options: ScenarioOptions = {}) {
    this.world = new FakeWorld({ ...options.world, faults: this.faults });
    this.#sinks = options.sinks ?? {};
    this.#pods = options.pods;
    this.config = configOf(options);
    for (const directory of [LOGS, PODS, STATE, OUT]) this.world.disk.makeDirectory(directory);
  }

  // ---- logs

  /** A plain log in the logs directory, of raw lines unless said otherwise. */
  file(name: string, format: 'cri' | 'raw' = 'raw'): ScenarioLog {
    return new ScenarioLog(this.world, `${LOGS}/${name}`, name, format);
  }

  /** A container's log where the kubelet puts it, with its link. */
  container(pod: string, restart = 0, uid = `uid-${pod}`): ScenarioLog {
    const directory = `${PODS}/shop_${pod}_${uid}/app`;
    this.world.disk.makeDirectory(directory);
    const log = new ScenarioLog(this.world, `${directory}/${restart}.log`, `${pod}#${restart}`, 'cri');
    log.reopen();
    const link = `${LOGS}/${pod}_shop_app-${`${restart}`.padStart(64, 'c')}.log`;
    if (this.world.disk.inodeAt(link, false) !== undefined) this.world.disk.unlink(link);
    this.world.disk.symlink(log.path, link);
    return log;
  }

  // ---- the agent

  /** Starts the agent and lets it look at what is there. */
  async start(once = false): Promise<void> {
    const running = this.world.start();
    this.#running = running;
    this.#exit = undefined;
    const { config } = this;
    const agent = startAgent({
      config,
      system: running.system,
      logger: pino({ level: 'debug' }, { write: (line: string) => this.#hear(line) }),
      once,
      ...(this.#pods && { podSource: this.#pods }),
      sinkFactory: (output, onClosed) =>
        this.#sinks[output.name] ?? createSink(output, running.system, onClosed),
    });
    this.#agent = agent;
    agent.done.then(
      (code) => {
        this.#exit = { code };
      },
      (error: unknown) => {
        this.#exit = { error };
      },
    );
    await this.world.clock.settle();
  }

  /** Puts another configuration in force, as a reload does. */
  async reload(change: Partial<Config>): Promise<ReloadOutcome> {
    const next = { ...this.config, ...change };
    const told: { outcome?: ReloadOutcome } = {};
    const reloading = this.#agent?.reload(next).then((outcome) => {
      told.outcome = outcome;
    });
    await this.#until(() => told.outcome !== undefined, 'the configuration is in force, or refused');
    await reloading;
    if (told.outcome === undefined) throw new Error('no agent was started');
    return told.outcome;
  }

  /** How the running agent does. */
  async snapshot(): Promise<AgentSnapshot> {
    if (this.#agent === undefined) throw new Error('no agent was started');
    return (await this.#agent.overview()).snapshot();
  }

  /** Stops cleanly, and demands that nothing is left open. Returns how long it took, ms. */
  async stop(): Promise<number> {
    const begunMs = this.world.clock.monotonic;
    this.#agent?.stop();
    await this.ends();
    return this.world.clock.monotonic - begunMs;
  }

  /** Waits until the agent has ended by itself, with exit code 0. */
  async ends(): Promise<void> {
    await this.#until(() => this.#exit !== undefined, 'the agent ends');
    deepEqual(this.#exit, { code: 0 });
    deepEqual(this.openPaths, []);
    this.#running?.crash();
    this.#running = undefined;
  }

  /** kill -9 */
  crash(unfinished: UnfinishedWrites = 'lost'): void {
    this.#running?.crash(unfinished);
    for (const sink of Object.values(this.#sinks)) sink.hangUp();
    this.#running = undefined;
  }

  /** Why it did not start, or died. */
  async fails(): Promise<unknown> {
    await this.#until(() => this.#exit !== undefined, 'the agent fails');
    return this.#exit !== undefined && 'error' in this.#exit ? this.#exit.error : undefined;
  }

  /** Lets time pass. The agent must survive it. */
  async pass(ms: number): Promise<void> {
    await this.world.clock.advance(ms);
    if (this.#running !== undefined && this.#exit !== undefined && 'error' in this.#exit)
      throw this.#exit.error;
  }

  /** Paths of the logs (and of the state and output files) that the agent holds open. */
  get openPaths(): readonly string[] {
    return this.#running?.process.openFiles.map((file) => file.path) ?? [];
  }

  get openLogs(): number {
    return this.openPaths.filter((path) => path.startsWith('/var/log/')).length;
  }

  // ---- what arrived

  /** All records of an output so far, without gaps. */
  records(output = this.#firstOutput): readonly ScenarioRecord[] {
    return this.#everything(output).filter((record) => record.gap === undefined);
  }

  texts(output?: string): readonly string[] {
    return this.records(output).map((record) => record.text);
  }

  textsOf(log: ScenarioLog, output?: string): readonly string[] {
    return this.records(output)
      .filter((record) => record.origin === log.origin)
      .map((record) => record.text);
  }

  /** Losses told in an output: `truncated 12`. */
  gaps(output = this.#firstOutput): readonly string[] {
    return this.#everything(output).flatMap(({ gap }) =>
      gap === undefined ? [] : [`${gap.reason} ${gap.bytes ?? '?'}`],
    );
  }

  /** Waits until exactly these messages have arrived, in this order, nothing else comes after, and nothing is lost. */
  async delivers(...messages: readonly string[]): Promise<void> {
    await this.deliversBut([], ...messages);
  }

  /** The same, but for these losses, which are told. */
  async deliversBut(gaps: readonly string[], ...messages: readonly string[]): Promise<void> {
    await this.#settleOn(() => this.texts(), messages);
    deepEqual(this.gaps(), gaps);
  }

  async deliversTo(output: string, ...messages: readonly string[]): Promise<void> {
    await this.#settleOn(() => this.texts(output), messages);
  }

  /** The same for the records of one log. */
  async deliversOf(log: ScenarioLog, ...messages: readonly string[]): Promise<void> {
    await this.#settleOn(() => this.textsOf(log), messages);
    deepEqual(this.gaps(), []);
  }

  /** The checkpointed ledger of an output, as `reason bytes`; after a stop. */
  async ledger(output = this.#firstOutput): Promise<readonly string[]> {
    const { outputs } = await this.checkpoint();
    const { gaps } = ledgerSchema.parse(outputs.get(output)?.ledger);
    return gaps.map(({ reason, bytes }) => `${reason} ${bytes}`);
  }

  async checkpoint(): Promise<CheckpointState> {
    const reading = readCheckpoint(this.world.start().system.files, STATE);
    await this.world.clock.settle();
    return reading;
  }

  /** Lets time pass until the condition holds. */
  async until(condition: () => boolean, what = 'the condition'): Promise<void> {
    await this.#until(condition, what);
  }

  get #firstOutput(): string {
    return this.config.outputs[0]?.name ?? FILE_OUTPUT;
  }

  #everything(output: string): readonly ScenarioRecord[] {
    const sink = this.#sinks[output];
    if (sink !== undefined) return parseRecords(sink.received);
    const inode = this.world.disk.inodeAt(`${OUT}/${output}.jsonl`);
    return inode === undefined ? [] : parseRecords(this.world.disk.content(inode).toString());
  }

  async #settleOn(actual: () => readonly string[], expected: readonly string[]): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS && actual().length < expected.length; waited += STEP_MS) {
      await this.pass(STEP_MS);
    }
    if (this.#running !== undefined) await this.pass(AFTERTHOUGHT_MS);
    deepEqual(actual(), expected);
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !condition(); waited += STEP_MS) {
      if (waited > PATIENCE_MS) throw new Error(`waited ${PATIENCE_MS} ms in vain: ${what}`);
      await this.world.clock.advance(STEP_MS);
    }
  }

  #hear(line: string): void {
    const { msg } = z.object({ msg: z.string() }).parse(JSON.parse(line));
    this.said.push(msg);
  }
}

const ledgerSchema = z.object({ gaps: z.array(z.object({ reason: z.string(), bytes: z.number() })) });

const configOf = ({
  startAt,
  limits,
  sources,
  sinks,
  checkpointIntervalMs,
  multiline,
  transforms,
}: ScenarioOptions): Config => ({
  sources: {
    logsDirectory: LOGS,
    podsDirectory: PODS,
    include: [],
    exclude: [],
    files: { include: ['*.log'], exclude: [] },
    rescanIntervalMs: 5000,
    watch: 'auto',
    ownPod: null,
    ...sources,
  },
  startAt: startAt ?? 'beginning',
  limits: {
    inFlightBytes: 256 * 1024,
    lineBytes: 1024,
    openFiles: 256,
    heldDeletedBytes: 1_000_000_000,
    readShareBytes: 8192,
    partialBytes: 1_000_000,
    partialAgeMs: 5000,
    recordsPerBatch: 256,
    ratePerPodBytes: 0,
    onExcess: 'delay',
    ...limits,
  },
  multiline: { mode: '', waitMs: 500, lines: 2000, bytes: 1024, ...multiline },
  transforms: transforms ?? [],
  kubernetes: NO_KUBERNETES,
  state: { directory: STATE, checkpointIntervalMs: checkpointIntervalMs ?? 1000, sync: true },
  host: 'node-1',
  kernel: KERNEL_CHOICES.find((choice) => choice === process.env['BIRLER_TEST_KERNEL']) ?? 'wasm',
  graceMs: GRACE_MS,
  http: undefined,
  log: { level: 'silent', format: 'json' },
  reload: 'off',
  outputs: (sinks === undefined ? [FILE_OUTPUT] : Object.keys(sinks)).map((name) => ({
    type: 'file',
    name,
    path: `${OUT}/${name}.jsonl`,
    mode: 0o640,
    format: 'json',
    recordId: false,
    gap: 'records',
    color: false,
  })),
});
