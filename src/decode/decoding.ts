import type { Decoder, Decoding, LogFormat } from '../core/decoder.ts';
import type { Kernel } from '../core/kernel.ts';
import { criDecoder } from './cri.ts';
import { detectFormat } from './detect.ts';
import { dockerDecoder } from './docker.ts';
import { PartialJoiner } from './joiner.ts';
import { type Multiline, type MultilineLimits, newMultiline } from './multiline.ts';
import { PartialBudget } from './partial-budget.ts';
import { rawDecoder } from './raw.ts';

/** Decoders and joiners; and what joins records to larger ones, which Treatments hand to the lanes. */
export interface DecodeRoom extends Decoding {
  readonly multiline: Multiline;
}

/**
 * The decode room: one decoder a format for all streams, and a joiner for each stream, all of them on one budget.
 *
 * @param maxMessageBytes the longest message, the same as in every decode context; an empty arena must hold one
 * @param partialLimitBytes the most memory for open records, of all streams together
 * @param multiline bounds of what several lines are joined to
 */
export const newDecoding = (
  kernel: Kernel,
  maxMessageBytes: number,
  partialLimitBytes: number,
  multiline: MultilineLimits,
): DecodeRoom => {
  const decoders: Record<LogFormat, Decoder> = {
    cri: criDecoder(kernel),
    docker: dockerDecoder(),
    raw: rawDecoder(),
  };
  const budget = new PartialBudget(partialLimitBytes);
  return {
    allocate: kernel.allocate,
    decoderFor: (format) => decoders[format],
    newJoiner: () => new PartialJoiner(maxMessageBytes, budget),
    detectFormat,
    multiline: newMultiline(kernel, multiline, budget),
  };
};
