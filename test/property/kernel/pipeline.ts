import type { Batch } from '../../../src/core/batch.ts';
import type { DecodeContext, Joiner } from '../../../src/core/decoder.ts';
import { positionAt } from '../../../src/core/position.ts';
import type { RecordTable } from '../../../src/core/record-table.ts';
import type { Region } from '../../../src/core/region.ts';
import { testOrigin } from '../../support/batches.ts';

const SEED = { high: 0x1234567, low: -7 };

/** What the tail room would give the decoder. */
export const contextOf = (
  table: RecordTable,
  joiner: Joiner,
  more: Partial<DecodeContext> & Pick<DecodeContext, 'maxMessageBytes'>,
): DecodeContext => ({
  table,
  joiner,
  base: 0,
  skipStdoutBefore: 0,
  skipStderrBefore: 0,
  lineFlags: 0,
  observedTimeStart: 0,
  observedTimeEnd: 0,
  observedSeconds: 1,
  observedNanoseconds: 2,
  oversizeBytes: 0,
  unparsedLines: 0,
  nulBytes: 0,
  ...more,
});

/** What the tail room would hand out after the decoder has come to `end`. */
export const batchOf = (
  region: Region,
  table: RecordTable,
  end: number,
  origin = testOrigin as Batch['origin'],
): Batch => ({
  streamKey: 'x',
  origin,
  bytes: region.bytes,
  table,
  inputStart: region.inputStart,
  inputEnd: end,
  seed: SEED,
  carriedSeed: [SEED, SEED],
  gaps: [],
  oversizeBytes: 0,
  end: positionAt(1, end),
});
