import type { StandardOutput, System } from '../../src/system/system.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeDisk } from './fake-disk.ts';
import { fakeFiles } from './fake-files.ts';
import { fakeGunzip } from './fake-gunzip.ts';
import { FakeProcess, type Faults, type UnfinishedWrites } from './fake-process.ts';
import { fakeWatcher, type WatcherMood } from './fake-watcher.ts';

export interface FakeWorldOptions {
  readonly wallMs?: number;
  /** A number in [0, 1), for the moods of the watcher and of gunzip. Default: always 0. */
  readonly random?: () => number;
  readonly reusesInodes?: boolean;
  readonly directoryTimes?: boolean;
  readonly timeGranularityMs?: number;
  /** Whether gunzip says NOT_READY now and then. */
  readonly slowGunzip?: boolean;
  readonly faults?: Faults;
}

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

/** A process of the fake world: the System to hand to the code under test, and the hand of fate. */
export interface RunningProcess {
  readonly system: System;
  readonly process: FakeProcess;
  /** Everything that was written to standard output. */
  readonly standardOutput: () => Buffer;
  readonly signal: (name: Signal) => void;
  /** kill -9: from now on nothing of this System has any effect. */
  readonly crash: (unfinished?: UnfinishedWrites) => void;
}

/** 20 November 2026, 20:19:53 UTC. */
const START_MS = Date.UTC(2026, 10, 20, 20, 19, 53);

/** A disk and a clock that outlive the processes which are started on them. */
export class FakeWorld {
  readonly clock: FakeClock;
  readonly disk: FakeDisk;
  readonly watcher: { mood: WatcherMood; readonly random: () => number };
  readonly #options: FakeWorldOptions;
  readonly #locks = new Set<string>();
  #processes = 0;

  constructor(options: FakeWorldOptions = {}) {
    this.#options = options;
    this.clock = new FakeClock(options.wallMs ?? START_MS);
    this.disk = new FakeDisk({
      now: () => this.clock.wall,
      reusesInodes: options.reusesInodes ?? true,
      timeGranularityMs: options.timeGranularityMs ?? 4,
    });
    this.watcher = { mood: 'exact', random: options.random ?? (() => 0) };
  }

  start(): RunningProcess {
    const process = new FakeProcess(this.disk, this.clock, this.#locks, this.#options.faults ?? {});
    const random = this.watcher.random;
    const listeners = new Set<(name: Signal) => void>();
    const written: Buffer[] = [];
    const system: System = {
      files: fakeFiles(process, { directoryTimes: this.#options.directoryTimes ?? true }),
      clock: this.clock.forProcess(() => process.isAlive),
      watcher: fakeWatcher(process, this.watcher),
      compression: fakeGunzip(process, () => (this.#options.slowGunzip ?? false) && random() < 0.5),
      random,
      process: {
        pid: 1000 + ++this.#processes,
        hostname: 'node-1',
        exit: (code) => {
          process.die('lost');
          throw new Error(`the process ended with exit code ${code}`);
        },
        onSignal: (listener) => {
          listeners.add(listener);
          return () => {
            listeners.delete(listener);
          };
        },
        openStandardOutput: () => fakeStandardOutput(process, written),
      },
    };
    return {
      system,
      process,
      standardOutput: () => Buffer.concat(written),
      signal: (name) => {
        for (const listener of listeners) listener(name);
      },
      crash: (unfinished = 'lost') => process.die(unfinished),
    };
  }
}

const fakeStandardOutput = (process: FakeProcess, written: Buffer[]): StandardOutput => ({
  write: (bytes) =>
    process.later('write', '/dev/stdout', () => {
      written.push(Buffer.from(bytes));
    }),
  onClosed: () => {
    // The reader of this output never goes away.
  },
  close: () => {
    // Nothing is held.
  },
});
