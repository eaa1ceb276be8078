import type { LogFormat } from '../core/decoder.ts';
import { CriHeader } from './cri.ts';
import { DockerLine } from './docker-line.ts';

/** A head of this length is enough to tell, even if its first line does not end in it. */
export const ENOUGH_BYTES = 1024;
/** The readers load up to this many bytes beyond a line's end: a time, and the words after it. */
const SLACK_BYTES = 64;
const NEWLINE = 0x0a;
const DOCKER_HEAD = Buffer.from('{"log":');

/**
 * How the lines of a generation are written, judged by its first line that is not empty. NULs at the start of lines (holes
 * that a truncation left) are not looked at.
 *
 * The kubelet's names promise one of the two container formats, so a first line that is torn must not make a raw file of
 * such a stream. Any other file is raw unless its first line follows one of the formats to the letter.
 *
 * @param kubeletNamed the file was found under a name that the kubelet gives
 * @returns undefined while nobody can tell: no line is complete, and there are fewer than ENOUGH_BYTES of the first one
 */
export const detectFormat = (
  bytes: Uint8Array,
  start: number,
  end: number,
  kubeletNamed: boolean,
): LogFormat | undefined => {
  const at = firstLineStart(bytes, start, end);
  const newline = bytes.subarray(0, end).indexOf(NEWLINE, at);
  const isComplete = newline >= 0;
  if (!isComplete && end - at < ENOUGH_BYTES) return undefined;
  const line = paddedLine(bytes, at, isComplete ? newline : end);
  if (isDocker(line, isComplete, kubeletNamed)) return 'docker';
  return kubeletNamed || new CriHeader().read(viewOf(line), 0) >= 0 ? 'cri' : 'raw';
};

const firstLineStart = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && (bytes[at] === 0 || bytes[at] === NEWLINE)) at++;
  return at;
};

/** The line with a newline and slack behind it. A copy: this happens once a generation. */
const paddedLine = (bytes: Uint8Array, start: number, end: number): Buffer => {
  const line = Buffer.alloc(end - start + 1 + SLACK_BYTES);
  line.set(bytes.subarray(start, end));
  line[end - start] = NEWLINE;
  return line;
};

const isDocker = (line: Buffer, isComplete: boolean, kubeletNamed: boolean): boolean => {
  const looksLikeIt = line.subarray(0, DOCKER_HEAD.length).equals(DOCKER_HEAD);
  if (looksLikeIt && (kubeletNamed || !isComplete)) return true;
  const newline = line.length - 1 - SLACK_BYTES;
  return isComplete && new DockerLine().read(viewOf(line), 0, newline);
};

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
