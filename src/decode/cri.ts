import type { DecodeContext, Decoder, Piece } from '../core/decoder.ts';
import type { Kernel } from '../core/kernel.ts';
import { STDERR, STREAM_KNOWN } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { skipNuls } from './nuls.ts';
import { addLast, addPiece, addUnparsed, newPiece } from './rows.ts';
import { TimestampReader } from './timestamp.ts';

/**
 * The CRI log format, as containerd, CRI-O and conmon write it:
 *
 *   line    = time SP stream SP tags [SP content] LF
 *   time    = RFC 3339, see timestamp.ts
 *   stream  = "stdout" | "stderr"
 *   tags    = ("P" | "F") *(":" any bytes but SP and LF)      P: the record goes on in a later line; F: it ends here
 *   content = any bytes but LF; CR is content
 *
 * - A record is P* F of one std stream; lines of the other may stand between its pieces. Its time is that of its last
 *   piece, because that one lies in this input (the first may be in a file that is gone); its place is that of its first
 *   piece.
 * - NULs before a line are a hole that a truncation left: they are skipped and counted; a line of nothing but NULs is no
 *   record.
 * - Any other line is a record of its own, flagged UNPARSED, with the time at which it was read. It leaves what is open
 *   alone.
 *
 * Room: joined messages go into the arena, which must hold `maxMessageBytes` when it is empty.
 * Cost: about 75 ns a line of 200 bytes (Node 26), of which 22 are the search for the newline.
 */
const NEWLINE = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const LETTER_F = 0x46;
const LETTER_P = 0x50;
/** ` std`, `out ` and `err ` as little-endian words. */
const SPACE_STD = 0x64747320;
const OUT_SPACE = 0x2074756f;
const ERR_SPACE = 0x20727265;

/** @param kernel decodes the plain lines; the lines that it leaves are decoded here */
export const criDecoder = (kernel: Kernel): Decoder => new CriDecoder(kernel);

class CriDecoder implements Decoder {
  readonly format = 'cri';
  private readonly piece: Piece = newPiece();
  private readonly header = new CriHeader();
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  decode(region: Region, from: number, to: number, lines: DecodeContext): number {
    const { bytes, view } = region;
    const { header } = this;
    let at = from;
    while (at < to) {
      at = this.kernel.decodeCri(region, at, to, lines);
      if (at === to || lines.table.isFull) return at;
      const start = view.getUint8(at) === 0 ? skipNuls(view, at) : at;
      const contentStart = header.read(view, start);
      const newline = bytes.indexOf(NEWLINE, contentStart < 0 ? start : contentStart);
      const skipBefore = header.stderr === 0 ? lines.skipStdoutBefore : lines.skipStderrBefore;
      if (at >= skipBefore) {
        if (contentStart < 0) this.addOther(region, at, start, newline, lines);
        else if (!this.addLine(region, at, contentStart, newline, lines)) return at;
        lines.nulBytes += start - at;
      }
      at = newline + 1;
    }
    return at;
  }

  /** @returns false when the arena has no room */
  private addLine(
    region: Region,
    at: number,
    contentStart: number,
    newline: number,
    lines: DecodeContext,
  ): boolean {
    const { piece, header } = this;
    piece.timeStart = header.timeStart;
    piece.timeEnd = header.timeEnd;
    piece.seconds = header.time.seconds;
    piece.nanoseconds = header.time.nanoseconds;
    piece.messageStart = contentStart;
    piece.messageEnd = newline;
    piece.sourceOffset = lines.base + at;
    piece.flags = header.stderr | STREAM_KNOWN | lines.lineFlags;
    piece.oversizeBytes = 0;
    return header.isLast ? addLast(region, piece, lines) : addPiece(region, piece, lines);
  }

  private addOther(region: Region, at: number, start: number, newline: number, lines: DecodeContext): void {
    const isHole = start === newline && start > at;
    if (isHole) return;
    this.piece.sourceOffset = lines.base + at;
    addUnparsed(region, start, newline, this.piece, lines);
  }
}

/** What stands before a line's content. */
export class CriHeader {
  readonly time = new TimestampReader();
  timeStart = 0;
  timeEnd = 0;
  /** STDERR or 0; 0 also where there is no header. */
  stderr = 0;
  isLast = false;

  /** @returns the index of the line's content (of its newline if there is none), or -1 where no well-formed header is */
  read(view: DataView, at: number): number {
    this.stderr = 0;
    const timeEnd = this.time.read(view, at);
    if (timeEnd < 0 || view.getInt32(timeEnd, true) !== SPACE_STD) return -1;
    const stream = view.getInt32(timeEnd + 4, true);
    if (stream !== OUT_SPACE && stream !== ERR_SPACE) return -1;
    const tag = view.getUint8(timeEnd + 8);
    if (tag !== LETTER_F && tag !== LETTER_P) return -1;
    const contentStart = afterTags(view, timeEnd + 9);
    if (contentStart < 0) return -1;
    this.timeStart = at;
    this.timeEnd = timeEnd;
    this.stderr = stream === ERR_SPACE ? STDERR : 0;
    this.isLast = tag === LETTER_F;
    return contentStart;
  }
}

/** @param at the index after the first tag */
const afterTags = (view: DataView, at: number): number => {
  const next = view.getUint8(at);
  if (next === SPACE) return at + 1;
  if (next === NEWLINE) return at;
  return next === COLON ? afterMoreTags(view, at + 1) : -1;
};

const afterMoreTags = (view: DataView, at: number): number => {
  for (let index = at; ; index++) {
    const byte = view.getUint8(index);
    if (byte === SPACE) return index + 1;
    if (byte === NEWLINE) return index;
  }
};
