import { KINDS, type Kind, makeTemplates, type Template } from './messages.ts';
import type { Mix } from './mix.ts';
import { Random } from './random.ts';
import { NODE_NAME, type StreamSpec } from './streams.ts';

/**
 * The records of one stream, one after the other, each in all the shapes that it can have: as the runtime writes it, and as
 * it must come out. The one truth for writing logs and for checking outputs.
 *
 *   CRI    time SP stream SP P|F SP content LF, cut every 8,192 bytes of message
 *   JSON   {"time":"…","stream":"…","log":"…","kubernetes":{…}} LF, its time that of the last piece
 *   raw    message LF
 */
const PIECE_BYTES = 8_192;
const TIME_BYTES = 30;
/** The first record of every stream; a fixed second, so that the bytes are the same for ever. */
const FIRST_SECOND = 1_795_204_800;
const PIECE_NANOSECONDS = 1_000;
/** More than the pieces of a record can take, so that times only grow. */
const LEAST_NANOSECONDS = 10_000;
const BETWEEN_RECORDS_NANOSECONDS = 2_000_000;
const BILLION = 1_000_000_000;

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const STDOUT = {
  partial: ascii(' stdout P '),
  full: ascii(' stdout F '),
  json: ascii('","stream":"stdout","log":'),
};
const STDERR = {
  partial: ascii(' stderr P '),
  full: ascii(' stderr F '),
  json: ascii('","stream":"stderr","log":'),
};
const TIME_KEY = ascii('{"time":"');
const NEWLINE = 0x0a;

/** The most that one record can take in any of its shapes: a buffer with this much room always has enough. */
export const LARGEST_RECORD_BYTES = 256 * 1024;

const pools = new Map<string, readonly Template[]>();

/** Templates depend on the kind and the mean only: all streams share them. */
const templatesFor = (kind: Kind, meanBytes: number): readonly Template[] => {
  const key = `${kind}/${meanBytes}`;
  const made = pools.get(key) ?? makeTemplates(kind, new Random(KINDS.indexOf(kind) + 1), meanBytes);
  pools.set(key, made);
  return made;
};

interface Choice {
  readonly below: number;
  readonly templates: readonly Template[];
}

const choicesOf = ({ shares, meanMessageBytes }: Mix): readonly Choice[] => {
  let below = 0;
  return KINDS.flatMap((kind) => {
    const share = shares[kind] ?? 0;
    below += share;
    return share === 0 ? [] : [{ below, templates: templatesFor(kind, meanMessageBytes) }];
  });
};

export class RecordSource {
  /** Number of the present record, from 0; -1 before the first `advance`. */
  sequence = -1;
  readonly #random: Random;
  readonly #choices: readonly Choice[];
  readonly #stderrPercent: number;
  readonly #suffix: Buffer;
  #template: Template;
  #std = STDOUT;
  #second = FIRST_SECOND;
  #nanosecond = 0;
  readonly #time = Buffer.alloc(TIME_BYTES);
  #timeSecond = -1;

  constructor(spec: StreamSpec) {
    this.#random = new Random(spec.seed);
    this.#choices = choicesOf(spec.mix);
    this.#stderrPercent = spec.mix.stderrPercent;
    this.#suffix = Buffer.from(`,"kubernetes":${kubernetesJson(spec)}}\n`);
    this.#template = this.#pick();
    this.#time.write('0000-00-00T00:00:00.000000000Z', 'latin1');
  }

  /** Moves to the next record. */
  advance(): void {
    this.sequence++;
    this.#template = this.#pick();
    this.#std = this.#random.below(100) < this.#stderrPercent ? STDERR : STDOUT;
    this.#step(LEAST_NANOSECONDS + this.#random.below(BETWEEN_RECORDS_NANOSECONDS));
  }

  get isStderr(): boolean {
    return this.#std === STDERR;
  }

  get pieces(): number {
    return Math.max(1, Math.ceil(this.#template.raw.length / PIECE_BYTES));
  }

  /** Writes the lines of the present record as a runtime does; the clock moves on a little with each piece. Returns the end. */
  putCri(target: Buffer, at: number): number {
    const { pieces } = this;
    const { raw, rawSequenceAt } = this.#template;
    let write = at;
    for (let piece = 0; piece < pieces; piece++) {
      const isLast = piece === pieces - 1;
      write = this.#putTime(piece * PIECE_NANOSECONDS, target, write);
      write += (isLast ? this.#std.full : this.#std.partial).copy(target, write);
      const from = piece * PIECE_BYTES;
      const bytes = raw.copy(target, write, from, isLast ? raw.length : from + PIECE_BYTES);
      if (piece === 0) this.#putSequence(target, write + rawSequenceAt);
      write += bytes;
      target[write++] = NEWLINE;
    }
    return write;
  }

  putJson(target: Buffer, at: number): number {
    const { json, jsonSequenceAt } = this.#template;
    let write = at + TIME_KEY.copy(target, at);
    write = this.#putTime((this.pieces - 1) * PIECE_NANOSECONDS, target, write);
    write += this.#std.json.copy(target, write);
    const messageAt = write;
    write += json.copy(target, write);
    this.#putSequence(target, messageAt + jsonSequenceAt);
    return write + this.#suffix.copy(target, write);
  }

  putRaw(target: Buffer, at: number): number {
    const { raw, rawSequenceAt } = this.#template;
    const end = at + raw.copy(target, at);
    this.#putSequence(target, at + rawSequenceAt);
    target[end] = NEWLINE;
    return end + 1;
  }

  #pick(): Template {
    const wanted = this.#random.below(100_000);
    for (const { below, templates } of this.#choices) {
      if (wanted < below) return this.#random.pick(templates);
    }
    throw new Error('broken invariant: the shares of a mix add up to 100,000');
  }

  #step(nanoseconds: number): void {
    this.#nanosecond += nanoseconds;
    if (this.#nanosecond < BILLION) return;
    this.#nanosecond -= BILLION;
    this.#second++;
  }

  #putTime(later: number, target: Buffer, at: number): number {
    const isNextSecond = this.#nanosecond + later >= BILLION;
    const second = this.#second + (isNextSecond ? 1 : 0);
    if (second !== this.#timeSecond) {
      this.#time.write(new Date(second * 1000).toISOString().slice(0, 19), 'latin1');
      this.#timeSecond = second;
    }
    let rest = this.#nanosecond + later - (isNextSecond ? BILLION : 0);
    for (let digit = 28; digit > 19; digit--) {
      const tenth = Math.floor(rest / 10);
      this.#time[digit] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    return at + this.#time.copy(target, at);
  }

  #putSequence(target: Buffer, at: number): void {
    for (let digit = 7, rest = this.sequence; digit >= 0; digit--, rest >>>= 4) {
      const nibble = rest & 15;
      target[at + digit] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble;
    }
  }
}

const kubernetesJson = (spec: StreamSpec): string =>
  JSON.stringify({
    namespace_name: spec.namespace,
    pod_name: spec.pod,
    pod_id: spec.uid,
    container_name: spec.container,
    container_id: spec.containerId,
    restart_count: spec.restart,
    host: NODE_NAME,
  });
