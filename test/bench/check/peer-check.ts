import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

/**
 * Compares what a peer wrote with the log that it read, line by line: time, std stream and message of every one. A peer may
 * join partial lines or not, as it likes, and may do as it likes with text that is not UTF-8 (a character that a runtime cut in
 * two); such lines are told apart, so that nobody takes them for compared.
 */
export interface PeerVerdict {
  readonly lines: number;
  /** Whether pieces were put together again. */
  readonly joins: boolean;
  /** Lines with text that is not UTF-8: their message was not compared. */
  readonly broken: number;
}

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const SPACE = 0x20;
/** ` stdout F ` behind the time. */
const TAGS_BYTES = 10;
const STREAM_BYTES = 6;
const TOLD_CHARACTERS = 300;

/** @throws Error that says what is wrong with the first line that is */
export const checkPeerOutput = (output: string, log: string, joins: boolean): PeerVerdict => {
  let lines = 0;
  let broken = 0;
  const written = linesOf(output);
  try {
    for (const { time, stream, message } of recordsOf(linesOf(log), joins)) {
      const next = written.next();
      if (next.done === true) throw new Error(`line ${lines + 1} is missing: ${told(message)}`);
      lines++;
      const fields = fieldsOf(next.value, lines);
      const isText = isUtf8(message);
      if (!isText) broken++;
      // Which piece's time a joined record has is a matter of taste.
      const isRight =
        fields['stream'] === stream &&
        (joins || fields['time'] === time) &&
        (!isText || fields['log'] === message.toString());
      if (!isRight)
        throw new Error(
          `line ${lines} is ${told(next.value)}; the log says ${time} ${stream} ${told(message)}`,
        );
    }
    const more = written.next();
    if (more.done !== true) throw new Error(`a line that was never written: ${told(more.value)}`);
    return { lines, joins, broken };
  } finally {
    written.return(undefined);
  }
};

interface LogRecord {
  readonly time: string;
  readonly stream: string;
  readonly message: Buffer;
}

function* recordsOf(lines: Iterable<Buffer>, joins: boolean): Generator<LogRecord, undefined> {
  const open = new Map<string, Buffer[]>();
  for (const line of lines) {
    const timeEnd = line.indexOf(SPACE);
    const stream = line.toString('latin1', timeEnd + 1, timeEnd + 1 + STREAM_BYTES);
    const isLast = line[timeEnd + TAGS_BYTES - 2] === 'F'.charCodeAt(0);
    const content = line.subarray(timeEnd + TAGS_BYTES);
    const pieces = open.get(stream) ?? [];
    if (joins && !isLast) {
      // The lines lie in a buffer that is used again.
      open.set(stream, [...pieces, Buffer.from(content)]);
      continue;
    }
    open.delete(stream);
    const message = pieces.length === 0 ? content : Buffer.concat([...pieces, content]);
    yield { time: line.toString('latin1', 0, timeEnd), stream, message };
  }
  return undefined;
}

/** Each valid until the next is asked for, without its newline. */
function* linesOf(path: string): Generator<Buffer, undefined> {
  const file = openSync(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let kept = 0; ; ) {
      if (kept === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
      const read = readSync(file, buffer, kept, buffer.length - kept, null);
      const filled = buffer.subarray(0, kept + read);
      let start = 0;
      for (let end = filled.indexOf(NEWLINE); end >= 0; end = filled.indexOf(NEWLINE, start)) {
        yield filled.subarray(start, end);
        start = end + 1;
      }
      if (read === 0) {
        if (filled.length > start) yield filled.subarray(start);
        return undefined;
      }
      filled.copy(buffer, 0, start);
      kept = filled.length - start;
    }
  } finally {
    closeSync(file);
  }
}

const fieldsOf = (line: Buffer, number: number): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(line.toString()) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error(`line ${number} is no JSON: ${told(line)}`);
  }
};

const told = (text: Buffer): string => text.toString('utf8', 0, TOLD_CHARACTERS);
