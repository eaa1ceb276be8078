import {
  FLAGS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  RecordTable,
  SLOTS,
  STDERR,
  STREAM_KNOWN,
} from '../../src/core/record-table.ts';
import { Region } from '../../src/core/region.ts';
import { criDecoder } from '../../src/decode/cri.ts';
import { dockerDecoder } from '../../src/decode/docker.ts';
import { PartialJoiner } from '../../src/decode/joiner.ts';
import { PartialBudget } from '../../src/decode/partial-budget.ts';
import { typescriptKernel } from '../../src/kernel/typescript-kernel.ts';
import type { GivenRow } from './joined-rows.ts';

const LINE_BYTES = 1024 * 1024;

/** The records of a whole log, its partial lines joined. What it does not end is left out. */
export const decodedRows = (log: Buffer, format: 'cri' | 'docker'): GivenRow[] => {
  const end = log.lastIndexOf('\n') + 1;
  const region = new Region(end, 2 * end + LINE_BYTES);
  log.copy(region.bytes, 0, 0, end);
  const table = new RecordTable(100_000);
  const joiner = new PartialJoiner(LINE_BYTES, new PartialBudget(2 * LINE_BYTES));
  joiner.enter(1, { high: 1, low: 1 });
  const decoder = format === 'cri' ? criDecoder(typescriptKernel()) : dockerDecoder();
  const decoded = decoder.decode(region, 0, end, {
    table,
    joiner,
    base: 0,
    skipStdoutBefore: 0,
    skipStderrBefore: 0,
    maxMessageBytes: LINE_BYTES,
    lineFlags: 0,
    observedTimeStart: 0,
    observedTimeEnd: 0,
    observedSeconds: 0,
    observedNanoseconds: 0,
    oversizeBytes: 0,
    unparsedLines: 0,
    nulBytes: 0,
  });
  if (decoded !== end) throw new Error(`decoded ${decoded} of ${end} bytes`);
  return Array.from({ length: table.rows }, (_, row) => {
    const flags = table.ints[row * SLOTS + FLAGS] ?? 0;
    const span = [table.ints[row * SLOTS + MESSAGE_START], table.ints[row * SLOTS + MESSAGE_END]] as const;
    return {
      text: region.bytes.toString('latin1', ...span),
      isStderr: (flags & STDERR) !== 0,
      flags: flags & ~(STDERR | STREAM_KNOWN | JOINED),
    };
  });
};
