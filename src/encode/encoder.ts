import { type Encoder, NO_ROOM, type OutputFormat } from '../core/encoder.ts';
import { assertNever } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { createCriEncoder } from './cri.ts';
import { createJsonEncoder } from './json.ts';
import type { EncoderOptions } from './options.ts';
import { createPrettyEncoder } from './pretty.ts';
import { createRawEncoder } from './raw.ts';

export type { EncoderOptions } from './options.ts';

/** Records are read, decoded, counted and acknowledged, and that is all: what a node logs, or what reading it costs. */
const NOTHING: Encoder = {
  estimate: () => 0,
  encode: (_batch, target, at) => (at <= target.length ? at : NO_ROOM),
};

/**
 * The encoder of an output. One encoder serves all streams of its output; it remembers what is constant per origin.
 *
 * `encode` never writes outside `target[at, target.length)` and answers NO_ROOM exactly where the batch does not fit; bytes
 * of `target` behind the returned index may have been overwritten. It keeps no state of a batch, so the same batch may be
 * encoded again.
 *
 * @example
 * const encoder = createEncoder('json', { recordId: false, gapRecords: true, color: false }, kernel);
 * const end = encoder.encode(batch, target, 0);
 */
export const createEncoder = (format: OutputFormat, options: EncoderOptions, kernel: Kernel): Encoder => {
  switch (format) {
    case 'json':
      return createJsonEncoder(options, kernel);
    case 'raw':
      return createRawEncoder(kernel);
    case 'cri':
      return createCriEncoder(options);
    case 'pretty':
      return createPrettyEncoder(options);
    case 'none':
      return NOTHING;
    default:
      return assertNever(format);
  }
};
