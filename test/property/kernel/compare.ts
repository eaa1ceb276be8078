/**
 * One case of the fuzzing: the same lines through both kernels, decoded and encoded, with every number that could matter drawn
 * from the seed: cuts, alignments, table sizes, limits, skip marks, open records, room. Tables, counters, outputs and what
 * stands behind every piece of memory must be equal.
 */
import assert from 'node:assert';
import { NO_ROOM, type OutputFormat } from '../../../src/core/encoder.ts';
import type { Origin } from '../../../src/core/origin.ts';
import {
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  FLOATS,
  RecordTable,
  SLOTS,
} from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { criDecoder } from '../../../src/decode/cri.ts';
import { PartialJoiner } from '../../../src/decode/joiner.ts';
import { PartialBudget } from '../../../src/decode/partial-budget.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { testOrigin } from '../../support/batches.ts';
import { type TestKernel, TYPESCRIPT, WASM } from '../../support/test-kernels.ts';
import { logLines } from './log-text.ts';
import { batchOf, contextOf } from './pipeline.ts';
import { Random } from './random.ts';

interface Plan {
  readonly lines: Buffer;
  /** What a reader would find that looks behind the lines. */
  readonly stale: Buffer;
  /** Where in the input the lines begin. */
  readonly from: number;
  /** Where the region begins, modulo 64. */
  readonly misalignment: number;
  readonly tableRows: number;
  readonly maxMessageBytes: number;
  readonly base: number;
  readonly budgetBytes: number;
  readonly skipStdoutBefore: number;
  readonly skipStderrBefore: number;
  readonly lineFlags: number;
  readonly recordId: boolean;
  readonly format: OutputFormat;
  readonly hasOrigin: boolean;
  /** How much its labels add to the end of each line. */
  readonly labelBytes: number;
  /** What every third row has beside its message. */
  readonly fields: string;
  /** Of the target: where it begins modulo 64, where writing begins, and how large it is; drawn anew for each batch. */
  readonly rooms: readonly { readonly misalignment: number; readonly at: number; readonly size: number }[];
}

const planOf = (seed: number): Plan => {
  const random = new Random(seed);
  const lines = logLines(random);
  const mark = (): number => (random.oneIn(8) ? random.below(lines.length + 100) : 0);
  const rooms = Array.from({ length: 8 }, () => ({
    misalignment: random.below(64),
    at: random.below(20),
    size: random.oneIn(2) ? 300_000 : random.below(random.pick([40, 600, 6000, 60_000])),
  }));
  return {
    lines,
    stale: logLines(random),
    from: random.oneIn(4) ? random.below(100) : 0,
    misalignment: random.below(64),
    tableRows: random.pick([1, 2, 7, 100]),
    maxMessageBytes: random.pick([1, 20, 64, 300, 100_000]),
    base: random.pick([0, 0, 5_000_000_000, -7]),
    budgetBytes: random.oneIn(2) ? 1_000_000 : 2200 + random.below(8000),
    skipStdoutBefore: mark(),
    skipStderrBefore: mark(),
    lineFlags: random.oneIn(30) ? 4 : 0,
    recordId: random.oneIn(3),
    format: random.oneIn(6) ? 'raw' : 'json',
    hasOrigin: !random.oneIn(4),
    labelBytes: random.pick([0, 0, 0, 0, 300, 4000, 15_600 + random.below(500), 20_000]),
    fields: random.oneIn(3) ? `"field":"${'é'.repeat(random.below(random.pick([2, 40, 700])))}",` : '',
    rooms,
  };
};

/** What one kernel made of the plan, all of it, as values. */
const resultOf = (plan: Plan, { kernel, allocate, reset, check }: TestKernel): unknown[] => {
  reset();
  const { lines, from, maxMessageBytes, recordId, format } = plan;
  const inputBytes = from + lines.length;
  const displaced = (sizeBytes: number, by: number) => allocate(sizeBytes + by).subarray(by);
  const region = new Region(inputBytes, 2 * maxMessageBytes + 64 + 2 * plan.fields.length, (size) =>
    displaced(size, plan.misalignment),
  );
  const table = new RecordTable(plan.tableRows, allocate);
  const joiner = new PartialJoiner(maxMessageBytes, new PartialBudget(plan.budgetBytes));
  const decoder = criDecoder(kernel);
  const encoder = createEncoder(format, { recordId, gapRecords: true, color: false }, kernel);
  joiner.enter(1, { high: 1, low: 2 });
  region.bytes.fill(plan.stale);
  lines.copy(region.bytes, region.inputStart + from);
  const context = contextOf(table, joiner, {
    ...{ maxMessageBytes, base: plan.base, lineFlags: plan.lineFlags },
    skipStdoutBefore: plan.skipStdoutBefore,
    skipStderrBefore: plan.skipStderrBefore,
    ...{ observedTimeStart: from, observedTimeEnd: from },
  });
  const end = region.inputStart + inputBytes;
  const origin = originOf(plan);
  const results: unknown[] = [];
  for (let at = region.inputStart + from, turn = 0; at < end; turn++) {
    const next = decoder.decode(region, at, end, context);
    assert(next > at || table.rows > 0, 'the decoder goes on');
    results.push(next, tableValues(table), region.arenaUsed);
    at = next;
    layFields(plan.fields, region, table);
    const batch = batchOf(region, table, next, origin);
    const room = plan.rooms[turn % plan.rooms.length] ?? { misalignment: 0, at: 0, size: 0 };
    if (turn < plan.rooms.length) {
      const target = displaced(room.at + room.size, room.misalignment);
      const written = encoder.encode(batch, target, room.at);
      results.push(written, written === NO_ROOM ? '' : target.toString('latin1', room.at, written));
      results.push(
        encoder.estimate(batch),
        target.subarray(0, room.at).every((byte) => byte === 0),
      );
    }
    table.clear();
    region.clearArena();
  }
  const { oversizeBytes, unparsedLines, nulBytes } = context;
  results.push(oversizeBytes, unparsedLines, nulBytes, joiner.openBytes(0), joiner.openBytes(1));
  assert(region.bytes.subarray(from, inputBytes).equals(lines), 'the input is as it was read');
  check();
  return results;
};

const originOf = ({ hasOrigin, labelBytes }: Plan): Origin => {
  if (!hasOrigin) return { kind: 'file', file: 'a "b"', host: '' };
  if (labelBytes === 0) return testOrigin;
  const labels = { app: 'x'.repeat(labelBytes) };
  const facts = { labels, annotations: {}, namespaceLabels: {}, owner: undefined, image: '' };
  return { ...testOrigin, facts };
};

/** As a shaper would, though all rows share one span, which ends where the arena does. */
const layFields = (fields: string, region: Region, table: RecordTable): void => {
  if (fields === '') return;
  const start = region.arenaEnd - Buffer.byteLength(fields);
  if (start < region.arenaUsed) return;
  region.bytes.write(fields, start);
  for (let row = 0; row < table.rows; row += 3) {
    const slot = row * SLOTS;
    table.ints[slot + FLAGS] = (table.ints[slot + FLAGS] ?? 0) | FIELDS;
    table.ints[slot + FIELDS_START] = start;
    table.ints[slot + FIELDS_END] = region.arenaEnd;
    table.fieldsBytes += region.arenaEnd - start;
  }
};

const tableValues = ({ rows, ints, floats, messageBytes, joinedRows }: RecordTable): string =>
  `${messageBytes} ${joinedRows} ${ints.subarray(0, rows * SLOTS).join()} ${floats.subarray(0, rows * FLOATS).join()}`;

/** @throws where the kernels differ */
export const compareKernels = (seed: number): void => {
  const plan = planOf(seed);
  const [expected, actual] = [resultOf(plan, TYPESCRIPT), resultOf(plan, WASM)];
  assert.equal(actual.length, expected.length, `seed ${seed}: another number of batches`);
  for (const [index, value] of expected.entries())
    if (value !== actual[index]) assert.equal(actual[index], value, `seed ${seed}: result ${index} differs`);
};
