/**
 * The record that is being put together out of its pieces, in the arena: only records all of whose pieces lie in one chunk. One
 * that the chunk does not end is forgotten, and TypeScript keeps its pieces until they have all come.
 */
import { copyBlocks } from './copy';

/** Where the arena is free, and where it ends. */
let free: usize = 0;
let limit: usize = 0;
let most: usize = 0;
let records: i32 = 0;

/** What to go back to if the record does not end: its first line, and the row that would be the next. */
let firstLine: usize = 0;
let nextRow: i32 = 0;
let messageBytes: usize = 0;
let bytes: usize = 0;

/** @param mostBytes longer records are left alone */
export function useArena(start: usize, end: usize, mostBytes: i32): void {
  free = start;
  limit = end;
  most = <usize>mostBytes;
  records = 0;
}

export function beginRecord(line: usize, row: i32, bytesBefore: usize): void {
  firstLine = line;
  nextRow = row;
  messageBytes = bytesBefore;
  bytes = 0;
}

/** Copies up to 63 bytes more than there are: the arena has slack behind it. @returns false if the record is too long for it */
export function addPiece(content: usize, pieceBytes: usize): bool {
  const sum = bytes + pieceBytes;
  if (sum > most || free + sum > limit) return false;
  copyBlocks(content, free + bytes, pieceBytes);
  bytes = sum;
  return true;
}

/** The record is whole. @returns where its message begins; it ends at `arenaFree` */
export function endRecord(): usize {
  const start = free;
  free += bytes;
  records++;
  return start;
}

export function arenaFree(): usize {
  return free;
}

/** How many records were put together since `useArena`. */
export function joinedRecords(): i32 {
  return records;
}

export function recordLine(): usize {
  return firstLine;
}

export function recordRow(): i32 {
  return nextRow;
}

export function bytesBeforeRecord(): usize {
  return messageBytes;
}
