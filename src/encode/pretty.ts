/**
 * For people at a terminal: one line a record, in aligned columns.
 *
 *   20:19:53.123 shop/web-0 app       │ GET /cart 200 in 12 ms
 *   20:19:53.125 shop/web-0 sidecar#2 ┃ cannot reach the upstream                  (stderr: red bar; `!` without colours)
 *   20:19:53.130 shop/web-0 app       ┆ GAP  1234 bytes were not delivered: …
 *
 * The time is as the runtime wrote it, in its zone, so that it can be searched for in the log. The column of names is as
 * wide as the longest name so far, up to LABEL_WIDTH. Further lines of a message stand below its first. The keys of a JSON
 * message are dimmed. Nothing that a message holds can drive the terminal (see terminal.ts), and the output is valid UTF-8.
 *
 * This format is for reading, not for speed: it makes strings, at about 1.2 µs a record.
 */
import type { Batch } from '../core/batch.ts';
import { type Encoder, NO_ROOM } from '../core/encoder.ts';
import type { Origin } from '../core/origin.ts';
import {
  FLAGS,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  SLOTS,
  STDERR,
  TIME_END,
  TIME_START,
  TRUNCATED,
} from '../core/record-table.ts';
import { gapBytes, gapText, gapTime } from './gap-text.ts';
import type { EncoderOptions } from './options.ts';
import { LABEL_WIDTH, type Label, labelOf } from './pretty-label.ts';
import { ANSI_PAINT, NO_PAINT, type Paint, safeLine } from './terminal.ts';
import { putText } from './text.ts';

/** Readable on dark and on light, as the colours of the names are. */
const RED = 160;
const ORANGE = 166;
/** Time, names, bar and the escape sequences of all of them. */
const ROW_BYTES = 12 + LABEL_WIDTH + 100;

interface Style {
  readonly color: boolean;
  readonly paint: Paint;
}

export const createPrettyEncoder = (options: EncoderOptions): Encoder => {
  const style: Style = { color: options.color, paint: options.color ? ANSI_PAINT : NO_PAINT };
  const labels = new WeakMap<Origin, Label>();
  let column = 0;

  const sourceOf = (origin: Origin): string => {
    const label = labels.get(origin) ?? labelOf(origin, style.paint);
    labels.set(origin, label);
    column = Math.max(column, label.width);
    return label.text + ' '.repeat(column - label.width);
  };

  return {
    estimate: (batch) => {
      const rows = 2 * batch.table.messageBytes + batch.table.rows * ROW_BYTES;
      return options.gapRecords ? rows + gapBytes(batch.gaps, ROW_BYTES) : rows;
    },

    encode: (batch, target, at) => {
      const source = sourceOf(batch.origin);
      let write = at;
      if (options.gapRecords) {
        write = putText(gapLines(batch, source, style, options), target, write);
      }
      for (let row = 0; row < batch.table.rows && write !== NO_ROOM; row++) {
        write = putText(recordLines(batch, row, source, column, style), target, write);
      }
      return write;
    },
  };
};

const recordLines = (batch: Batch, row: number, source: string, column: number, style: Style): string => {
  const { ints } = batch.table;
  const slot = row * SLOTS;
  const flags = ints[slot + FLAGS] ?? 0;
  const time = textOf(batch.bytes, ints[slot + TIME_START] ?? 0, ints[slot + TIME_END] ?? 0);
  const message = textOf(batch.bytes, ints[slot + MESSAGE_START] ?? 0, ints[slot + MESSAGE_END] ?? 0);
  const bar = barOf(flags, style);
  const [first = '', ...further] = message.split('\n');
  let lines = `${style.paint.dim(clockTime(time))} ${source} ${bar} ${messageLine(first, style)}`;
  for (const line of further)
    lines += `\n${' '.repeat(CLOCK_WIDTH + 1 + column)} ${bar} ${messageLine(line, style)}`;
  return `${lines}${style.paint.dim(endMark(flags))}\n`;
};

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

const CLOCK_WIDTH = 12;
const CLOCK = /T(?<seconds>\d\d:\d\d:\d\d)(?:\.(?<fraction>\d*))?/;

/** `20:19:53.123` of an RFC 3339 time; as many dashes where there is none. */
const clockTime = (time: string): string => {
  const parts = CLOCK.exec(time)?.groups;
  if (parts === undefined) return '--:--:--.---';
  return `${parts['seconds'] ?? ''}.${(parts['fraction'] ?? '').padEnd(3, '0').slice(0, 3)}`;
};

const barOf = (flags: number, { color, paint }: Style): string => {
  if ((flags & STDERR) === 0) return paint.dim('│');
  return color ? paint.color(RED, '┃') : '!';
};

const messageLine = (line: string, { color, paint }: Style): string => {
  const safe = safeLine(line, color);
  return color && looksLikeJson(safe) ? dimKeys(safe, paint) : safe;
};

const looksLikeJson = (line: string): boolean =>
  line.startsWith('{"') && line.endsWith('}') && !line.includes('\u001b');

/** A string that is never closed counts up to the end of the line: the pattern looks at each character once. */
const JSON_STRING = /"(?:[^"\\]|\\.)*(?:"(?<colon>\s*:)?|$)/g;

const dimKeys = (line: string, paint: Paint): string =>
  line.replace(JSON_STRING, (match: string, colon: string | undefined) =>
    colon === undefined ? match : paint.dim(match),
  );

const endMark = (flags: number): string => {
  if ((flags & TRUNCATED) !== 0) return ' … [cut]';
  return (flags & PARTIAL) === 0 ? '' : ' … [unfinished]';
};

const gapLines = (batch: Batch, source: string, { color, paint }: Style, options: EncoderOptions): string => {
  const time = paint.dim(clockTime(gapTime(batch) || (options.observedTime?.() ?? '')));
  const mark = color ? paint.banner(ORANGE, ' GAP ') : 'GAP ';
  let lines = '';
  for (const gap of batch.gaps) {
    lines += `${time} ${source} ${paint.color(ORANGE, '┆')} ${mark} ${paint.color(ORANGE, safeLine(gapText(gap), false))}\n`;
  }
  return lines;
};
