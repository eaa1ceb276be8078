import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from './log-file.ts';
import type { Mix } from './mix.ts';
import { placeStream } from './node-directory.ts';
import { LARGEST_RECORD_BYTES, RecordSource } from './records.ts';
import { makeStreams, type StreamSpec } from './streams.ts';

const buffer = Buffer.allocUnsafe(LARGEST_RECORD_BYTES);

interface LiveLog {
  readonly file: number;
  readonly source: RecordSource;
}

/** A node whose containers log while the agent runs. */
export class LiveNode implements Disposable {
  readonly directory: string;
  readonly streams: readonly StreamSpec[];
  bytesWritten = 0;
  /** What the JSON lines of everything written so far add up to. */
  jsonBytes = 0;
  readonly #logs: readonly LiveLog[];

  /** @param holdsOpen whether the logs can be written to later; each then takes a descriptor */
  constructor(scratch: string, files: number, mix: Mix, holdsOpen: boolean, firstRecords = 0) {
    this.directory = mkdtempSync(join(scratch, 'node-'));
    this.streams = makeStreams(files, files, mix);
    const logs: LiveLog[] = [];
    for (const spec of this.streams) {
      const log = { file: openSync(placeStream(this.directory, spec), 'a'), source: new RecordSource(spec) };
      for (let record = 0; record < firstRecords; record++) this.#write(log);
      if (holdsOpen) logs.push(log);
      else closeSync(log.file);
    }
    this.#logs = logs;
  }

  get logs(): string {
    return join(this.directory, 'containers');
  }

  get pods(): string {
    return join(this.directory, 'pods');
  }

  /** Writes the next record of a stream; partial pieces and all in one call, as one line after the other. */
  write(stream: number): void {
    const log = this.#logs[stream % this.#logs.length];
    if (log !== undefined) this.#write(log);
  }

  /** Writes a line of the caller's own into a stream. */
  writeLine(stream: number, line: string): void {
    const log = this.#logs[stream % this.#logs.length];
    if (log !== undefined) writeAll(log.file, Buffer.from(line));
  }

  get accounts(): readonly { readonly records: number }[] {
    return this.#logs.map(({ source }) => ({ records: source.sequence + 1 }));
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#logs) closeSync(file);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #write({ file, source }: LiveLog): void {
    source.advance();
    const end = source.putCri(buffer, 0);
    writeAll(file, buffer.subarray(0, end));
    this.bytesWritten += end;
    this.jsonBytes += source.putJson(buffer, 0);
  }
}
