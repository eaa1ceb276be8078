import type { Outcome, Sink } from '../../../src/deliver/sink.ts';
import { fileSink } from '../../../src/sinks/file.ts';
import type { Faults, FileCall, UnfinishedWrites } from '../../support/fake-process.ts';
import { FakeWorld, type RunningProcess } from '../../support/fake-system.ts';
import { inFakeTime } from '../system/in-fake-time.ts';

export const PATH = '/out/app.log';

/** A file output on a fake disk, in a process that can die and be started again. */
export class FileWorld {
  readonly world: FakeWorld;
  /** Calls that take this long; undefined: for ever. */
  readonly delays = new Map<FileCall, number | undefined>();
  /** Calls that fail now, with this error code. */
  readonly failing = new Map<FileCall, string>();
  /** How much fits on the disk. */
  diskBytes = Number.POSITIVE_INFINITY;
  running: RunningProcess;
  sink: Sink;

  constructor(faults: Faults = {}) {
    this.world = new FakeWorld({
      faults: {
        fail: (call, path) => (path.startsWith('/out') ? this.failing.get(call) : undefined),
        delayMs: (call) => (this.delays.has(call) ? this.delays.get(call) : 0),
        freeBytes: () => this.diskBytes - this.world.disk.usedBelow('/out'),
        ...faults,
      },
    });
    this.running = this.world.start();
    this.sink = fileSink(this.running.system.files, { path: PATH, mode: 0o640 });
  }

  /** The next process after this one died. */
  restart(unfinished: UnfinishedWrites = 'lost'): void {
    this.running.crash(unfinished);
    this.running = this.world.start();
    this.sink = fileSink(this.running.system.files, { path: PATH, mode: 0o640 });
  }

  open(state?: unknown): Promise<number> {
    return this.done(this.sink.open(state));
  }

  write(text: string): Promise<Outcome> {
    return this.done(this.begin(text));
  }

  /** A write that is under way. */
  begin(text: string): Promise<Outcome> {
    return this.sink.write(Buffer.from(text), new AbortController().signal);
  }

  done<T>(work: Promise<T>): Promise<T> {
    return inFakeTime(this.world.clock, work);
  }

  /** What somebody else writes there. */
  put(path: string, content: string): void {
    this.world.disk.append(this.world.disk.create(path), Buffer.from(content));
  }

  content(path = PATH): string | undefined {
    const inode = this.world.disk.inodeAt(path);
    return inode === undefined ? undefined : this.world.disk.content(inode).toString();
  }

  /** logrotate with `create`, or with `nocreate`. */
  rotate(to = `${PATH}.1`, create = true): void {
    this.world.disk.rename(PATH, to);
    if (create) this.world.disk.create(PATH);
  }
}

export const DELIVERED = { kind: 'delivered' } as const;
