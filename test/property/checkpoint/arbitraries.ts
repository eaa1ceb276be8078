import fc from 'fast-check';
import type { CheckpointChange, OutputState, StreamState } from '../../../src/checkpoint/state.ts';
import type { CopyRecord, FileRecord, GenerationRecord } from '../../../src/core/identity.ts';
import type { Origin } from '../../../src/core/origin.ts';
import type { StreamPosition } from '../../../src/core/position.ts';

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const small = fc.nat({ max: 5 });
/** Any text, lone surrogates included: file names are what a stranger made them. */
const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('"', '\n', '\\', '\u2028', '\ud800'),
  ),
  maxLength: 12,
});
const bigInteger = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const origin: fc.Arbitrary<Origin> = fc.oneof(
  fc.record({ kind: fc.constant('file' as const), file: text, host: text }),
  fc.record({
    kind: fc.constant('kubernetes' as const),
    namespace: text,
    pod: text,
    uid: text,
    container: text,
    containerId: text,
    restart: count,
    host: text,
  }),
);

const fileFields = {
  path: text,
  compressed: fc.boolean(),
  dev: bigInteger,
  ino: bigInteger,
  birthtimeNs: bigInteger,
  head: fc.record({ length: count, hash: text }),
  size: count,
  tail: count,
};
const generation: fc.Arbitrary<GenerationRecord> = fc.record({ sequence: count, ...fileFields });
const copy: fc.Arbitrary<CopyRecord> = fc.record({
  ino: bigInteger,
  birthtimeNs: bigInteger,
  sequence: count,
});
const file: fc.Arbitrary<FileRecord> = fc.record(fileFields);

const stream: fc.Arbitrary<StreamState> = fc.record(
  {
    origin,
    generations: fc.array(generation, { maxLength: 3 }),
    unjudged: fc.array(file, { minLength: 1, maxLength: 3 }),
    copies: fc.array(copy, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['origin', 'generations'] },
);

const place = fc.record({ generation: small, offset: count });
const position: fc.Arbitrary<StreamPosition> = fc.record({ stdout: place, stderr: place });

/** Few keys, so that changes meet; and every key that JavaScript objects treat in a way of their own. */
const key = fc.oneof(
  fc.constantFrom('a', 'uid/app/0', 'file/__proto__', 'file/größe.log', 'constructor', 'toString'),
  text.map((name) => `file/${name}`),
);

const mapOf = <T>(keys: fc.Arbitrary<string>, value: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> =>
  fc.array(fc.tuple(keys, value), { maxLength: 4 }).map((entries) => new Map(entries));

const output: fc.Arbitrary<OutputState> = fc.record({
  type: text,
  positions: mapOf(key, position),
  ledger: fc.oneof(fc.constant(null), fc.record({ records: count })),
  sink: fc.oneof(fc.constant(null), fc.record({ ino: text, length: count })),
});

export const change: fc.Arbitrary<CheckpointChange> = fc.record({
  agent: fc.option(
    fc.record(
      { pid: count, host: text, startedAt: text, directories: fc.array(text) },
      { requiredKeys: ['pid', 'host', 'startedAt'] },
    ),
    { nil: undefined },
  ),
  streams: mapOf(key, fc.option(stream, { nil: undefined })),
  outputs: mapOf(fc.constantFrom('out', 'other'), output),
});
