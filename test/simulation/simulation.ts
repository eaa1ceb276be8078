import type { FileCall } from '../support/fake-process.ts';
import { FakeWorld } from '../support/fake-system.ts';
import type { Action, UnfinishedWrites } from './actions.ts';
import { AgentHost, type AgentUnderTest } from './agent-host.ts';
import { Judge } from './judge.ts';
import type { LogLine } from './log-lines.ts';
import { LogRotation } from './log-rotation.ts';
import { LogWorld } from './log-world.ts';
import { LogWriter } from './log-writer.ts';
import { ModelDestination } from './model-destination.ts';
import { OutputAccount, type RecordIds } from './output-account.ts';
import { OutputWatch } from './output-watch.ts';
import { Random } from './random.ts';
import { DIRECTORIES, OUTPUT_DIRECTORY, outputPath, type Settings, STATE_DIRECTORY } from './settings.ts';
import { demandSameLedger } from './told-losses.ts';
import { Troubles } from './troubles.ts';
import { Violation } from './violation.ts';
import { WorldActions } from './world-actions.ts';

/** How finely time passes between looks at the outputs. */
const LOOK_MS = 500;
/** For how long everything must be well until everything must have arrived: longer than any back-off. */
const PATIENCE_MS = 120_000;
/** How long the agent may take to look at everything for the first time, and how many slow calls that takes. */
const FIRST_LOOK_MS = 2000;
const FIRST_CALLS = 20;
/** A copy that came late is read only when it has stood still for so long, and was then looked at again. */
const STANDS_STILL_MS = 5000;
/** To be sure that nothing comes twice. */
const AFTERTHOUGHT_MS = 1500;

/** One run: a world of logs, an agent in it, and a judge. */
export class Simulation {
  readonly #settings: Settings;
  readonly #world: FakeWorld;
  readonly #logs: LogWorld;
  readonly #host: AgentHost;
  readonly #judge: Judge;
  readonly #troubles: Troubles;
  readonly #actions: WorldActions;
  readonly #watches: ReadonlyMap<OutputAccount, OutputWatch>;
  readonly #destinations: ReadonlyMap<string, ModelDestination>;
  readonly #accounts: readonly OutputAccount[];
  #pending: { calls: number; readonly action: Action } | undefined;
  #hasLooked = false;

  constructor(settings: Settings, seed: number, agent: AgentUnderTest) {
    this.#settings = settings;
    const random = new Random(seed ^ 0xd15c);
    const { reusesInodes, directoryTimes, slowGunzip, config, modelOutputs } = settings;
    const troubles = new Troubles(
      (call) => this.#beforeCall(call),
      (inode, size) => {
        this.#logs.sees(inode, size);
        if (!troubles.hurtReads) this.#logs.seesCopy(inode, size);
      },
      // No draw of the random numbers, and with each kernel as often as without.
      seed % 4 >= 2,
    );
    const options = { reusesInodes, directoryTimes, slowGunzip, random: random.next, faults: troubles };
    this.#world = new FakeWorld(options);
    troubles.attach(this.#world);
    this.#troubles = troubles;
    for (const directory of DIRECTORIES) this.#world.disk.makeDirectory(directory);
    this.#logs = new LogWorld(
      this.#world,
      (inode) => this.#host.isAlive && this.#host.process?.holds(inode) === true,
      (life, wasCut) => this.#judge.gone(life, wasCut),
    );
    const ids: RecordIds = { byRecord: new Map(), byId: new Map() };
    const { lineBytes: maxMessageBytes, partialAgeMs } = config.limits;
    const { splitsFreely, treats: joinsLines } = settings;
    this.#accounts = config.outputs.map(
      ({ name }) =>
        new OutputAccount(this.#logs, {
          name,
          isExact: !modelOutputs.includes(name),
          maxMessageBytes,
          partialAgeMs,
          splitsFreely,
          joinsLines,
          ids,
        }),
    );
    const isModel = (account: OutputAccount): boolean => modelOutputs.includes(account.name);
    this.#watches = new Map(
      this.#accounts
        .filter((account) => !isModel(account))
        .map((account) => [account, new OutputWatch(this.#world.disk, outputPath(account.name), account)]),
    );
    this.#destinations = new Map(
      this.#accounts
        .filter(isModel)
        .map((account) => [account.name, new ModelDestination(this.#world.clock, account)]),
    );
    this.#judge = new Judge(this.#logs, this.#accounts, settings);
    this.#host = new AgentHost(this.#world, config, agent, this.#destinations);
    const writer = new LogWriter(this.#logs, config.limits.lineBytes, settings.treats);
    this.#actions = new WorldActions(this.#logs, writer, new LogRotation(this.#logs, writer));
  }

  async run(script: readonly Action[]): Promise<void> {
    for (const action of script) await this.#step(action);
    await this.#end();
  }

  async #step(action: Action): Promise<void> {
    if (this.#pending !== undefined) this.#happen(this.#pending.action);
    this.#pending = undefined;
    switch (action.kind) {
      case 'during':
        this.#pending = { calls: action.calls, action: action.action };
        return;
      case 'advance':
        await this.#advance(action.ms);
        break;
      case 'start':
        await this.#start();
        break;
      case 'stop':
        await this.#stop();
        break;
      case 'calm':
        await this.#calm();
        break;
      default:
        this.#happen(action);
        await this.#world.clock.settle();
    }
    this.#look();
  }

  /** What happens in an instant: to the world, or to the agent. */
  #happen(action: Action): void {
    switch (action.kind) {
      case 'crash':
        if (this.#host.isAlive) this.#crash(action.unfinished);
        return;
      case 'reload':
        this.#host.reload();
        return;
      case 'watcher':
        this.#world.watcher.mood = action.mood;
        return;
      case 'sink':
        for (const destination of this.#destinations.values()) destination.mood = action.mood;
        return;
      case 'diskFull':
        this.#troubles.fill(action.disk === 'output' ? OUTPUT_DIRECTORY : STATE_DIRECTORY, action.freeBytes);
        // Part of a parcel may stand in a full output: it counts as arrived only with the rest.
        this.#judge.stateTroubled();
        return;
      case 'diskFree':
        this.#troubles.free();
        this.#judge.stateWorks();
        return;
      case 'slowDisk':
        this.#troubles.slow(action.delayMs);
        if (action.delayMs > 0) this.#judge.stateTroubled();
        else this.#judge.stateWorks();
        return;
      case 'fault':
        this.#troubles.failReads(this.#logs.stream(action.stream)?.path, action.fault, action.ms);
        return;
      case 'stepWall':
        this.#world.clock.stepWall(action.ms);
        return;
      default:
        this.#actions.apply(action);
        this.#logs.noticeGone();
    }
  }

  /** Every call of the agent passes here: the world may act just before it. */
  #beforeCall(_call: FileCall): void {
    if (this.#pending === undefined || --this.#pending.calls > 0) return;
    const { action } = this.#pending;
    this.#pending = undefined;
    this.#happen(action);
  }

  #crash(unfinished: UnfinishedWrites): void {
    this.#host.crash(unfinished);
    this.#lookAtFiles();
    this.#judge.died(false);
    if (this.#world.disk.inodeAt(`${STATE_DIRECTORY}/snapshot`) === undefined) this.#startOver();
  }

  /**
   * The state directory was full before anything could be saved: nothing is known of what was delivered. A user would
   * clear the output; whoever follows from the end begins there again.
   */
  #startOver(): void {
    if (!this.#judge.isTroubled) return;
    this.#hasLooked = false;
    this.#judge.startOver();
    for (const name of this.#world.disk.names(OUTPUT_DIRECTORY)) {
      this.#world.disk.unlink(`${OUTPUT_DIRECTORY}/${name}`);
    }
    this.#lookAtFiles();
  }

  async #start(): Promise<void> {
    if (this.#host.isAlive) return;
    this.#judge.started();
    this.#host.start();
    await this.#world.clock.settle();
    if (this.#settings.config.startAt === 'end' && !this.#hasLooked) await this.#firstLook();
  }

  /** start_at end: what is written before the first checkpoint may be before or after the start. */
  async #firstLook(): Promise<void> {
    await this.#advance(FIRST_LOOK_MS + FIRST_CALLS * this.#troubles.delayMs());
    this.#judge.excuseAll();
    this.#hasLooked = this.#host.isAlive;
  }

  async #stop(): Promise<void> {
    if (!this.#host.isAlive) return;
    const ended = await this.#host.stop(() => this.#look());
    this.#look();
    if (ended) this.#judge.died(true);
  }

  async #advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      const step = Math.min(left, LOOK_MS);
      await this.#world.clock.advance(step);
      const isLooking = this.#host.isAlive && !this.#host.isReloading && !this.#troubles.hurtReads;
      if (isLooking) this.#logs.passVisible(step);
      if (this.#host.isAlive) this.#logs.noticeHeld();
      // The agent itself may have given up a file that it held.
      if (this.#settings.holdsLittle) this.#logs.noticeGone();
      this.#look();
    }
  }

  #look(): void {
    this.#host.checkRuns();
    const hasReloaded = this.#host.takeReloaded();
    for (const [account, lines] of this.#lookAtFiles())
      if (hasReloaded) this.#judge.takenBack(account, lines);
    for (const destination of this.#destinations.values()) destination.check();
  }

  /** What is gone from outputs that are files. */
  #lookAtFiles(): readonly (readonly [OutputAccount, readonly LogLine[]])[] {
    const { monotonic } = this.#world.clock;
    return [...this.#watches].map(([account, watch]) => [account, watch.look(monotonic)]);
  }

  /** Everything is well again: then everything must arrive. */
  async #calm(): Promise<void> {
    this.#troubles.heal();
    this.#judge.stateWorks();
    for (const destination of this.#destinations.values()) destination.mood = 'fine';
    await this.#start();
    await this.#waitForOwed();
    await this.#advance(AFTERTHOUGHT_MS);
    // A file that was given up meanwhile may have held an open record: that is handed out, or told, when its time is up.
    await this.#waitForOwed();
    this.#judge.demandAll();
  }

  async #waitForOwed(): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS && this.#judge.isOwed; waited += LOOK_MS) {
      await this.#advance(LOOK_MS);
    }
  }

  /** Writers finish what they began; all arrives; a clean restart adds nothing. */
  async #end(): Promise<void> {
    await this.#step({ kind: 'calm' });
    this.#actions.finishAll();
    await this.#step({ kind: 'calm' });
    await this.#advance(2 * this.#settings.config.sources.rescanIntervalMs + STANDS_STILL_MS);
    await this.#stop();
    await demandSameLedger(
      this.#world,
      this.#accounts.filter((account) => !this.#destinations.has(account.name)),
    );
    const before = this.#accounts.map((account) => account.arrived.size);
    await this.#start();
    await this.#advance(2 * this.#settings.config.sources.rescanIntervalMs + AFTERTHOUGHT_MS);
    await this.#stop();
    const after = this.#accounts.map((account) => account.arrived.size);
    if (before.join(',') !== after.join(',')) throw new Violation('a clean restart delivered something new');
  }
}
