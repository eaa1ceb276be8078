import * as z from 'zod';
import type { Reading } from '../core/units.ts';
import { parseLabelSelector } from '../enrich/label-selector.ts';
import { LEVELS } from '../shape/level.ts';
import { Pattern } from '../shape/pattern.ts';
import { READY_PATTERNS } from '../shape/ready-patterns.ts';
import { RESERVED_KEYS } from '../shape/transforms.ts';
import { choice, decidedLater, integer, list, size, text } from './options.ts';

/** What each type of transform understands. A type is one member of the union below; its `type` picks it. */
const problemOf = (read: Reading<unknown>): string | undefined =>
  read.kind === 'problem' ? read.problem : undefined;

const glob = (what: string, example: string) => text({ description: `Glob for the ${what}.`, example });

const match = list(
  'Whose records it changes: one entry must match, with all that it has. Without an entry: all.',
  z
    .strictObject({
      namespace: decidedLater(glob('namespace', 'shop'), 'any'),
      pod: decidedLater(glob("pod's name", 'web-*'), 'any'),
      container: decidedLater(glob("container's name", 'app'), 'any'),
      labels: decidedLater(
        text({
          description: 'Label selector, as kubectl reads it; values may be globs.',
          example: 'app=web, tier in (front, back-*)',
          problemOf: (value) => problemOf(parseLabelSelector(value)),
        }),
        'any',
      ),
    })
    .refine(
      (each) => Object.values(each).some((value) => value !== undefined),
      'names nothing; give it a namespace, a pod, a container or labels',
    ),
);

const regex = (description: string) =>
  text({
    description,
    example: '(?i)session=[a-z0-9]+',
    problemOf: (value) => problemOf(Pattern.parse(value)),
  });

const notEmpty = (value: string): string | undefined => {
  const pattern = Pattern.parse(value);
  return pattern.kind === 'value' && pattern.value.test(Buffer.alloc(0), 0, 0)
    ? 'matches the empty text too; it would hide nothing'
    : problemOf(pattern);
};

const fieldGlob = (description: string) => text({ description, example: 'trace_*' });

const reserved = (name: string): string | undefined =>
  RESERVED_KEYS.includes(name) || name === 'level'
    ? "is a field of birler's own; take another name"
    : undefined;

/** What a record is asked. */
const conditions = {
  contains: list(
    'Texts of which one is in the message.',
    text({ description: 'A text, letter for letter.', example: 'GET /healthz' }),
  ),
  regex: decidedLater(regex('A regular expression that the message has a match of.'), 'none'),
  levels: list(
    'Levels of which the record has one.',
    choice(LEVELS, { description: 'A level, as the transform level recognises it.', example: 'debug' }),
  ),
  fields: list(
    'Fields that the record has.',
    z.strictObject({
      name: text({ description: 'The name of a field that merge_json or set made.', example: 'status' }),
      value: text({ description: 'What its value is; * stands for anything.', example: '2*' }),
    }),
  ),
  stream: decidedLater(
    choice(['stdout', 'stderr'], { description: 'The std stream that it was written to.' }),
    'any',
  ),
};

const asksSomething = (of: {
  contains: readonly unknown[];
  regex?: unknown;
  levels: readonly unknown[];
  fields: readonly unknown[];
  stream?: unknown;
}): boolean =>
  of.contains.length + of.levels.length + of.fields.length > 0 ||
  of.regex !== undefined ||
  of.stream !== undefined;

const mergeJson = z.strictObject({
  type: z.literal('merge_json'),
  log: choice(['keep', 'message'], {
    description:
      'What log is then. keep: the whole text, as before. message: what the object has as message, msg or log; outputs that are not JSON then show only that.',
    default: 'keep',
  }),
  under: decidedLater(
    text({
      description: 'One field for all of them. Without it they stand beside log.',
      example: 'app',
      problemOf: reserved,
    }),
    'none',
  ),
  max_size: size({
    description: 'A longer message stays text.',
    default: '64KiB',
    minimum: '64B',
    maximum: '256KiB',
  }),
  max_fields: integer({
    description: 'A message with more members, at all depths together, stays text.',
    default: 128,
    minimum: 1,
    maximum: 1024,
  }),
  max_depth: integer({
    description: 'A message that is nested deeper stays text; 1 means that no value is an object or a list.',
    default: 8,
    minimum: 1,
    maximum: 32,
  }),
  match,
});

const level = z.strictObject({ type: z.literal('level'), match });
const drop = z.strictObject({ type: z.literal('drop'), ...conditions, match });
const keep = z
  .strictObject({ type: z.literal('keep'), ...conditions, match })
  .refine(asksSomething, 'asks for nothing; give it contains, regex, levels, fields or a stream');

const sample = z.strictObject({
  type: z.literal('sample'),
  keep_one_in: integer({
    description:
      'One of so many records is kept. Which one, is decided by the record itself: the same ones after a restart.',
    default: 10,
    minimum: 2,
    maximum: 1_000_000,
  }),
  ...conditions,
  match,
});

const redact = z.strictObject({
  type: z.literal('redact'),
  patterns: list(
    'What to hide. Without patterns, regexes and fields: secrets.',
    choice(['secrets', ...READY_PATTERNS], {
      description: 'A ready pattern; secrets stands for all but email and ip_address.',
      example: 'credit_card',
    }),
  ),
  regexes: list(
    'What else to hide.',
    text({
      description: 'A regular expression; its matches are hidden.',
      example: 'user-[0-9]+',
      problemOf: notEmpty,
    }),
  ),
  fields: list(
    'Keys of JSON objects whose values are hidden, at any depth.',
    fieldGlob('A key; * stands for anything.'),
  ),
  match,
});

const set = z.strictObject({
  type: z.literal('set'),
  fields: list(
    'Fields to add to JSON records, or to replace.',
    z.strictObject({
      name: text({ description: "The field's name.", example: 'cluster', problemOf: reserved }),
      value: text({ description: 'Its value.', example: 'eu-1' }),
    }),
  ),
  match,
});

const remove = z.strictObject({
  type: z.literal('remove'),
  fields: list(
    'Fields to take out that merge_json or set made.',
    fieldGlob('The name of a field; * stands for anything.'),
  ),
  match,
});

export const transformsSchema = list(
  'What is done to records, one after the other; redact comes last wherever it stands. See docs/transforms.md.',
  z.discriminatedUnion('type', [mergeJson, level, drop, keep, sample, redact, set, remove]),
);

/** What birler.yaml says of transforms. */
export type TransformsFile = z.output<typeof transformsSchema>;
