import type { Batch } from '../../../src/core/batch.ts';
import type { Consumer } from '../../../src/core/consumer.ts';
import { EMPTY_MARKER } from '../../../src/core/identity.ts';
import type { FileOrigin } from '../../../src/core/origin.ts';
import type { StreamPosition } from '../../../src/core/position.ts';
import { MESSAGE_END, MESSAGE_START, SLOTS } from '../../../src/core/record-table.ts';
import { newDecoding } from '../../../src/decode/decoding.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { NOT_READY } from '../../../src/system/system.ts';
import { ContainerStream } from '../../../src/tail/container-stream.ts';
import type { Generation } from '../../../src/tail/generation.ts';
import { type LaneLimits, LaneTools } from '../../../src/tail/lane-tools.ts';
import type { Source } from '../../../src/tail/source.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A file that a test writes to, as a source sees it. */
export class MemoryFile implements Source {
  bytes = Buffer.alloc(0);
  mtimeMs = 1;
  nlink = 1;
  isCorrupt = false;
  isReady = true;
  isClosed = false;
  looks = 0;
  reads = 0;
  bytesRead = 0;

  write(text: string | Uint8Array): this {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(text)]);
    this.mtimeMs++;
    return this;
  }

  replace(text: string): this {
    this.bytes = Buffer.alloc(0);
    return this.write(text);
  }

  look(): ReturnType<Source['look']> {
    this.looks++;
    return { size: this.bytes.length, mtimeMs: this.mtimeMs, nlink: this.nlink };
  }

  read(target: Uint8Array, at: number, length: number, position: number): number {
    if (!this.isReady) return NOT_READY;
    this.reads++;
    const count = this.bytes.copy(target, at, Math.min(position, this.bytes.length), position + length);
    this.bytesRead += count;
    return count;
  }

  close(): void {
    this.isClosed = true;
  }

  detach(): number {
    throw new Error('it lies in memory: there is no descriptor');
  }
}

const origin = (file: string): FileOrigin => ({ kind: 'file', file, host: 'node-1' });

export const newStream = (file = 'app.log', pod?: string): ContainerStream =>
  new ContainerStream({
    key: `file/${file}`,
    origin:
      pod === undefined
        ? origin(file)
        : {
            kind: 'kubernetes',
            namespace: 'shop',
            pod,
            uid: `uid-${pod}`,
            container: file,
            containerId: '',
            restart: 0,
            host: 'node-1',
          },
    kubeletNamed: pod !== undefined,
    directory: '/logs',
  });

/** A generation at the end of a stream that reads from a memory file, and was looked at. */
export const addGeneration = (stream: ContainerStream, file: Source, nowMs = 0): Generation => {
  const record = {
    dev: 1n,
    ino: BigInt(stream.nextSequence),
    birthtimeNs: 1n,
    path: `/logs/${stream.nextSequence}.log`,
    compressed: false,
    head: { length: 0, hash: '' },
    size: 0,
    tail: EMPTY_MARKER,
  };
  const generation = stream.append(record, { kind: 'live' }, nowMs);
  generation.open(file, false);
  generation.listed = true;
  generation.isProven = true;
  generation.look(nowMs);
  return generation;
};

/** Bytes that a line may have beside its message; see LaneTools. */
export const OVERHEAD_BYTES = 4096;

const LIMITS: LaneLimits = {
  readShareBytes: 512,
  lineBytes: 1024,
  recordsPerBatch: 64,
  partialAgeMs: 5000,
  treatmentBytes: 0,
};

const MULTILINE = { lines: 10, bytes: 1024, waitMs: 500 };

export const newTools = (limits: Partial<LaneLimits> = {}): LaneTools => {
  const all = { ...LIMITS, ...limits };
  const clock = new FakeClock(0).forProcess(() => true);
  return new LaneTools(
    newDecoding(typescriptKernel(), all.lineBytes, 1_000_000, MULTILINE),
    all,
    clock,
    false,
    () => undefined,
  );
};

/** Takes what it is given, while it has credit. */
export class TestConsumer implements Consumer {
  readonly isNew = true;
  readonly messages: string[] = [];
  readonly gaps: string[] = [];
  readonly positions = new Map<string, StreamPosition>();
  readonly name: string;
  batches = 0;
  blockedSinceMs: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get hasCredit(): boolean {
    return this.blockedSinceMs === undefined;
  }

  accept({ bytes, table, gaps, streamKey, end }: Batch): void {
    this.batches++;
    for (let row = 0; row < table.rows; row++) {
      const at = row * SLOTS;
      const [start, stop] = [table.ints[at + MESSAGE_START], table.ints[at + MESSAGE_END]];
      this.messages.push(Buffer.from(bytes.subarray(start, stop)).toString());
    }
    for (const { reason, bytes: lost } of gaps) this.gaps.push(`${reason} ${lost ?? '?'}`);
    this.positions.set(streamKey, end);
  }

  begin(streamKey: string, position: StreamPosition): void {
    this.positions.set(streamKey, position);
  }

  positionOf(streamKey: string): StreamPosition | undefined {
    return this.positions.get(streamKey);
  }
}
