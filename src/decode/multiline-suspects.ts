import type { FoundRows, Kernel } from '../core/kernel.ts';
import { FLAGS, MESSAGE_END, MESSAGE_START, type RecordTable, SLOTS } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { beginnings, isSuspect } from './multiline-lines.ts';

/** The suspect rows of one batch, in order. The memory is used again for the next one, of any stream. */
export class Suspects implements FoundRows {
  rows: Int32Array = new Int32Array(0);
  count = 0;
  anyFlags = 0;
  allFlags = 0;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  find(region: Region, table: RecordTable): void {
    if (this.rows.length < table.rows) this.rows = new Int32Array(table.rows);
    if (!this.#kernel.findBeginnings(region.bytes, table, beginnings, this)) this.#findAll(table);
    const found = this.count;
    this.count = 0;
    for (let index = 0; index < found; index++) this.#add(region, table, this.rows[index] ?? 0);
  }

  /** So many rows were put before the others. */
  putBefore(region: Region, table: RecordTable, more: number): void {
    const later = this.rows.slice(0, this.count);
    if (this.rows.length < table.rows) this.rows = new Int32Array(table.rows);
    this.count = 0;
    for (let row = 0; row < more; row++) this.#add(region, table, row);
    for (const row of later) this.rows[this.count++] = row + more;
  }

  /** What a kernel would find, and all others too. */
  #findAll({ ints, rows }: RecordTable): void {
    this.anyFlags = 0;
    this.allFlags = -1;
    for (let row = 0; row < rows; row++) {
      const flags = ints[row * SLOTS + FLAGS] ?? 0;
      this.anyFlags |= flags;
      this.allFlags &= flags;
      this.rows[row] = row;
    }
    this.count = rows;
  }

  #add(region: Region, { ints }: RecordTable, row: number): void {
    const start = ints[row * SLOTS + MESSAGE_START] ?? 0;
    if (isSuspect(region, start, ints[row * SLOTS + MESSAGE_END] ?? 0)) this.rows[this.count++] = row;
  }
}
