import type { DecodeContext, Piece } from '../core/decoder.ts';
import { invariant } from '../core/errors.ts';
import { type Channel, STDERR_CHANNEL, STDOUT } from '../core/position.ts';
import { JOINED, PARTIAL, STDERR, TRUNCATED, UNPARSED } from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import { cutAtCharacter } from './utf8-cut.ts';

/** How a piece becomes a row: the same for all formats. Nothing here allocates. */

export const newPiece = (): Piece => ({
  timeStart: 0,
  timeEnd: 0,
  messageStart: 0,
  messageEnd: 0,
  flags: 0,
  nanoseconds: 0,
  sourceOffset: 0,
  // Not 0: V8 would take the field for a small integer, and throw the code away when the first large time comes.
  seconds: Number.NaN,
  oversizeBytes: 0,
});

export const channelOf = (flags: number): Channel => ((flags & STDERR) === 0 ? STDOUT : STDERR_CHANNEL);

/**
 * A line that is a record: adds its row, or completes the record that is open. @returns false when the arena has no room
 */
export const addLast = (region: Region, piece: Piece, lines: DecodeContext): boolean => {
  const channel = channelOf(piece.flags);
  if (!lines.joiner.isOpen(channel)) {
    addRow(region, piece, lines);
    return true;
  }
  if (!lines.joiner.complete(channel, region, piece)) return noRoom(region);
  lines.oversizeBytes += piece.oversizeBytes;
  lines.table.add(piece);
  return true;
};

/**
 * A line whose record goes on: keeps it in the joiner. Where the joiner has no memory left, the record ends here and is
 * handed out as PARTIAL: its next piece will begin a new one, and no byte is lost. @returns false when the arena has no
 * room
 */
export const addPiece = (region: Region, piece: Piece, lines: DecodeContext): boolean => {
  if (lines.joiner.append(channelOf(piece.flags), region, piece)) return true;
  piece.flags |= PARTIAL;
  return addLast(region, piece, lines);
};

/** A line that does not follow the format of its file: all of it is the message, and what is open stays open. */
export const addUnparsed = (
  region: Region,
  start: number,
  end: number,
  piece: Piece,
  lines: DecodeContext,
): void => {
  lines.unparsedLines++;
  addObserved(region, start, end, piece, lines, UNPARSED);
};

/** A line without a time of its own. The caller has set the piece's source offset. */
export const addObserved = (
  region: Region,
  start: number,
  end: number,
  piece: Piece,
  lines: DecodeContext,
  flags: number,
): void => {
  piece.messageStart = start;
  piece.messageEnd = end;
  piece.timeStart = lines.observedTimeStart;
  piece.timeEnd = lines.observedTimeEnd;
  piece.seconds = lines.observedSeconds;
  piece.nanoseconds = lines.observedNanoseconds;
  piece.flags = flags | lines.lineFlags;
  piece.oversizeBytes = 0;
  addRow(region, piece, lines);
};

const addRow = (region: Region, piece: Piece, lines: DecodeContext): void => {
  if (piece.oversizeBytes > 0 || piece.messageEnd - piece.messageStart > lines.maxMessageBytes) {
    cutToLimit(region.bytes, piece, lines.maxMessageBytes);
    lines.oversizeBytes += piece.oversizeBytes;
  }
  if ((piece.flags & JOINED) !== 0) region.arenaUsed = piece.messageEnd;
  lines.table.add(piece);
};

/** Ends the message at the limit or just before it, and adds what that costs to the piece's `oversizeBytes`. */
export const cutToLimit = (bytes: Uint8Array, piece: Piece, maxMessageBytes: number): void => {
  const limit = Math.min(piece.messageEnd, piece.messageStart + maxMessageBytes);
  const end = cutAtCharacter(bytes, piece.messageStart, limit);
  piece.oversizeBytes += piece.messageEnd - end;
  piece.messageEnd = end;
  piece.flags |= TRUNCATED;
};

/** What a decoder returns when something does not fit: with an empty arena it would be asked for ever. */
export const noRoom = (region: Region): false => {
  invariant(region.arenaUsed > region.arenaStart, 'an empty arena has room for the longest message');
  return false;
};
