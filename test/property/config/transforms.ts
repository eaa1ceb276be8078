import fc from 'fast-check';
import { formatSize } from '../../../src/core/units.ts';
import { LEVELS } from '../../../src/shape/level.ts';
import { READY_PATTERNS } from '../../../src/shape/ready-patterns.ts';
import type { StreamMatch, Transform } from '../../../src/shape/transforms.ts';

const word = fc.stringMatching(/^[a-k][a-z0-9]{0,12}$/);
const words = fc.array(word, { maxLength: 2 });
const regex = word.map((name) => `(?i)^${name}=[^"]+$`);

const match = fc.array(
  fc.record({
    namespace: word,
    pod: word,
    container: word,
    labels: fc.option(word.map((name) => `${name}=a, !b`)),
  }),
  { maxLength: 2 },
);
const named = fc.record({ name: word.map((name) => `x${name}`), value: word });
const conditions = {
  contains: words,
  regex: fc.option(regex),
  levels: fc.array(fc.constantFrom(...LEVELS), { maxLength: 2 }),
  fields: fc.array(named, { maxLength: 2 }),
  match,
};
const stream = fc.constantFrom('stdout' as const, 'stderr' as const);

const anyTransform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    type: fc.constant('merge_json' as const),
    log: fc.constantFrom('keep' as const, 'message' as const),
    under: fc.oneof(
      fc.constant(''),
      word.map((name) => `x${name}`),
    ),
    maxBytes: fc.integer({ min: 64, max: 256 * 1024 }),
    maxFields: fc.integer({ min: 1, max: 1024 }),
    maxDepth: fc.integer({ min: 1, max: 32 }),
    match,
  }),
  fc.record({ type: fc.constant('level' as const), match }),
  fc.record({ type: fc.constantFrom('drop' as const, 'keep' as const), ...conditions, stream }),
  fc.record({
    type: fc.constant('sample' as const),
    keepOneIn: fc.integer({ min: 2, max: 1_000_000 }),
    ...conditions,
    stream: fc.option(stream),
  }),
  fc.record({
    type: fc.constant('redact' as const),
    patterns: fc.array(fc.constantFrom('secrets' as const, ...READY_PATTERNS), { maxLength: 3 }),
    regexes: fc.array(regex, { maxLength: 2 }),
    fields: words,
    match,
  }),
  fc.record({
    type: fc.constant('set' as const),
    fields: fc.array(named, { minLength: 1, maxLength: 2 }),
    match,
  }),
  fc.record({
    type: fc.constant('remove' as const),
    fields: fc.array(word, { minLength: 1, maxLength: 2 }),
    match,
  }),
);

/** Fields are asked for only behind what makes them. */
export const anyTransforms: fc.Arbitrary<readonly Transform[]> = fc
  .array(anyTransform, { maxLength: 4 })
  .map((transforms) => (transforms.length === 0 ? [] : [MERGE, ...transforms]));

const MERGE: Transform = {
  type: 'merge_json',
  log: 'keep',
  under: '',
  maxBytes: 64 * 1024,
  maxFields: 128,
  maxDepth: 8,
  match: [],
};

/** As its user would have written it. */
export const transformFileOf = (transform: Transform): unknown => {
  const common = { match: transform.match.map(matchFileOf) };
  switch (transform.type) {
    case 'merge_json': {
      const { type, log, under, maxBytes, maxFields, maxDepth } = transform;
      return {
        type,
        log,
        ...(under === '' ? {} : { under }),
        max_size: formatSize(maxBytes),
        max_fields: maxFields,
        max_depth: maxDepth,
        ...common,
      };
    }
    case 'drop':
    case 'keep':
      return { ...withoutNulls(transform), ...common };
    case 'sample': {
      const { keepOneIn, ...rest } = transform;
      return { ...withoutNulls(rest), keep_one_in: keepOneIn, ...common };
    }
    default:
      return { ...transform, ...common };
  }
};

const matchFileOf = (match: StreamMatch): object => withoutNulls(match);

const withoutNulls = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
