import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { LARGEST_RECORD_BYTES, RecordSource } from './records.ts';
import type { StreamAccount, StreamSpec } from './streams.ts';

const CHUNK_BYTES = 1024 * 1024;
const chunk = Buffer.allocUnsafe(CHUNK_BYTES + LARGEST_RECORD_BYTES);

/** Writes a stream's log, up to and with the record that reaches `bytes`; returns the account of what is in it. */
export const writeLog = (path: string, spec: StreamSpec, bytes: number): StreamAccount => {
  const file = openSync(path, 'w');
  try {
    return generateLog(spec, bytes, (part) => writeAll(file, part));
  } finally {
    closeSync(file);
  }
};

/** Hands the bytes of a log out in parts, which are only good until `take` returns. */
export const generateLog = (spec: StreamSpec, bytes: number, take: (part: Buffer) => void): StreamAccount => {
  const source = new RecordSource(spec);
  const hash = createHash('sha256');
  let records = 0;
  let lines = 0;
  let done = 0;
  let end = 0;
  const flush = (): void => {
    const part = chunk.subarray(0, end);
    hash.update(part);
    take(part);
    done += end;
    end = 0;
  };
  while (done + end < bytes) {
    source.advance();
    end = source.putCri(chunk, end);
    records++;
    lines += source.pieces;
    if (end >= CHUNK_BYTES) flush();
  }
  flush();
  return { records, lines, bytes: done, sha256: hash.digest('hex') };
};

export const writeAll = (file: number, bytes: Buffer): void => {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
};
