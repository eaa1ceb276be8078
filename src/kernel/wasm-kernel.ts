import { type Allocate, alignedBytes, allocateWithin } from '../core/allocate.ts';
import type { Batch } from '../core/batch.ts';
import type { DecodeContext } from '../core/decoder.ts';
import { TIME_KEY_TEXT } from '../core/json-keys.ts';
import type { FoundRows, JsonWork, Kernel } from '../core/kernel.ts';
import { STDERR_CHANNEL, STDOUT } from '../core/position.ts';
import type { RecordTable } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { KERNEL_WASM } from './kernel-wasm.ts';
import {
  ENDING,
  FOUND,
  layConstants,
  MOST_ENDING_BYTES,
  MOST_FOUND,
  PAIRS,
  pagesFor,
  RESERVED_BYTES,
  RESULT_ALL_FLAGS,
  RESULT_ANY_FLAGS,
  RESULT_ARENA,
  RESULT_INDEX,
  RESULT_JOINED_ROWS,
  RESULT_MESSAGE_BYTES,
} from './wasm-layout.ts';

/** What the lib of this project does not declare, because only this file needs it. */
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** See assembly/index.ts. All parameters are addresses and numbers: a call takes 2 ns. */
interface Exports {
  decodeCri(
    base: number,
    from: number,
    to: number,
    ints: number,
    floats: number,
    row: number,
    capacity: number,
    sourceBase: number,
    maxMessageBytes: number,
    openChannels: number,
    arena: number,
    arenaEnd: number,
    mostJoined: number,
  ): number;
  encodeJson(
    base: number,
    ints: number,
    floats: number,
    row: number,
    rows: number,
    endingBytes: number,
    at: number,
    limit: number,
    withId: boolean,
    seedHigh: number,
    seedLow: number,
  ): number;
  encodeRaw(base: number, ints: number, row: number, rows: number, at: number, limit: number): number;
  findBeginnings(base: number, ints: number, row: number, rows: number): number;
}

/**
 * The kernel in WebAssembly SIMD: source in assembly/, compiled into kernel-wasm.ts by `npm run build:kernel`.
 *
 * One memory, allocated once at its full size and never grown: growing would detach every view of it. The system gives it real
 * pages only where something is written.
 *
 * @param laneBytes how much `allocate` will be asked for
 * @param parcelBytes how much `allocateParcel` can give
 * @throws where WebAssembly with SIMD is not to be had, or not that much address space
 */
export const wasmKernel = (laneBytes: number, parcelBytes: number): Kernel =>
  new WasmKernel(laneBytes, parcelBytes);

/** Compiled once: 0.2 ms. */
let compiled: object | undefined;

class WasmKernel implements Kernel {
  readonly name = 'wasm';
  readonly allocate: Allocate;
  readonly allocateParcel: Allocate;
  written = 0;
  readonly #memory: ArrayBuffer;
  readonly #bytes: Uint8Array;
  readonly #results: Int32Array;
  readonly #exports: Exports;
  /** What stands at ENDING. */
  #ending: Uint8Array | undefined;
  /** What stands at PAIRS. */
  #pairs: Int32Array | undefined;
  readonly #found: Int32Array;

  constructor(laneBytes: number, parcelBytes: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, 'base64'));
    const pages = pagesFor(laneBytes + parcelBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.#exports = new WebAssembly.Instance(compiled, { env: { memory } }).exports as Exports;
    this.#memory = memory.buffer;
    this.#bytes = new Uint8Array(this.#memory);
    this.#results = new Int32Array(this.#memory, 0, 4);
    this.#found = new Int32Array(this.#memory, FOUND, MOST_FOUND);
    const lanesEnd = RESERVED_BYTES + alignedBytes(laneBytes);
    this.allocate = allocateWithin(this.#memory, RESERVED_BYTES, lanesEnd);
    this.allocateParcel = allocateWithin(this.#memory, lanesEnd, lanesEnd + parcelBytes);
    layConstants(this.#memory);
  }

  decodeCri(region: Region, from: number, to: number, lines: DecodeContext): number {
    const { table, joiner } = lines;
    // Lines that were delivered earlier, and the one line that the reader had to end, are few.
    if (from < lines.skipStdoutBefore || from < lines.skipStderrBefore || lines.lineFlags !== 0) return from;
    if (!this.#holds(region.bytes) || !this.#holds(table.ints)) return from;
    const open = (joiner.isOpen(STDOUT) ? 1 : 0) | (joiner.isOpen(STDERR_CHANNEL) ? 2 : 0);
    if (open === 3) return from;
    table.rows = this.#exports.decodeCri(
      region.bytes.byteOffset,
      from,
      to,
      table.ints.byteOffset,
      table.floats.byteOffset,
      table.rows,
      table.capacity,
      lines.base,
      lines.maxMessageBytes,
      open,
      region.arenaUsed,
      region.arenaEnd,
      Math.min(lines.maxMessageBytes, joiner.sureBytes),
    );
    table.messageBytes += this.#results[RESULT_MESSAGE_BYTES] ?? 0;
    table.joinedRows += this.#results[RESULT_JOINED_ROWS] ?? 0;
    region.arenaUsed = this.#results[RESULT_ARENA] ?? 0;
    return this.#results[RESULT_INDEX] ?? from;
  }

  encodeJson({ batch, target, ending, hasIds }: JsonWork, row: number, at: number): number {
    this.written = at;
    const { table, bytes, seed } = batch;
    if (!this.#holds(target) || !this.#holds(bytes) || !this.#holds(table.ints)) return row;
    if (at > target.length || !this.#layEnding(ending)) return row;
    const { byteOffset } = target;
    const next = this.#exports.encodeJson(
      bytes.byteOffset,
      table.ints.byteOffset,
      table.floats.byteOffset,
      row,
      table.rows,
      ending.length + TIME_KEY_TEXT.length,
      byteOffset + at,
      byteOffset + target.length,
      hasIds,
      seed.high,
      seed.low,
    );
    this.written = (this.#results[RESULT_INDEX] ?? 0) - byteOffset;
    return next;
  }

  encodeRaw({ table, bytes }: Batch, target: Uint8Array, row: number, at: number): number {
    this.written = at;
    if (!this.#holds(target) || !this.#holds(bytes) || !this.#holds(table.ints) || at > target.length)
      return row;
    const { byteOffset } = target;
    const next = this.#exports.encodeRaw(
      bytes.byteOffset,
      table.ints.byteOffset,
      row,
      table.rows,
      byteOffset + at,
      byteOffset + target.length,
    );
    this.written = (this.#results[RESULT_INDEX] ?? 0) - byteOffset;
    return next;
  }

  findBeginnings(
    bytes: Uint8Array,
    { ints, rows }: RecordTable,
    pairs: Int32Array,
    found: FoundRows,
  ): boolean {
    if (!this.#holds(bytes) || !this.#holds(ints)) return false;
    if (pairs !== this.#pairs) {
      new Int32Array(this.#memory, PAIRS, pairs.length).set(pairs);
      this.#pairs = pairs;
    }
    found.count = 0;
    found.anyFlags = 0;
    found.allFlags = -1;
    for (let row = 0; row < rows; row += MOST_FOUND) {
      const end = Math.min(row + MOST_FOUND, rows);
      const count = this.#exports.findBeginnings(bytes.byteOffset, ints.byteOffset, row, end);
      found.anyFlags |= this.#results[RESULT_ANY_FLAGS] ?? 0;
      found.allFlags &= this.#results[RESULT_ALL_FLAGS] ?? 0;
      for (let index = 0; index < count; index++) found.rows[found.count++] = this.#found[index] ?? 0;
    }
    return true;
  }

  #holds(part: ArrayBufferView): boolean {
    return part.buffer === this.#memory;
  }

  /** Each line's ending is copied together with the time key of the next line. */
  #layEnding(ending: Uint8Array): boolean {
    if (ending === this.#ending) return true;
    if (ending.length > MOST_ENDING_BYTES) return false;
    this.#bytes.set(ending, ENDING);
    this.#bytes.set(TIME_KEY, ENDING + ending.length);
    this.#ending = ending;
    return true;
  }
}

const TIME_KEY = Buffer.from(TIME_KEY_TEXT);
