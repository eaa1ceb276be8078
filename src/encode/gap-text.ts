import type { Batch } from '../core/batch.ts';
import type { Gap, GapReason } from '../core/gap.ts';
import { TIME_END, TIME_START } from '../core/record-table.ts';

const REASONS: Readonly<Record<GapReason, string>> = {
  deleted: 'the file was deleted before it was read',
  truncated: 'the file was truncated before it was read',
  oversize: 'the record was longer than the limit',
  held_bytes: 'deleted files were about to fill the disk',
  late_write: 'written to a rotated file after the stream had moved on',
  corrupt: 'the compressed file is corrupt',
  unreadable: 'the file could not be read',
  rate_limit: 'dropped because its pod wrote faster than it may',
  rejected: 'the output refused the record',
  output_lost: 'the output file lost what had been written to it',
};

/** `1234 bytes were not delivered: the file was deleted before it was read (0.log from offset 99)` */
export const gapText = (gap: Gap): string =>
  `${gapSize(gap.bytes)} not delivered: ${REASONS[gap.reason]} (${gap.file} from offset ${gap.from})`;

const gapSize = (bytes: number | null): string => {
  if (bytes === null) return 'an unknown number of bytes was';
  return bytes === 1 ? '1 byte was' : `${bytes} bytes were`;
};

/** When the gaps of a batch are said to have been: the time of the record after them, as written; '' without one. */
export const gapTime = (batch: Batch): string => {
  if (batch.table.rows === 0) return '';
  const { ints } = batch.table;
  return Buffer.from(batch.bytes.subarray(ints[TIME_START], ints[TIME_END])).toString('latin1');
};

/** About how many bytes of output a batch's gaps need, on top of what stands around each of them. */
export const gapBytes = (gaps: readonly Gap[], around: number): number => {
  let bytes = 0;
  for (const gap of gaps) bytes += around + 2 * GAP_TEXT_BYTES + 4 * gap.file.length;
  return bytes;
};

/** The longest reason, three numbers of 16 digits, and the words between them, rounded up. */
const GAP_TEXT_BYTES = 200;
