import { shortHash } from '../core/hash.ts';
import {
  EMPTY_MARKER,
  type FileRecord,
  HEAD_BYTES,
  type Head,
  type Identity,
  MARKER_BYTES,
  markerHash,
} from '../core/identity.ts';
import type { SightedFile } from '../core/sighting.ts';
import type { Compression, Descriptor, FileStatus, Files } from '../system/system.ts';
import { type Content, contentOf } from './content.ts';
import type { OpenedFile } from './postponed-files.ts';
import { plainSource } from './source.ts';

/** A file that no generation is known to be: opened, its first bytes read, not yet judged. */
export interface Candidate extends Content {
  readonly file: SightedFile;
  readonly descriptor: Descriptor;
  readonly identity: Identity;
  /** Whether a directory lists it; a file that was postponed may have lost its name since. */
  readonly listed: boolean;
  /** Of the (decompressed) content; for a .gz what its footer says (modulo 4 GiB). */
  readonly size: number;
  /** The first ≤1,024 (decompressed) bytes. */
  readonly head: Uint8Array;
  /** Of a plain file. */
  readonly tail: number;
}

/** How much of a .gz is read to inflate its first kilobyte; deflate can need a table of its own before the first byte. */
const COMPRESSED_HEAD_BYTES = 4096;
/** A gzip file ends with the CRC and the length of its content, 4 bytes each (RFC 1952). */
const FOOTER_BYTES = 4;
const SMALLEST_GZIP = 18;

/** Opens a file and reads its head; undefined if it is gone, is no regular file, or is a .gz that is not whole yet. */
export const openCandidate = (
  files: Files,
  compression: Compression,
  file: SightedFile,
): Candidate | undefined => {
  const descriptor = files.open(file.path);
  try {
    const status = files.status(descriptor);
    if (status.kind !== 'file') {
      files.close(descriptor);
      return undefined;
    }
    const { dev, ino, birthtimeNs } = status;
    const opened = { file, descriptor, identity: { dev, ino, birthtimeNs }, listed: true };
    return readCandidate(files, compression, opened);
  } catch (error) {
    files.close(descriptor);
    throw error;
  }
};

/** Reads what an open file holds now; undefined, and closed, if it is a .gz that is not whole yet. */
export const readCandidate = (
  files: Files,
  compression: Compression,
  opened: OpenedFile,
): Candidate | undefined => {
  const { file, descriptor } = opened;
  const content = file.compressed
    ? compressedContent(files, compression, descriptor, files.look(descriptor))
    : contentOf(plainSource(files, descriptor));
  if (content !== undefined) return { ...opened, ...content };
  files.close(descriptor);
  return undefined;
};

/** What a checkpoint says of it. */
export const recordOf = ({ file, identity, head, size, tail }: Candidate): FileRecord => ({
  ...identity,
  path: file.path,
  compressed: file.compressed,
  head: { length: head.length, hash: shortHash(head) },
  size,
  tail,
});

const compressedContent = (
  files: Files,
  compression: Compression,
  descriptor: Descriptor,
  { size: sizeOnDisk, mtimeMs }: Pick<FileStatus, 'size' | 'mtimeMs'>,
): Content | undefined => {
  if (sizeOnDisk < SMALLEST_GZIP) return undefined;
  const footer = readBytes(files, descriptor, FOOTER_BYTES, sizeOnDisk - FOOTER_BYTES);
  const compressed = readBytes(files, descriptor, COMPRESSED_HEAD_BYTES, 0);
  const head = inflateHead(compression, compressed);
  return { size: footer.readUInt32LE(0), head, tail: EMPTY_MARKER, mtimeMs };
};

/** A .gz that is none is still a generation: reading it will say `corrupt`, and the ledger will have it. */
const inflateHead = (compression: Compression, compressed: Uint8Array): Uint8Array => {
  try {
    return compression.inflateHead(compressed).subarray(0, HEAD_BYTES);
  } catch {
    return new Uint8Array(0);
  }
};

const readBytes = (files: Files, descriptor: Descriptor, length: number, position: number): Buffer => {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, files.read(descriptor, bytes, 0, length, position));
};

/** Whether the candidate begins with the bytes that a head stands for. */
export const beginsWith = (candidate: Candidate, head: Head): boolean =>
  head.length > 0 &&
  candidate.head.length >= head.length &&
  shortHash(candidate.head.subarray(0, head.length)) === head.hash;

/** Whether the candidate holds what a record tells of a file, or more. */
export const holdsRecord = (
  files: Files,
  candidate: Candidate,
  { head, size, tail }: FileRecord,
): boolean => {
  if (!beginsWith(candidate, head)) return false;
  return candidate.file.compressed
    ? candidate.size === size
    : candidate.size >= size && holdsMarker(files, candidate, size, tail);
};

/** Whether a plain candidate has the bytes before `offset` that a marker stands for. */
export const holdsMarker = (files: Files, candidate: Candidate, offset: number, marker: number): boolean => {
  if (candidate.size < offset) return false;
  const length = Math.min(MARKER_BYTES, offset);
  const bytes = readBytes(files, candidate.descriptor, length, offset - length);
  return (
    bytes.length === length &&
    markerHash(new DataView(bytes.buffer, bytes.byteOffset, length), 0, length) === marker
  );
};
