import type { DecodeContext, Decoder, Piece } from '../core/decoder.ts';
import { unescapeJson } from '../core/json-string.ts';
import { JOINED, STREAM_KNOWN } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { DockerLine } from './docker-line.ts';
import { skipNuls } from './nuls.ts';
import { addLast, addPiece, addUnparsed, channelOf, newPiece, noRoom } from './rows.ts';

/**
 * Docker's json-file format; docker-line.ts has the shape of a line.
 *
 * - A log that ends with a newline ends a record; without it the record goes on in a later line of its std stream (docker
 *   cuts at 16 KiB). The message is the log unescaped, without that newline. Time and place of a joined record: as in
 *   cri.ts.
 * - NULs before a line, and lines that are no docker line: as in cri.ts. (Docker leaves NUL runs where the disk was full.)
 *
 * Where the message has no escapes, the row points into the input. Otherwise it is unescaped into the arena, at once behind
 * the room that the pieces before it will need, and no further than the limit allows: so the arena must hold
 * `maxMessageBytes` when it is empty, however long the line is. The limit, and what is counted as cut off, are bytes of the
 * unescaped message.
 */
const NEWLINE = 0x0a;

export const dockerDecoder = (): Decoder => new DockerDecoder();

class DockerDecoder implements Decoder {
  readonly format = 'docker';
  private readonly piece: Piece = newPiece();
  private readonly line = new DockerLine();

  decode(region: Region, from: number, to: number, lines: DecodeContext): number {
    const { bytes, view } = region;
    const { line } = this;
    let at = from;
    while (at < to) {
      if (lines.table.isFull) return at;
      const start = view.getUint8(at) === 0 ? skipNuls(view, at) : at;
      const newline = bytes.indexOf(NEWLINE, start);
      const isLine = line.read(view, start, newline);
      const skipBefore = line.stderr === 0 ? lines.skipStdoutBefore : lines.skipStderrBefore;
      if (at >= skipBefore) {
        if (!isLine) this.addOther(region, at, start, newline, lines);
        else if (!this.addLine(region, at, lines)) return at;
        lines.nulBytes += start - at;
      }
      at = newline + 1;
    }
    return at;
  }

  /** @returns false when the arena has no room */
  private addLine(region: Region, at: number, lines: DecodeContext): boolean {
    const { piece, line } = this;
    piece.timeStart = line.timeStart;
    piece.timeEnd = line.timeEnd;
    piece.seconds = line.time.seconds;
    piece.nanoseconds = line.time.nanoseconds;
    piece.messageStart = line.log.start;
    piece.messageEnd = line.messageEnd;
    piece.sourceOffset = lines.base + at;
    piece.flags = line.stderr | STREAM_KNOWN | lines.lineFlags;
    piece.oversizeBytes = 0;
    if (line.messageHasEscapes && !this.unescape(region, lines)) return noRoom(region);
    return line.isLast ? addLast(region, piece, lines) : addPiece(region, piece, lines);
  }

  /** @returns false when the arena has no room */
  private unescape(region: Region, lines: DecodeContext): boolean {
    const { piece } = this;
    const openBytes = lines.joiner.openBytes(channelOf(piece.flags));
    const room = Math.min(piece.messageEnd - piece.messageStart, lines.maxMessageBytes - openBytes);
    if (region.arenaFree < openBytes + room) return false;
    const target = region.arenaUsed + openBytes;
    const { messageStart, messageEnd } = piece;
    const size = unescapeJson(region.view, messageStart, messageEnd, target, target + room);
    piece.messageStart = target;
    piece.messageEnd = target + Math.min(size, room);
    piece.oversizeBytes = size - (piece.messageEnd - piece.messageStart);
    piece.flags |= JOINED;
    return true;
  }

  private addOther(region: Region, at: number, start: number, newline: number, lines: DecodeContext): void {
    const isHole = start === newline && start > at;
    if (isHole) return;
    this.piece.sourceOffset = lines.base + at;
    addUnparsed(region, start, newline, this.piece, lines);
  }
}
