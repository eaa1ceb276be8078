import { crc32 } from 'node:zlib';

/**
 * The file format of checkpoints: lines of text that prove themselves.
 *
 *   <crc32 of the rest, 8 hex digits> <payload> LF
 *
 * The first line of both files is `birler 1 <number>`: the number of the snapshot that the file is, or that the journal
 * builds on. A journal whose number is not the snapshot's is older than the snapshot and is ignored. Reading stops at the
 * first line that does not prove itself: a torn tail is cut there.
 */
export const FORMAT = 'birler 1';

export const sealLine = (payload: string): string =>
  `${crc32(payload).toString(16).padStart(8, '0')} ${payload}\n`;

export interface Lines {
  readonly payloads: readonly string[];
  /** Length of the good part in bytes. */
  readonly goodBytes: number;
  /** Whether anything stood behind it. */
  readonly isDamaged: boolean;
}

const LINE_FEED = 0x0a;
const CRC_DIGITS = 8;

export const readLines = (bytes: Buffer): Lines => {
  const payloads: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end === -1) break;
    const payload = unsealLine(bytes.toString('utf8', at, end));
    if (payload === undefined) break;
    payloads.push(payload);
    at = end + 1;
  }
  return { payloads, goodBytes: at, isDamaged: at < bytes.length };
};

const unsealLine = (line: string): string | undefined => {
  const payload = line.slice(CRC_DIGITS + 1);
  return sealLine(payload) === `${line}\n` ? payload : undefined;
};
