import type { LevelName } from './level.ts';
import type { ReadyPattern } from './ready-patterns.ts';

/** What is done to records, in the order of the configuration; `redact` comes last wherever it stands. */
export type Transform =
  | MergeJsonTransform
  | LevelTransform
  | FilterTransform
  | SampleTransform
  | RedactTransform
  | SetTransform
  | RemoveTransform;

interface Matched {
  /** The streams whose records it changes; empty: all. One match is enough. */
  readonly match: readonly StreamMatch[];
}

/** All of it must match. */
export interface StreamMatch {
  /** Globs; a plain file has no such names, so only `*` matches it. */
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** A label selector, checked; null: any. */
  readonly labels: string | null;
}

/** Lifts the fields of JSON messages. */
export interface MergeJsonTransform extends Matched {
  readonly type: 'merge_json';
  /** What `log` is then: the whole text as before, or the message in the object. */
  readonly log: 'keep' | 'message';
  /** One object for all fields, by its key; empty: they stand beside `log`. */
  readonly under: string;
  readonly maxBytes: number;
  readonly maxFields: number;
  readonly maxDepth: number;
}

/** Adds the field `level`. */
export interface LevelTransform extends Matched {
  readonly type: 'level';
}

/** Drops the records with which all conditions hold, or those with which one does not. */
export interface FilterTransform extends Matched, RecordConditions {
  readonly type: 'drop' | 'keep';
}

/** Keeps one of so many records; which, is decided by the record itself, so it is the same one after a restart. */
export interface SampleTransform extends Matched, RecordConditions {
  readonly type: 'sample';
  readonly keepOneIn: number;
}

/** Hides secrets. Without patterns, regexes and fields: everything in `SECRETS`. */
export interface RedactTransform extends Matched {
  readonly type: 'redact';
  readonly patterns: readonly (ReadyPattern | 'secrets')[];
  /** Patterns as `Pattern.parse` reads them. */
  readonly regexes: readonly string[];
  /** Globs of keys of JSON objects whose values are hidden. */
  readonly fields: readonly string[];
}

export interface SetTransform extends Matched {
  readonly type: 'set';
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

export interface RemoveTransform extends Matched {
  readonly type: 'remove';
  /** Globs of names. */
  readonly fields: readonly string[];
}

/** All that are given must hold. */
export interface RecordConditions {
  /** One of the texts is in the message. */
  readonly contains: readonly string[];
  /** The message has a match. */
  /** null: is not asked. */
  readonly regex: string | null;
  readonly levels: readonly LevelName[];
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly stream: 'stdout' | 'stderr' | null;
}

/** Keys of our own: a lifted field of such a name gets `LIFTED_SUFFIX`, and none can be set. */
export const RESERVED_KEYS: readonly string[] = [
  'time',
  'stream',
  'log',
  'id',
  'partial',
  'truncated',
  'gap',
  'kubernetes',
  'file',
];

/** Loki's word for the same thing. */
export const LIFTED_SUFFIX = '_extracted';

/** What stands in the place of a secret. */
export const REPLACEMENT = '[redacted]';
