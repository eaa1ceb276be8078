import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** One line of the JSON output, as birler documents it. */
export interface OutputLine {
  readonly time?: string;
  readonly stream?: string;
  readonly log?: string;
  readonly id?: string;
  readonly file?: string;
  readonly partial?: boolean;
  readonly truncated?: boolean;
  readonly gap?: OutputGap;
  readonly kubernetes?: {
    readonly namespace_name: string;
    readonly pod_name: string;
    readonly pod_id: string;
    readonly container_name: string;
    readonly container_id: string;
    readonly restart_count: number;
    readonly host: string;
    readonly container_image?: string;
    readonly owner?: { readonly kind: string; readonly name: string };
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface OutputGap {
  readonly reason: string;
  readonly bytes: number | null;
}

/** The stream that a line belongs to: pod uid, container and restart count, or the file. */
export function streamOf(line: OutputLine): string {
  const { kubernetes } = line;
  if (kubernetes === undefined) return `file/${line.file ?? '?'}`;
  return `${kubernetes.pod_id}/${kubernetes.container_name}/${kubernetes.restart_count}`;
}

const CHUNK_BYTES = 1 << 20;

/** Reads a growing text file line by line, going on where it stopped; an unfinished last line waits for its end. */
export class LineReader implements Disposable {
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  readonly #decoder = new StringDecoder('utf8');
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  /** The unfinished line at the end: not empty means that the file was cut in the middle of a line. */
  get rest(): string {
    return this.#rest;
  }

  *lines(): Generator<string> {
    for (;;) {
      const count = readSync(this.#descriptor, this.#chunk, 0, CHUNK_BYTES, this.#offset);
      if (count === 0) return;
      this.#offset += count;
      const lines = (this.#rest + this.#decoder.write(this.#chunk.subarray(0, count))).split('\n');
      this.#rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

/** All lines of a finished JSON output. Throws at the first line that is not JSON. */
export function readOutput(path: string): OutputLine[] {
  using reader = new LineReader(path);
  const lines = Array.from(reader.lines(), parseLine);
  if (reader.rest !== '')
    throw new Error(`${path} ends in the middle of a line: ${reader.rest.slice(0, 200)}`);
  return lines;
}

/** The whole lines of an output that is still written; none while there is no file. */
export function linesSoFar(path: string): OutputLine[] {
  if (!existsSync(path)) return [];
  using reader = new LineReader(path);
  return Array.from(reader.lines(), parseLine);
}

export function parseLine(text: string): OutputLine {
  try {
    return JSON.parse(text) as OutputLine;
  } catch (error) {
    throw new Error(`not a JSON line: ${text.slice(0, 300)}`, { cause: error });
  }
}

/** Messages by stream, gap records left out. */
export function messagesByStream(lines: readonly OutputLine[]): Map<string, string[]> {
  const messages = new Map<string, string[]>();
  for (const line of lines) {
    if (line.gap !== undefined) continue;
    const stream = streamOf(line);
    const list = messages.get(stream) ?? [];
    list.push(line.log ?? '');
    messages.set(stream, list);
  }
  return messages;
}
