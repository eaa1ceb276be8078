import * as z from 'zod';
import type { CopyRecord, FileRecord, GenerationRecord, StreamRecord } from '../core/identity.ts';
import type { Origin } from '../core/origin.ts';
import type { StreamPosition } from '../core/position.ts';

/**
 * What a checkpoint knows, and how it is written: one JSON object per commit. An entry holds only what changed; entries
 * are applied one after the other, so the last word counts.
 *
 *   {"agent": {pid, host, startedAt, directories},
 *    "streams": [["<key>", {"origin": {…}, "generations": [[sequence, path, compressed, dev, ino, birth, headLength,
 *                 headHash, size, tail, cutSize?], …],
 *                 "unjudged": [[path, compressed, dev, ino, birth, headLength, headHash, size, tail], …],
 *                 "copies": [[ino, birth, sequence], …]} | null], …],
 *    "outputs": [["<name>", {"type": "…", "positions": [["<key>", [generation, offset] | [generation, offset, generation,
 *                 offset]], …], "ledger": {…}, "sink": …}], …]}
 *
 * A stream that is null is forgotten, with its positions in all outputs. Two pairs in a position: stdout, then stderr.
 *
 * Names that strangers choose stand in pairs and never as property names: V8's JSON.parse may give `a\` for the property
 * name `a"` once it has seen `a\` (nodejs/node#63785), and a position would move to another file. Entries of older
 * versions, which are objects with the names as properties, are read all the same.
 */
export type StreamState = StreamRecord;

export interface OutputState {
  readonly type: string;
  readonly positions: ReadonlyMap<string, StreamPosition>;
  readonly ledger: unknown;
  readonly sink: unknown;
}

/** Who writes the checkpoint. */
export interface AgentState {
  readonly pid: number;
  readonly host: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Where it looks for logs, as configured; undefined in checkpoints of older versions. */
  readonly directories?: readonly string[] | undefined;
}

export interface CheckpointState {
  readonly agent: AgentState | undefined;
  readonly streams: ReadonlyMap<string, StreamState>;
  readonly outputs: ReadonlyMap<string, OutputState>;
}

/** What changed since the last commit. */
export interface CheckpointChange {
  readonly agent?: AgentState | undefined;
  /** undefined: forget the stream. */
  readonly streams: ReadonlyMap<string, StreamState | undefined>;
  readonly outputs: ReadonlyMap<string, OutputState>;
}

const integer = z.number().int().nonnegative();
const bigInteger = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform((digits) => BigInt(digits));
const originSchema: z.ZodType<Origin> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), file: z.string(), host: z.string() }),
  z.object({
    kind: z.literal('kubernetes'),
    namespace: z.string(),
    pod: z.string(),
    uid: z.string(),
    container: z.string(),
    containerId: z.string(),
    restart: integer,
    host: z.string(),
  }),
]);
const fileFields = [
  z.string(),
  z.boolean(),
  bigInteger,
  bigInteger,
  bigInteger,
  integer,
  z.string(),
  integer,
  integer,
] as const;
const unjudgedSchema = z
  .tuple(fileFields)
  .transform(([path, compressed, dev, ino, birthtimeNs, length, hash, size, tail]): FileRecord => {
    return { path, compressed, dev, ino, birthtimeNs, head: { length, hash }, size, tail };
  });
const copySchema = z
  .tuple([bigInteger, bigInteger, integer])
  .transform(([ino, birthtimeNs, sequence]): CopyRecord => ({ ino, birthtimeNs, sequence }));
const generationSchema = z
  .tuple([integer, ...fileFields])
  .rest(integer)
  .transform(
    ([
      sequence,
      path,
      compressed,
      dev,
      ino,
      birthtimeNs,
      length,
      hash,
      size,
      tail,
      cutSize,
    ]): GenerationRecord => {
      return {
        sequence,
        path,
        compressed,
        dev,
        ino,
        birthtimeNs,
        head: { length, hash },
        size,
        tail,
        cutSize,
      };
    },
  );
const positionSchema = z.union([
  z.tuple([integer, integer]).transform(([generation, offset]): StreamPosition => {
    const position = { generation, offset };
    return { stdout: position, stderr: position };
  }),
  z
    .tuple([integer, integer, integer, integer])
    .transform(([outSequence, outOffset, errSequence, errOffset]): StreamPosition => {
      return {
        stdout: { generation: outSequence, offset: outOffset },
        stderr: { generation: errSequence, offset: errOffset },
      };
    }),
]);
/** Pairs of name and value; an object in entries of older versions. */
const mapOf = <T>(value: z.ZodType<T>) =>
  z
    .union([z.array(z.tuple([z.string(), value])), z.record(z.string(), value).transform(Object.entries<T>)])
    .transform((pairs): Map<string, T> => new Map(pairs));
const streamSchema = z.object({
  origin: originSchema,
  generations: z.array(generationSchema),
  unjudged: z.array(unjudgedSchema).optional(),
  copies: z.array(copySchema).optional(),
});
const outputSchema = z
  .object({
    type: z.string(),
    positions: mapOf(positionSchema),
    ledger: z.unknown(),
    // A sink without a state of its own (stdout) leaves the key out; zod's unknown alone would refuse that.
    sink: z.unknown().optional(),
  })
  .transform((output): OutputState => ({ ...output, sink: output.sink }));
const agentSchema = z.object({
  pid: integer,
  host: z.string(),
  startedAt: z.string(),
  directories: z.array(z.string()).optional(),
});
const entrySchema = z.object({
  agent: agentSchema.optional(),
  streams: mapOf(streamSchema.nullable().transform((stream) => stream ?? undefined)),
  outputs: mapOf(outputSchema),
});

/** Reads one entry; throws if it is none. */
export const parseEntry = (text: string): CheckpointChange => entrySchema.parse(JSON.parse(text));

export const formatEntry = (change: CheckpointChange): string =>
  JSON.stringify({
    agent: change.agent,
    streams: mapValues(change.streams, (stream) => (stream === undefined ? null : formatStream(stream))),
    outputs: mapValues(change.outputs, (output) => ({
      type: output.type,
      positions: mapValues(output.positions, formatPosition),
      ledger: output.ledger,
      sink: output.sink,
    })),
  });

const mapValues = <A, B>(map: ReadonlyMap<string, A>, convert: (value: A) => B): [string, B][] =>
  [...map].map(([key, value]) => [key, convert(value)]);

const formatStream = ({ origin, generations, unjudged = [], copies = [] }: StreamState): unknown => ({
  // Labels and the like are asked for anew at each start; old ones would only make the journal long.
  origin: origin.kind === 'kubernetes' ? { ...origin, facts: undefined } : origin,
  generations: generations.map((generation) => [
    generation.sequence,
    ...formatFile(generation),
    ...(generation.cutSize === undefined ? [] : [generation.cutSize]),
  ]),
  ...(unjudged.length === 0 ? {} : { unjudged: unjudged.map(formatFile) }),
  ...(copies.length === 0 ? {} : { copies: copies.map(formatCopy) }),
});

const formatCopy = ({ ino, birthtimeNs, sequence }: CopyRecord): readonly (string | number)[] => [
  String(ino),
  String(birthtimeNs),
  sequence,
];

const formatFile = (file: FileRecord): readonly (string | number | boolean)[] => [
  file.path,
  file.compressed,
  String(file.dev),
  String(file.ino),
  String(file.birthtimeNs),
  file.head.length,
  file.head.hash,
  file.size,
  file.tail,
];

const formatPosition = ({ stdout, stderr }: StreamPosition): readonly number[] =>
  stdout.generation === stderr.generation && stdout.offset === stderr.offset
    ? [stdout.generation, stdout.offset]
    : [stdout.generation, stdout.offset, stderr.generation, stderr.offset];

/** Applies an entry to what was known. */
export const applyChange = (state: MutableState, change: CheckpointChange): void => {
  state.agent = change.agent ?? state.agent;
  for (const [key, stream] of change.streams) {
    if (stream !== undefined) {
      state.streams.set(key, stream);
      continue;
    }
    state.streams.delete(key);
    for (const output of state.outputs.values()) output.positions.delete(key);
  }
  for (const [name, output] of change.outputs) {
    const positions = state.outputs.get(name)?.positions ?? new Map<string, StreamPosition>();
    for (const [key, position] of output.positions) positions.set(key, position);
    state.outputs.set(name, { ...output, positions });
  }
};

export interface MutableState {
  agent: AgentState | undefined;
  readonly streams: Map<string, StreamState>;
  readonly outputs: Map<string, OutputState & { readonly positions: Map<string, StreamPosition> }>;
}

export const emptyState = (): MutableState => ({ agent: undefined, streams: new Map(), outputs: new Map() });
