import type { Action, StreamKind } from './actions.ts';
import type { LogRotation } from './log-rotation.ts';
import type { LogStream } from './log-stream.ts';
import type { LogWorld } from './log-world.ts';
import type { LogWriter } from './log-writer.ts';
import { Random } from './random.ts';

const MAX_STREAMS = 6;

/** Applies to the logs what a script says; what cannot happen does nothing. */
export class WorldActions {
  readonly #logs: LogWorld;
  readonly #writer: LogWriter;
  readonly #rotation: LogRotation;

  constructor(logs: LogWorld, writer: LogWriter, rotation: LogRotation) {
    this.#logs = logs;
    this.#writer = writer;
    this.#rotation = rotation;
  }

  apply(action: Action): void {
    if (action.kind === 'create') this.#create(action.name, new Random(action.seed));
    if (!('stream' in action)) return;
    const stream = this.#logs.stream(action.stream);
    if (stream !== undefined) this.#applyTo(stream, action);
  }

  /** Every writer finishes its line and its record, is where its path leads, and says a last word there. */
  finishAll(): void {
    for (const stream of this.#logs.streams) {
      if (!stream.alive) continue;
      this.#rotation.reopen(stream, false);
      this.#writer.closeRecords(stream, new Random(stream.index));
      this.#writer.writeLines(stream, 1, new Random(stream.index));
    }
  }

  #create(kind: StreamKind, random: Random): void {
    if (this.#logs.streams.filter((stream) => stream.alive).length >= MAX_STREAMS) return;
    const number = this.#logs.streams.length;
    const format = kind === 'kubelet' || random.chance(0.3) ? 'cri' : 'raw';
    const hasBanner = format === 'raw' && random.chance(0.3);
    const stream = this.#logs.add(kind, format, `pod-${number}`, 0, hasBanner);
    this.#writer.open(stream);
    this.#writer.writeLines(stream, random.between(0, 3), random);
  }

  #applyTo(stream: LogStream, action: Action & { readonly stream: number }): void {
    const random = new Random('seed' in action ? action.seed : 0);
    switch (action.kind) {
      case 'write':
        this.#writer.writeLines(stream, action.lines, random);
        return;
      case 'half':
        this.#writer.writeHalf(stream, random);
        return;
      case 'piece':
        this.#writer.writePiece(stream, random);
        return;
      case 'close':
        this.#writer.closeRecords(stream, random);
        return;
      case 'long':
        this.#writer.writeLong(stream, random);
        return;
      default:
        this.#rotate(stream, action, random);
    }
  }

  #rotate(stream: LogStream, action: Action & { readonly stream: number }, random: Random): void {
    switch (action.kind) {
      case 'rename':
        this.#rotation.rename(stream);
        return;
      case 'reopen':
        this.#rotation.reopen(stream, action.abandonsHalf);
        return;
      case 'rotate':
        this.#rotation.rotate(stream);
        return;
      case 'gzip':
        this.#rotation.gzip(stream, action.dies);
        return;
      case 'dropOldest':
        this.#rotation.dropOldest(stream);
        return;
      case 'copytruncate':
        this.#rotation.copytruncate(stream, action.copies, action.regrowth, random);
        return;
      case 'copy':
        this.#rotation.copy(stream, action.part);
        return;
      case 'copies':
        this.#rotation.copies(stream, action.times, random);
        return;
      case 'delete':
        this.#rotation.delete(stream);
        return;
      case 'moveAway':
        this.#rotation.moveAway(stream);
        return;
      case 'restartContainer':
        this.#rotation.restartContainer(stream);
        return;
      case 'removePod':
        this.#rotation.remove(stream);
        return;
      case 'retarget':
        this.#rotation.retarget(stream);
        break;
      default:
    }
  }
}
