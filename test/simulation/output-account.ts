import {
  channelKey,
  giveUpHalf,
  isBareLine,
  nameOf,
  names,
  originOf,
  show,
  writtenContent,
} from './line-names.ts';
import { BANNER_LINE, type Life, type LogLine, MARK } from './log-lines.ts';
import type { LogStream } from './log-stream.ts';
import type { LogWorld } from './log-world.ts';
import type { OutputGap, OutputRecord } from './output-record.ts';
import { Violation } from './violation.ts';

export interface AccountOptions {
  readonly name: string;
  readonly maxMessageBytes: number;
  readonly partialAgeMs: number;
  /** What was not checkpointed when the agent died is cut off again, not repeated: so for files. */
  readonly isExact: boolean;
  /** Open records may be cut into pieces at any time: memory for them is short. */
  readonly splitsFreely: boolean;
  /** Records may be made of several lines, and wait for the next one. */
  readonly joinsLines: boolean;
  /** The ids of records, shared by all outputs of a run. */
  readonly ids: RecordIds;
}

/** Where a line begins in its file. */
export const startOf = ({ life, id }: LogLine): number =>
  life.lines.reduce((sum, line) => (line.id < id ? sum + line.written : sum), life.bannerBytes);

const hasNoName = ({ lostNameMs, carriers }: Life): boolean =>
  lostNameMs !== undefined || [...carriers].every(({ nlink }) => nlink === 0);

/** Record ids by what the record is made of, and back. */
export interface RecordIds {
  readonly byRecord: Map<string, string>;
  readonly byId: Map<string, string>;
}

/** It had arrived when the agent died, but that was not checkpointed. */
export const NOT_SAVED = Number.POSITIVE_INFINITY;

/** What one output got, compared record by record with what was written. */
export class OutputAccount {
  readonly name: string;
  /** When a line arrived; in the order of arrival. */
  readonly arrived = new Map<LogLine, number>();
  readonly #gaps = new Map<number, OutputGap[]>();
  readonly #logs: LogWorld;
  readonly #options: AccountOptions;
  /** What the destination would not have. */
  readonly refused = new Set<LogLine>();
  readonly #mayRepeat = new Set<LogLine>();
  /** What came without a format, and so without a std stream. */
  readonly #bare = new Set<LogLine>();
  /** By stream: the last line of the last complete record. */
  #lastOf = new Map<number, number>();
  /** By stream and channel. */
  #lastOfChannel = new Map<string, number>();

  constructor(logs: LogWorld, options: AccountOptions) {
    this.#logs = logs;
    this.#options = options;
    this.name = options.name;
  }

  get joinsLines(): boolean {
    return this.#options.joinsLines;
  }

  /** Nobody can say that it did not arrive, or the agent could not know. */
  mayCountAsLost(line: LogLine): boolean {
    return !this.has(line) || (!this.#options.isExact && line.excused.has(this.name));
  }

  has(line: LogLine): boolean {
    return this.arrived.has(line);
  }

  get allGaps(): readonly OutputGap[] {
    return [...this.#gaps.values()].flat();
  }

  /** Each loss once, even if it was told again after a crash. */
  gapsOf(stream: number): readonly OutputGap[] {
    const gaps = this.#gaps.get(stream) ?? [];
    return [...new Map(gaps.map((gap) => [`${gap.generation}/${gap.from}/${gap.reason}`, gap])).values()];
  }

  /**
   * Whether a line was told as written too late, into a file that had lost its name: nobody can tell a writer that still
   * has such a file from one that has left it, so it is not waited for without end.
   */
  wasToldLate(line: LogLine): boolean {
    if (line.life.lostNameMs === undefined) return false;
    const start = startOf(line);
    return this.gapsOf(line.stream).some(
      ({ reason, from, bytes }) =>
        reason === 'late_write' && from < start + line.written && start < from + (bytes ?? 0),
    );
  }

  /** Begins anew: for a file that is read again from its start. */
  clear(): void {
    this.arrived.clear();
    this.#gaps.clear();
    this.#mayRepeat.clear();
    this.#lastOf.clear();
    this.#lastOfChannel.clear();
  }

  /** The agent died: what arrived after this time may come again, in order. */
  mayRepeatSince(ms: number): void {
    this.#lastOf = new Map();
    this.#lastOfChannel = new Map();
    for (const line of this.#mayRepeat) this.arrived.set(line, NOT_SAVED);
    for (const [line, arrivedMs] of this.arrived) {
      if (arrivedMs <= ms) {
        this.#moveOn([line], false);
        continue;
      }
      this.#mayRepeat.add(line);
      this.arrived.set(line, NOT_SAVED);
    }
  }

  /** All is well and saved: what was sent again to a file, unseen because it looks the same, too. */
  settle(nowMs: number): void {
    for (const [line, arrivedMs] of this.arrived) if (arrivedMs === NOT_SAVED) this.arrived.set(line, nowMs);
  }

  take(record: OutputRecord, nowMs: number): void {
    const lines = this.#options.joinsLines && record.gap === undefined ? record.text.split('\n') : [];
    if (lines.length < 2) this.#takeOne(record, nowMs);
    else this.#takeJoined(record, lines, nowMs);
  }

  /** Whole lines that follow one another, each of which is looked at as if it had come alone. */
  #takeJoined(record: OutputRecord, texts: readonly string[], nowMs: number): void {
    if (record.partial || record.truncated) this.#fail(`joined, and not whole: ${show(record.text)}`);
    const stream = this.#streamOf(record);
    const lines = this.#linesOf(record, stream);
    for (const [index, line] of lines.entries()) {
      const next = lines[index + 1];
      const between = next && stream.byChannel[line.channel].slice(line.sequence + 1, next.sequence);
      const lost = between?.some((skipped) => !skipped.excused.has(this.name) && !this.#bare.has(skipped));
      if (lost) this.#fail(`${names(lines)} are joined over a hole`);
    }
    for (const text of texts) this.#takeOne({ ...record, text }, nowMs);
  }

  #takeOne(record: OutputRecord, nowMs: number): void {
    const stream = this.#streamOf(record);
    if (record.gap !== undefined) {
      this.#tell(stream, record.gap);
      return;
    }
    if (stream.hasBanner && record.text === BANNER_LINE) return;
    const lines = this.#linesOf(record, stream);
    const isBare = isBareLine(record, lines[0]);
    this.#checkText(record, lines);
    this.#checkPieces(record, lines, stream, nowMs);
    this.#checkId(record, lines);
    this.#checkOrder(record, lines);
    for (const line of lines) this.#arrive(line, nowMs);
    if (isBare) for (const line of lines) this.#bare.add(line);
    // As it does not say of which std stream it is, it cannot be put in order with the records of that.
    if (!isBare) this.#moveOn(lines, record.partial);
  }

  /** The destination would not have it: the loss is its own. */
  refuse(record: OutputRecord): void {
    const stream = this.#streamOf(record);
    if (record.gap !== undefined) this.#tell(stream, record.gap);
    if (record.gap !== undefined || (stream.hasBanner && record.text === BANNER_LINE)) return;
    for (const line of this.#linesOf(record, stream)) {
      line.excused.add(this.name);
      this.refused.add(line);
    }
  }

  #tell(stream: LogStream, gap: OutputGap): void {
    this.#gaps.set(stream.index, [...(this.#gaps.get(stream.index) ?? []), gap]);
  }

  #streamOf(record: OutputRecord): LogStream {
    const found = this.#logs.streams.find((stream) => originOf(stream) === record.origin);
    if (found === undefined) return this.#fail(`a record of a stream that is none: ${record.origin}`);
    return found;
  }

  #linesOf(record: OutputRecord, stream: LogStream): LogLine[] {
    const lines = [...record.text.matchAll(MARK)].map(([, id]) => this.#logs.lines[Number(id)]);
    const known = lines.filter((line) => line !== undefined);
    if (known.length === 0) return this.#fail(`a record that nobody wrote: ${show(record.text)}`);
    if (record.partial && !record.truncated && known.at(-1) === stream.half) giveUpHalf(stream);
    for (const line of known) {
      if (line.stream !== stream.index) return this.#fail(`${nameOf(line)} came as one of ${record.origin}`);
      if (stream.format === 'cri' && line.channel !== record.channel && !isBareLine(record, line)) {
        return this.#fail(`${nameOf(line)} came on the wrong std stream`);
      }
    }
    return record.truncated ? [...known, ...this.#cutPieces(known, stream, record.partial)] : known;
  }

  /** A record that was cut may not show its last pieces; they are delivered as far as they can be. */
  #cutPieces(known: readonly LogLine[], stream: LogStream, isPartial: boolean): readonly LogLine[] {
    const last = known.at(-1);
    if (last === undefined || last.closes) return [];
    const after = stream.byChannel[last.channel].slice(last.sequence + 1);
    const end = after.findIndex((line) => line.closes);
    const pieces = after.slice(0, end === -1 ? undefined : end + 1);
    if (!isPartial) return pieces;
    // Given up before its end, nobody knows after which piece.
    for (const piece of pieces) piece.excused.add(this.name);
    return [];
  }

  #checkText(record: OutputRecord, lines: readonly LogLine[]): void {
    if (isBareLine(record, lines[0])) return;
    const whole = Buffer.concat(lines.map(writtenContent));
    const limit = this.#options.maxMessageBytes;
    if (whole.length <= limit) {
      if (record.truncated) this.#fail(`${names(lines)} came as truncated, but it is not too long`);
      if (record.text !== whole.toString()) {
        this.#fail(
          `${names(lines)} was changed:\n  wrote ${show(whole.toString())}\n  came  ${show(record.text)}`,
        );
      }
      return;
    }
    if (!record.truncated) this.#fail(`${names(lines)} is too long and came unmarked`);
    const kept = Buffer.byteLength(record.text);
    const isPrefix = whole.toString().startsWith(record.text);
    if (!isPrefix || kept < limit - 4) this.#fail(`${names(lines)} was not cut at the limit, but at ${kept}`);
  }

  /** A record is made of pieces that follow one another, from the first to the one that closes it. */
  #checkPieces(record: OutputRecord, lines: readonly LogLine[], stream: LogStream, nowMs: number): void {
    for (const [index, line] of lines.entries()) {
      const next = lines[index + 1];
      if (next === undefined) continue;
      if (line.closes && !line.abandoned) this.#fail(`${names(lines)} are two records joined into one`);
      const between = stream.byChannel[line.channel].slice(line.sequence + 1, next.sequence);
      const lost = between.filter(
        (skipped) => !skipped.excused.has(this.name) && !record.truncated && !this.#bare.has(skipped),
      );
      if (next.sequence <= line.sequence || lost.length > 0)
        this.#fail(`${names(lines)} are joined over a hole`);
    }
    const last = lines.at(-1);
    if (last === undefined || record.truncated) return;
    if (last.closes && !last.abandoned) {
      if (record.partial) this.#fail(`${names(lines)} is complete and came as partial`);
    } else if (!record.partial) {
      this.#fail(`${names(lines)} is not complete and came unmarked`);
    } else if (!this.#maySplit(lines, last, stream, nowMs)) {
      this.#fail(`${names(lines)} was given up before its time`);
    }
  }

  #maySplit(lines: readonly LogLine[], last: LogLine, stream: LogStream, nowMs: number): boolean {
    if (last.abandoned || this.#options.splitsFreely || !stream.alive) return true;
    if (nowMs - (lines[0]?.writtenMs ?? 0) >= this.#options.partialAgeMs) return true;
    // In a file without a name it goes out when the agent stops: nobody could come back to it.
    if (last.life.unlisted || lines.some(({ life }) => hasNoName(life))) return true;
    // Nobody knows what was lost there: it may be the next piece.
    if (this.gapsOf(stream.index).some(({ bytes }) => bytes === null)) return true;
    return stream.byChannel[last.channel].slice(last.sequence).some((line) => line.excused.has(this.name));
  }

  #checkId(record: OutputRecord, lines: readonly LogLine[]): void {
    const { byRecord, byId } = this.#options.ids;
    // A trace that was cut by time may be whole when it is read again.
    if (this.#options.joinsLines) return;
    const name = `${names(lines)}${record.truncated ? ' truncated' : ''}`;
    const known = byRecord.get(name) ?? record.id;
    if (known !== record.id) this.#fail(`${name} has the id ${record.id}, and had ${known} before`);
    const other = byId.get(record.id) ?? name;
    if (other !== name && !record.truncated) this.#fail(`${name} and ${other} have the same id`);
    byRecord.set(name, record.id);
    byId.set(record.id, name);
  }

  #checkOrder(record: OutputRecord, lines: readonly LogLine[]): void {
    const first = lines[0];
    const last = lines.at(-1);
    if (first === undefined || last === undefined) return;
    const before = this.#lastOfChannel.get(channelKey(first)) ?? -1;
    const again = lines.find((line) => this.has(line) && !this.#mayRepeat.has(line));
    if (again !== undefined) this.#fail(`${nameOf(again)} came twice`);
    // Cut off before it was seen, and found in a copy that somebody made: better late than lost.
    if (lines.some((line) => line.excused.has(this.name))) return;
    if (first.id <= before) this.#fail(`${nameOf(first)} came after #${before}, which was written later`);
    // What may be part of a trace waits for the next line, and lets the other std stream pass.
    if (this.#options.joinsLines) return;
    const beforeAll = this.#lastOf.get(first.stream) ?? -1;
    if (!record.partial && last.id < beforeAll) {
      this.#fail(`${nameOf(last)} came after #${beforeAll} of the other std stream, which was written later`);
    }
  }

  #arrive(line: LogLine, nowMs: number): void {
    if (!this.arrived.has(line) || this.#mayRepeat.has(line)) this.arrived.set(line, nowMs);
    this.#mayRepeat.delete(line);
  }

  #moveOn(lines: readonly LogLine[], partial: boolean): void {
    for (const line of lines) {
      if (line.excused.has(this.name)) continue;
      const channel = channelKey(line);
      this.#lastOfChannel.set(channel, Math.max(this.#lastOfChannel.get(channel) ?? -1, line.id));
      if (!partial) this.#lastOf.set(line.stream, Math.max(this.#lastOf.get(line.stream) ?? -1, line.id));
    }
  }

  #fail(what: string): never {
    throw new Violation(`output ${this.name}: ${what}`);
  }
}
