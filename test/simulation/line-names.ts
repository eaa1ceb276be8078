import type { LogLine } from './log-lines.ts';
import type { LogStream } from './log-stream.ts';
import type { OutputRecord } from './output-record.ts';

/** How lines and records are named in messages, and what a line should look like when it arrives. */

export const originOf = (stream: LogStream): string =>
  stream.kind === 'kubelet' ? `${stream.pod}#${stream.restart}` : stream.file;

export const nameOf = (line: LogLine): string => `#${line.id} (stream ${line.stream}, life ${line.life.id})`;

export const names = (lines: readonly LogLine[]): string => lines.map((line) => `#${line.id}`).join('+');

/** The agent waited long enough for the end of a line in a file that lost its name. */
export const giveUpHalf = (stream: LogStream): void => {
  if (stream.half === undefined || stream.life?.lostNameMs === undefined) return;
  stream.half.abandoned = true;
  stream.half = undefined;
};

export const channelKey = (line: LogLine): string => `${line.stream}/${line.channel}`;

export const show = (text: string): string =>
  JSON.stringify(text.length > 160 ? `${text.slice(0, 160)}…` : text);

/** The part of the content that was written: all of it, but for a line that was given up. */
export const writtenContent = (line: LogLine): Buffer => {
  const missing = line.bytes.length - line.written;
  return missing <= 1 ? line.content : line.content.subarray(0, line.content.length - (missing - 1));
};

/** The only line of a plain file, never finished: nobody can tell its format, and it comes as it stands. */
export const isBareLine = (record: OutputRecord, line: LogLine | undefined): boolean =>
  line?.abandoned === true && record.text === line.bytes.toString('utf8', 0, line.written);
