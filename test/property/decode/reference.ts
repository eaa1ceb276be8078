/**
 * What the decoders must say, written for the reader: strings, regular expressions, JSON.parse, Date. Text is latin1, one
 * character a byte.
 */
import type { LogFormat } from '../../../src/core/decoder.ts';
import { CARRIED, STDERR, STREAM_KNOWN, TRUNCATED, UNPARSED } from '../../../src/core/record-table.ts';
import {
  type Chunk,
  type DecodedRecord,
  OBSERVED_NANOSECONDS,
  OBSERVED_SECONDS,
  OBSERVED_TIME,
} from './harness.ts';

interface Time {
  readonly time: string;
  readonly seconds: number;
  readonly nanoseconds: number;
}

interface ReferenceLine extends Time {
  readonly stderr: boolean;
  readonly isLast: boolean;
  readonly message: string;
}

interface OpenRecord {
  message: string;
  readonly line: ReferenceLine;
  readonly offset: number;
  readonly generation: number;
}

export interface ReferenceOptions {
  readonly format: LogFormat;
  readonly maxMessageBytes: number;
  readonly skipStdoutBefore?: number;
  readonly skipStderrBefore?: number;
}

const OBSERVED: Time = { time: OBSERVED_TIME, seconds: OBSERVED_SECONDS, nanoseconds: OBSERVED_NANOSECONDS };
const TIME =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d|60)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const CRI = /^([^ ]*) (stdout|stderr) ([PF])(?::[^ ]*)?(?: ([^]*))?$/;

export class Reference {
  readonly records: DecodedRecord[] = [];
  oversizeBytes = 0;
  unparsedLines = 0;
  nulBytes = 0;
  private readonly options: ReferenceOptions;
  private readonly open: Record<string, OpenRecord | undefined> = {};

  constructor(options: ReferenceOptions) {
    this.options = options;
  }

  feed(chunk: Chunk): void {
    let offset = chunk.offset;
    for (const line of chunk.bytes.toString('latin1').split('\n').slice(0, -1)) {
      if (this.options.format === 'raw') this.unknown(chunk.generation, offset, line, 0);
      else this.known(chunk.generation, offset, line);
      offset += line.length + 1;
    }
  }

  private known(generation: number, offset: number, withNuls: string): void {
    const { format, skipStdoutBefore = 0, skipStderrBefore = 0 } = this.options;
    const text = withNuls.replace(/^\0*/, '');
    const line = format === 'cri' ? parseCri(text) : parseDocker(text);
    if (offset < (line?.stderr === true ? skipStderrBefore : skipStdoutBefore)) return;
    this.nulBytes += withNuls.length - text.length;
    if (line === undefined) {
      if (text === '' && withNuls !== '') return;
      this.unparsedLines++;
      this.unknown(generation, offset, text, UNPARSED);
      return;
    }
    const channel = String(line.stderr);
    const open = (this.open[channel] ??= { message: '', line, offset, generation });
    open.message += line.message;
    if (!line.isLast) return;
    delete this.open[channel];
    const flags = (line.stderr ? STDERR : 0) | (open.generation === generation ? 0 : CARRIED) | STREAM_KNOWN;
    this.add({ ...open, time: line }, flags);
  }

  private unknown(generation: number, offset: number, message: string, flags: number): void {
    if (offset >= (this.options.skipStdoutBefore ?? 0)) {
      this.add({ generation, offset, message, time: OBSERVED }, flags);
    }
  }

  private add(
    record: { generation: number; offset: number; message: string; time: Time },
    flags: number,
  ): void {
    const { message, offset, generation } = record;
    const { time, seconds, nanoseconds } = record.time;
    const cut = cutMessage(message, this.options.maxMessageBytes);
    this.oversizeBytes += message.length - cut.length;
    const isCut = message.length > this.options.maxMessageBytes;
    this.records.push({
      message: cut,
      time,
      seconds,
      nanoseconds,
      flags: flags | (isCut ? TRUNCATED : 0),
      sourceOffset: offset,
      generation,
    });
  }
}

/** At most `max` bytes, without the beginning of a character that does not fit. */
const cutMessage = (message: string, max: number): string =>
  message.length <= max
    ? message
    : message
        .slice(0, max)
        .replace(/(?:[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf7][\x80-\xbf]{0,2})$/, '');

const parseTime = (text: string): Time | undefined => {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, minute = '', second = '', fraction = '', sign = '+', hours = '0', minutes = '0'] = match;
  const date = new Date(`${minute}:00Z`);
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(minute);
  if (!exists || minute.startsWith('0000')) return undefined;
  const zone = (Number(hours) * 3600 + Number(minutes) * 60) * (sign === '+' ? 1 : -1);
  const seconds = date.getTime() / 1000 + Number(second) - zone;
  return { time: text, seconds, nanoseconds: Number(fraction.padEnd(9, '0')) };
};

export const parseCri = (line: string): ReferenceLine | undefined => {
  const [, timeText = '', stream, tag, message = ''] = CRI.exec(line) ?? [];
  const time = parseTime(timeText);
  return time && { ...time, stderr: stream === 'stderr', isLast: tag === 'F', message };
};

export const parseDocker = (line: string): ReferenceLine | undefined => {
  // Bytes from 0x80 up must not be taken for the characters that `\u0080` to `\u00ff` mean: they stand aside in a block of private
  // characters of which the line has no escape.
  const blocks = [0xe000, 0xe100, 0xe200, 0xe300, 0xe400, 0xe500, 0xe600, 0xe700, 0xe800, 0xe900];
  const escapes = line.toLowerCase();
  const block = blocks.find((base) => !escapes.includes(`\\u${base.toString(16).slice(0, 2)}`)) ?? 0xf800;
  const aside = line.replace(/[\x80-\xff]/g, (byte) => String.fromCharCode(block + byte.charCodeAt(0)));
  const value = parseObject(aside);
  const time = typeof value['time'] === 'string' ? parseTime(value['time']) : undefined;
  const { log, stream } = value;
  if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined;
  const bytes = Array.from(log, (character) => {
    const code = character.charCodeAt(0);
    return (code & 0xff00) === block
      ? String.fromCharCode(code - block)
      : Buffer.from(character, 'utf8').toString('latin1');
  }).join('');
  const isLast = bytes.endsWith('\n');
  return (
    time && { ...time, stderr: stream === 'stderr', isLast, message: isLast ? bytes.slice(0, -1) : bytes }
  );
};

const parseObject = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // Not JSON: no key is there.
  }
};
