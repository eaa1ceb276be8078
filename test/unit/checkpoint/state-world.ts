import { type CheckpointChange, emptyState } from '../../../src/checkpoint/state.ts';
import { Store, type StoreSettings } from '../../../src/checkpoint/store.ts';
import { positionAt } from '../../../src/core/position.ts';
import type { FileCall, UnfinishedWrites } from '../../support/fake-process.ts';
import { FakeWorld, type RunningProcess } from '../../support/fake-system.ts';
import { inFakeTime } from '../system/in-fake-time.ts';

export const STATE = '/state';

/** A state directory on a fake disk, and the process that uses it. */
export class StateWorld {
  readonly world: FakeWorld;
  /** Calls that fail now, with this error code. */
  readonly failing = new Map<FileCall, string>();
  /** Everything the process asked of the disk, in order. */
  readonly calls: string[] = [];
  readonly damages: string[] = [];
  readonly complaints: string[] = [];
  diskBytes = Number.POSITIVE_INFINITY;
  /** The process dies just before the call with this number, counted from 1. */
  dieAtCall = Number.POSITIVE_INFINITY;
  running: RunningProcess;

  constructor() {
    this.world = new FakeWorld({
      faults: {
        before: (call, path) => {
          this.calls.push(`${call} ${path}`);
          if (this.calls.length >= this.dieAtCall) this.running.crash();
        },
        fail: (call) => this.failing.get(call),
        freeBytes: () => this.diskBytes - this.world.disk.usedBelow(STATE),
      },
    });
    this.running = this.world.start();
  }

  open(settings: Partial<StoreSettings> = {}): Promise<Store> {
    const { files } = this.running.system;
    return this.done(
      Store.open(files, {
        directory: STATE,
        sync: true,
        onDamage: (path, entries) => this.damages.push(`${path} after ${entries}`),
        onUnusable: (path, reason) => this.complaints.push(`${path}: ${reason}`),
        ...settings,
      }),
    );
  }

  restart(unfinished: UnfinishedWrites = 'lost'): Promise<Store> {
    this.dieAtCall = Number.POSITIVE_INFINITY;
    this.running.crash(unfinished);
    this.running = this.world.start();
    this.calls.length = 0;
    return this.open();
  }

  done<T>(work: Promise<T>): Promise<T> {
    return inFakeTime(this.world.clock, work);
  }

  read(name: string): Buffer {
    const inode = this.world.disk.inodeAt(`${STATE}/${name}`);
    if (inode === undefined) throw new Error(`no ${name}`);
    return Buffer.from(this.world.disk.content(inode));
  }

  replace(name: string, content: Uint8Array): void {
    this.world.disk.makeDirectory(STATE);
    const inode = this.world.disk.create(`${STATE}/${name}`);
    this.world.disk.truncate(inode, 0);
    this.world.disk.append(inode, content);
  }
}

/** A change that moves one stream of one output. */
export const moves = (key: string, offset: number, output = 'out'): CheckpointChange => ({
  streams: new Map(),
  outputs: new Map([
    [
      output,
      { type: 'stdout', positions: new Map([[key, positionAt(1, offset)]]), ledger: null, sink: null },
    ],
  ]),
});

export const forgets = (key: string): CheckpointChange => ({
  streams: new Map([[key, undefined]]),
  outputs: new Map(),
});

/** Where an output stands in a stream, by its offset. */
export const offsetIn = (store: Pick<Store, 'state'>, key: string, output = 'out'): number | undefined =>
  store.state.outputs.get(output)?.positions.get(key)?.stdout.offset;

export const NOTHING = emptyState();
