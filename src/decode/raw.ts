import type { DecodeContext, Decoder } from '../core/decoder.ts';
import type { Region } from '../core/region.ts';
import { addObserved, newPiece } from './rows.ts';

/**
 * Any file that is neither CRI nor docker json-file: a line is a record, all of its bytes but the newline are the message,
 * NULs and CRs too. The time is that of the observation, and nobody knows the std stream: rows without STREAM_KNOWN, on
 * channel stdout. The arena is not used.
 */
const NEWLINE = 0x0a;

export const rawDecoder = (): Decoder => {
  const piece = newPiece();
  return {
    format: 'raw',
    decode: (region: Region, from: number, to: number, lines: DecodeContext): number => {
      let at = from;
      while (at < to) {
        if (lines.table.isFull) return at;
        const newline = region.bytes.indexOf(NEWLINE, at);
        if (at >= lines.skipStdoutBefore) {
          piece.sourceOffset = lines.base + at;
          addObserved(region, at, newline, piece, lines, 0);
        }
        at = newline + 1;
      }
      return at;
    },
  };
};
