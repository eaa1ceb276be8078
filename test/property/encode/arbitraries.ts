import fc from 'fast-check';
import type { Gap } from '../../../src/core/gap.ts';
import type { Origin, PodFacts } from '../../../src/core/origin.ts';
import { CARRIED, JOINED, PARTIAL, STDERR, STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import type { TestBatch, TestRecord } from '../../support/batches.ts';

/** Pieces that an escaper or a UTF-8 decoder can get wrong, alone or at the seam with what follows. */
const nastyPiece = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\\"',
    '\b\t\f\r',
    '\u0000',
    '\u001f',
    '\u007f',
    ' ',
    '/',
    'é',
    '€',
    '漢字',
    '😀',
    '\ufffd',
    '\ufeff',
  ].map((text) => Buffer.from(text)),
  ...[
    '\u2028',
    '\u202e',
    '\u001b[31m',
    '\u001b]0;title\u0007',
    '\u009b2J',
    '\u001b[K',
    '\u001b[5A',
    '{"a":"b",',
    '}',
  ].map((text) => Buffer.from(text)),
  // Lone continuation, lone leads, sequences cut after one, two and three bytes.
  ...[[0x80], [0xbf], [0xc3], [0xe2], [0xe2, 0x82], [0xf0], [0xf0, 0x9f], [0xf0, 0x9f, 0x98]].map((b) =>
    Buffer.from(b),
  ),
  // Overlong, surrogates as CESU-8 writes them, beyond U+10FFFF, bytes that are never UTF-8.
  ...[
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xf0, 0x80, 0x80, 0x80],
    [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  ].map((b) => Buffer.from(b)),
  ...[[0xf4, 0x90, 0x80, 0x80], [0xf5], [0xfe], [0xff], [0xe1, 0x80, 0x41], [0xf1, 0x80, 0x80, 0x22]].map(
    (b) => Buffer.from(b),
  ),
);

const cleanPiece = fc.string({ minLength: 0, maxLength: 40 }).map((text) => Buffer.from(text));
const unicodePiece = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => Buffer.from(text));

/** A message as a container may write it: any bytes. Without `newlines` it can be a line of the input. */
export const messageOf = (newlines: boolean): fc.Arbitrary<Uint8Array> =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.array(fc.oneof(cleanPiece, nastyPiece, unicodePiece), { maxLength: 8 }) },
      { weight: 2, arbitrary: fc.array(cleanPiece, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 1 }) },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constant(Buffer.alloc(300, 'long text without escapes ')), nastyPiece),
      },
    )
    .map((pieces) => Uint8Array.from(Buffer.concat(pieces)))
    .map((bytes) => (newlines ? bytes : bytes.map((byte) => (byte === 0x0a ? 0x20 : byte))));

const timeText = fc.constantFrom(
  '2026-11-20T20:19:53.123456789Z',
  '2026-11-20T20:19:53.1+01:00',
  '1969-12-31T23:59:59Z',
  '2026-11-20T20:19:53.123456789+05:30',
);

const flagsOf = (joined: boolean): fc.Arbitrary<number> =>
  fc
    .subarray([STDERR, PARTIAL, TRUNCATED, CARRIED, STREAM_KNOWN])
    .map((flags) => flags.reduce((all, flag) => all | flag, joined ? JOINED : 0));

/** `"key":value,` as often as it likes. */
const anyFields = fc
  .array(fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.jsonValue({ maxDepth: 1 })), {
    maxLength: 4,
  })
  .map((members) =>
    members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},`).join(''),
  );

export const anyRecord: fc.Arbitrary<TestRecord> = fc.boolean().chain((joined) =>
  fc.record(
    {
      message: messageOf(joined),
      time: timeText,
      flags: flagsOf(joined),
      sourceOffset: fc.maxSafeNat(),
      fields: anyFields,
    },
    { requiredKeys: ['message', 'time', 'flags', 'sourceOffset'] },
  ),
);

/** A name with whatever a directory's name can hold. */
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'web-0', '"\\\n\u0000é', '\ud800'),
);

const anyTexts = fc.dictionary(anyName, anyName, { maxKeys: 3 });

const anyFacts: fc.Arbitrary<PodFacts> = fc.record({
  labels: anyTexts,
  annotations: anyTexts,
  namespaceLabels: anyTexts,
  owner: fc.option(fc.record({ kind: anyName, name: anyName }), { nil: undefined }),
  image: anyName,
});

const anyPlace = fc.record({
  kind: fc.constant('kubernetes' as const),
  namespace: anyName,
  pod: anyName,
  uid: anyName,
  container: anyName,
  containerId: anyName,
  restart: fc.nat(),
  host: anyName,
});

const anyOrigin: fc.Arbitrary<Origin> = fc.oneof(
  anyPlace,
  fc.tuple(anyPlace, anyFacts).map(([place, facts]) => ({ ...place, facts })),
  fc.record({ kind: fc.constant('file' as const), file: anyName, host: anyName }),
);

const anyGap: fc.Arbitrary<Gap> = fc.record({
  reason: fc.constantFrom(
    'deleted',
    'truncated',
    'oversize',
    'held_bytes',
    'late_write',
    'corrupt',
    'rejected',
  ),
  bytes: fc.option(fc.maxSafeNat()),
  generation: fc.nat(),
  file: anyName,
  from: fc.maxSafeNat(),
});

const anySeed = fc.record({ high: fc.integer(), low: fc.integer() });

export const anyBatch: fc.Arbitrary<TestBatch> = fc.record({
  records: fc.array(anyRecord, { maxLength: 6 }),
  origin: anyOrigin,
  gaps: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(anyGap, { maxLength: 2 }) },
  ),
  seed: anySeed,
  carriedSeed: fc.tuple(anySeed, anySeed),
  slackBytes: fc.constantFrom(0, 1, 3, 8, 64),
  inputTail: fc.oneof(fc.constant(Buffer.alloc(0)), nastyPiece),
});
