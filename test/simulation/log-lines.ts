import type { Inode } from '../support/fake-inodes.ts';
import type { Random } from './random.ts';

export type LineFormat = 'cri' | 'raw';

/** The bytes that one file held, from its birth (or its last truncation) on, wherever they lie by now. */
export interface Life {
  readonly id: number;
  readonly stream: number;
  readonly lines: LogLine[];
  /** Files that hold these bytes: the log itself under any name, and its .gz. Copies that logrotate made do not count. */
  readonly carriers: Set<Inode>;
  /** What logrotate copied of it, and how much that is. */
  readonly copies: Map<Inode, number>;
  size: number;
  /** The banner at its start: lines that nobody can tell from those of another life. */
  bannerBytes: number;
  /** How much of it the running agent has seen to be there. */
  seenSize: number;
  /** The same, as it was at times: what a checkpoint may know. Monotonic ms and bytes. */
  readonly seenAt: { readonly ms: number; readonly size: number }[];
  /** How much of it the last checkpoint of the last agent knew. */
  savedSize: number;
  /** For how long a running agent could have found and opened it, ms. */
  visibleMs: number;
  /** An agent that runs had it open when time passed: it need not have found it in time, it had it. */
  wasHeld: boolean;
  /** Its files are no longer where a log of the stream is looked for: a link was turned away from them. */
  unlisted: boolean;
  /** When its file lost its name, or the name under which logs are looked for. */
  lostNameMs: number | undefined;
  /** No file holds the bytes any more, and no agent that runs. */
  gone: boolean;
}

/** One line of a log, or the part of it that was written. */
export interface LogLine {
  readonly id: number;
  readonly stream: number;
  readonly channel: 0 | 1;
  /** Counts the lines of the channel in its stream. */
  readonly sequence: number;
  readonly piece: number;
  /** The record ends with this line. */
  readonly closes: boolean;
  /** What the agent should say. */
  readonly content: Buffer;
  /** All of it, with header and newline. */
  readonly bytes: Buffer;
  readonly life: Life;
  readonly writtenMs: number;
  /** How much of `bytes` was written; a line that is never finished ends there for good. */
  written: number;
  abandoned: boolean;
  /** It was there before an agent that begins at the end looked for the first time. */
  skipped: boolean;
  /** Names of outputs that need not deliver it: nobody could have. */
  readonly excused: Set<string>;
}

/** Opens the content of every piece, so that a piece is known wherever it turns up. */
export const MARK = /<(\d+)>/g;

/** Text with everything that an encoder or a cut can get wrong: quotes, escapes, wide characters. */
const FILLER = [
  'abcdefghij',
  ' key=value',
  '"quoted"',
  'C:\\x\\n',
  'größe',
  '日本語',
  '🪵🪵',
  '\t',
  '{"a":1}',
  '\r',
  'zzzzzzzzzzzzzzz',
];

/** What lines of a trace begin with; the first of them opens one. Most lines are none. */
const TRACE_STARTS = ['Error: ', '    at ', '    at ', 'Caused by: ', '', '', ''];

/** @param isTrace it may look like a line of a trace */
export const contentOf = (id: number, length: number, isTrace: boolean, random: Random): Buffer => {
  const mark = `${isTrace ? (TRACE_STARTS[id % TRACE_STARTS.length] ?? '') : ''}<${id}>`;
  let text = mark;
  while (text.length < length) text += random.pick(FILLER);
  const content = Buffer.from(text);
  // Cut at bytes, through characters if it comes so: pieces of CRI lines are.
  return content.subarray(0, Math.max(mark.length, length));
};

const NANOSECONDS = 1_000_000;

export const criLine = (
  timeMs: number,
  id: number,
  channel: 0 | 1,
  closes: boolean,
  content: Buffer,
): Buffer => {
  const nanoseconds = String((id * 7) % NANOSECONDS).padStart(6, '0');
  const time = new Date(timeMs).toISOString().replace('Z', `${nanoseconds}Z`);
  const header = `${time} ${channel === 0 ? 'stdout' : 'stderr'} ${closes ? 'F' : 'P'} `;
  return Buffer.concat([Buffer.from(header), content, Buffer.from('\n')]);
};

export const rawLine = (content: Buffer): Buffer => Buffer.concat([content, Buffer.from('\n')]);

/** What some programs write first into every log, always the same: more than a fingerprint looks at. */
export const BANNER_LINE = `== ${'the same at every start '.repeat(22)}==`;
export const BANNER = Buffer.from(`${BANNER_LINE}\n`.repeat(2));

/** Where a line can be broken off so that its beginning still tells which line it is. */
export const halfOf = (line: LogLine, random: Random): number => {
  const mark = line.bytes.indexOf(`<${line.id}>`) + `<${line.id}>`.length;
  return random.between(mark, line.bytes.length - 1);
};
