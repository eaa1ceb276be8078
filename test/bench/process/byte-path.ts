/**
 * What birler does with the bytes themselves, and nothing around it: read, decode, join and encode each file by its own
 * kernel, decoder and encoder, into memory that is used again. No looks at directories, no turns, no outputs, no checkpoints, no
 * configuration. What `birler run` takes beyond this is the agent; what this takes is the floor of these bytes.
 *
 * `node byte-path.ts json|raw|none FILE…` tells on standard error, as JSON, the records and the CPU seconds, its own start left out.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Batch } from '../../../src/core/batch.ts';
import type { DecodeContext } from '../../../src/core/decoder.ts';
import { NO_ROOM, type OutputFormat } from '../../../src/core/encoder.ts';
import type { Origin } from '../../../src/core/origin.ts';
import { positionAt } from '../../../src/core/position.ts';
import { RecordTable, tableBytes } from '../../../src/core/record-table.ts';
import { Region, regionBytes } from '../../../src/core/region.ts';
import { criDecoder } from '../../../src/decode/cri.ts';
import { PartialJoiner } from '../../../src/decode/joiner.ts';
import { PartialBudget } from '../../../src/decode/partial-budget.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { openKernel } from '../../../src/kernel/open-kernel.ts';

/** As `limits.read_share`. */
const CHUNK_BYTES = 512 * 1024;
/** As `limits.line_length`. */
const LINE_BYTES = 1024 * 1024;
const INPUT_BYTES = LINE_BYTES + CHUNK_BYTES;
const ARENA_BYTES = 4 * LINE_BYTES;
const PARCEL_BYTES = 3 * CHUNK_BYTES + 2 * LINE_BYTES;
const ROWS = 16_384;
const NEWLINE = 0x0a;
const NO_SEED = { high: 0, low: 0 };
const END = positionAt(1, 0);
/** As long as the workload's names and ids. */
const ORIGIN: Origin = {
  kind: 'kubernetes',
  namespace: 'shop',
  pod: 'checkout-7f9c6bd5d4-00000',
  uid: '0b1c3f6e-5a55-4f0e-9d2c-0a4f5cf0c1de',
  container: 'app',
  containerId: 'c0ffee00'.repeat(8),
  restart: 0,
  host: 'n1',
};

const [format = 'json', ...paths] = process.argv.slice(2);
const kernel = openKernel('wasm', regionBytes(INPUT_BYTES, ARENA_BYTES) + tableBytes(ROWS), PARCEL_BYTES);
const region = new Region(INPUT_BYTES, ARENA_BYTES, kernel.allocate);
const table = new RecordTable(ROWS, kernel.allocate);
const parcel = kernel.allocateParcel(PARCEL_BYTES);
const decoder = criDecoder(kernel);
const encoder = createEncoder(
  format as OutputFormat,
  { recordId: false, gapRecords: true, color: false },
  kernel,
);
const before = process.cpuUsage();
let records = 0;
for (const path of paths) records += passThrough(path);
const { user, system } = process.cpuUsage(before);
process.stderr.write(JSON.stringify({ records, cpuSeconds: (user + system) / 1e6 }));

/** @returns how many records the file has */
function passThrough(path: string): number {
  const file = openSync(path, 'r');
  const joiner = new PartialJoiner(LINE_BYTES, new PartialBudget(16 * LINE_BYTES));
  joiner.enter(1, NO_SEED);
  let records = 0;
  /** Bytes of the line that was cut by the end of the chunk before. */
  let kept = 0;
  for (let offset = 0; ; ) {
    const read = readSync(file, region.bytes, kept, CHUNK_BYTES, offset);
    if (read === 0) break;
    const filled = kept + read;
    const end = region.bytes.lastIndexOf(NEWLINE, filled - 1) + 1;
    const context = contextAt(offset - kept, joiner);
    for (let from = 0; from < end; ) {
      table.clear();
      region.clearArena();
      from = decoder.decode(region, from, end, context);
      records += table.rows;
      if (encoder.encode(batchUpTo(end), parcel, 0) === NO_ROOM) throw new Error('the parcel is too small');
    }
    region.bytes.copyWithin(0, end, filled);
    kept = filled - end;
    offset += read;
  }
  closeSync(file);
  return records;
}

function contextAt(base: number, joiner: PartialJoiner): DecodeContext {
  return {
    ...{ table, joiner, base, skipStdoutBefore: 0, skipStderrBefore: 0 },
    ...{ maxMessageBytes: LINE_BYTES, lineFlags: 0 },
    ...{ observedTimeStart: 0, observedTimeEnd: 0, observedSeconds: 0, observedNanoseconds: 0 },
    ...{ oversizeBytes: 0, unparsedLines: 0, nulBytes: 0 },
  };
}

function batchUpTo(inputEnd: number): Batch {
  return {
    ...{ streamKey: 'one', origin: ORIGIN, bytes: region.bytes, table, inputStart: 0, inputEnd },
    ...{ seed: NO_SEED, carriedSeed: [NO_SEED, NO_SEED], gaps: [], oversizeBytes: 0, end: END },
  };
}
