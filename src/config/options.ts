import * as z from 'zod';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  problem,
  quoted,
  type Reading,
  reading,
} from '../core/units.ts';
import { didYouMean } from './nearest.ts';

/**
 * The kinds of option that birler.yaml is made of. Each knows how to read what YAML (or an environment variable, which is
 * always text) has there, and leaves a note in `optionNotes`, from which the reference page and the editor's schema are made.
 */
export interface OptionNote {
  readonly type: 'size' | 'duration' | 'integer' | 'boolean' | 'choice' | 'text' | 'path' | 'mode';
  readonly description: string;
  /** How the default is written in YAML; null: the option is required. */
  readonly default: string | null;
  /** What the default is, where it depends on where birler runs. */
  readonly defaultNote: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly choices: readonly string[];
  readonly example: string;
}

export const optionNotes: z.core.$ZodRegistry<OptionNote> = z.registry<OptionNote>();
/** What a section (or a list) is for. */
export const sectionNotes: z.core.$ZodRegistry<{ description: string }> = z.registry<{
  description: string;
}>();

/** What is said of every option. */
interface Description {
  readonly description: string;
  readonly example?: string;
}
interface Range<T> extends Description {
  readonly default: T;
  readonly minimum: T;
  readonly maximum: T;
}

const MISSING = 'is missing';

/** Makes a schema of a reading function: zod does the walking, the words are ours. */
const option = <T>(
  note: Partial<OptionNote> & Pick<OptionNote, 'type' | 'description'>,
  read: (value: unknown) => Reading<T>,
) => {
  const full: OptionNote = {
    default: null,
    defaultNote: '',
    minimum: '',
    maximum: '',
    choices: [],
    example: '',
    ...note,
  };
  const parser = z.unknown().transform((value, context): T => {
    const result = read(value);
    if (result.kind === 'value') return result.value;
    context.addIssue({ code: 'custom', message: result.problem });
    return z.NEVER;
  });
  // The default takes the same way as what a user writes: it is checked, and the page shows the very text that is read.
  const schema = full.default === null ? parser : parser.prefault(full.default);
  return schema.register(optionNotes, full);
};

export const describeValue = (value: unknown): string => {
  if (value === null) return 'has no value; give it one or remove the line';
  if (Array.isArray(value)) return 'is a list';
  return typeof value === 'object' ? 'is a section of its own' : `is ${JSON.stringify(value)}`;
};

/** Why a value cannot be read as a scalar of the kind that is wanted. */
const wanted = (value: unknown, kind: string): Reading<never> => {
  if (value === undefined) return problem(`${MISSING}; give it ${kind}`);
  return problem(value === null ? describeValue(value) : `${describeValue(value)}; it should be ${kind}`);
};

const inRange = (
  value: number,
  minimum: number,
  maximum: number,
  show: (value: number) => string,
): Reading<number> => {
  if (value < minimum) return problem(`${show(value)} is too small; the least is ${show(minimum)}`);
  return value > maximum
    ? problem(`${show(value)} is too large; the most is ${show(maximum)}`)
    : reading(value);
};

/** A whole number of bytes or milliseconds that a schema author wrote: a wrong one is a bug, not a user's mistake. */
const known = (result: Reading<number>): number => {
  if (result.kind === 'problem') throw new Error(`broken invariant: bound in the schema: ${result.problem}`);
  return result.value;
};

export const size = (of: Range<string>) => {
  const minimum = known(parseSize(of.minimum));
  const maximum = known(parseSize(of.maximum));
  return option<number>({ type: 'size', ...of }, (value) => {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') return wanted(value, 'a size like 512KiB');
    const bytes = parseSize(text);
    return bytes.kind === 'value' ? inRange(bytes.value, minimum, maximum, formatSize) : bytes;
  });
};

export const duration = (of: Range<string>) => {
  const minimum = known(parseDuration(of.minimum));
  const maximum = known(parseDuration(of.maximum));
  return option<number>({ type: 'duration', ...of }, (value) => {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') return wanted(value, 'a duration like 10s');
    const ms = parseDuration(text);
    return ms.kind === 'value' ? inRange(ms.value, minimum, maximum, formatDuration) : ms;
  });
};

export const integer = (of: Range<number>) =>
  option<number>(
    {
      ...of,
      type: 'integer',
      default: String(of.default),
      minimum: String(of.minimum),
      maximum: String(of.maximum),
    },
    (value) => {
      const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isInteger(number)) return wanted(value, 'a whole number');
      return inRange(number, of.minimum, of.maximum, String);
    },
  );

export const boolean = (of: Description & { readonly default: boolean }) =>
  option<boolean>({ ...of, type: 'boolean', default: String(of.default) }, (value) => {
    if (value === true || value === 'true') return reading(true);
    return value === false || value === 'false' ? reading(false) : wanted(value, 'true or false');
  });

export const choice = <const T extends string>(
  choices: readonly T[],
  of: Description & { readonly default?: T },
) =>
  option<T>({ type: 'choice', choices, ...of }, (value) => {
    const found = choices.find((each) => each === value);
    if (found !== undefined) return reading(found);
    // YAML 1.1 habits: an unquoted `off` is text here, but `no` and `false` are easily written for it.
    if (typeof value !== 'string') return wanted(value, oneOf(choices));
    return problem(`${quoted(value)} is not ${oneOf(choices)}${didYouMean(value, choices)}`);
  });

export const oneOf = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;

/** Text that is not empty and has no control characters; `pattern` says more. */
export const text = (
  of: Description & {
    readonly type?: 'text' | 'path';
    readonly default?: string;
    readonly pattern?: RegExp;
    readonly patternNote?: string;
    /** Says more than a pattern can: what is wrong with the text, or nothing. */
    readonly problemOf?: (text: string) => string | undefined;
  },
) =>
  option<string>({ type: 'text', ...of }, (value) => {
    if (typeof value === 'number' || typeof value === 'boolean')
      return problem(`${describeValue(value)}, not text; put it in quotes`);
    if (typeof value !== 'string') return wanted(value, of.type === 'path' ? 'a path' : 'a text');
    if (value.trim() === '') return problem('is empty; give it a value or remove the line');
    if (/\p{Cc}/u.test(value)) return problem('holds a control character (a line break, for example)');
    if (value.length > 4096) return problem('is longer than 4,096 characters');
    if (of.pattern !== undefined && !of.pattern.test(value))
      return problem(`${quoted(value)} is not possible here: ${of.patternNote ?? ''}`);
    const wrong = of.problemOf?.(value);
    return wrong === undefined ? reading(value) : problem(wrong);
  });

/** Text in a notation of its own. */
export const notation = <T>(
  of: Description & { readonly default: string },
  read: (text: string) => Reading<T>,
) =>
  option<T>({ type: 'text', ...of }, (value) =>
    typeof value === 'string' ? read(value) : wanted(value, 'a text'),
  );

/** File permissions. YAML would take 0640 for six hundred and forty; the loader hands the digits over as they were written. */
export const mode = (of: Description & { readonly default: string }) =>
  option<number>({ type: 'mode', minimum: '0200', maximum: '0777', example: '0600', ...of }, (value) => {
    const digits = typeof value === 'number' ? String(value) : value;
    if (typeof digits !== 'string') return wanted(value, 'an octal mode like 0640');
    const [, octal = ''] = /^(?:0o|0)?([0-7]{3})$/.exec(digits) ?? [];
    if (octal === '') return problem(`${quoted(digits)} is not an octal mode; write it like 0640`);
    const bits = Number.parseInt(octal, 8);
    return bits & 0o200
      ? reading(bits)
      : problem(`${quoted(digits)} does not let birler itself write the file; 0640 does`);
  });

/** An option whose default depends on where birler runs: `resolve.ts` fills it in, the note tells users how. */
export const decidedLater = <T>(schema: z.ZodType<T>, defaultNote: string): z.ZodOptional<z.ZodType<T>> => {
  const note = optionNotes.get(schema);
  if (note === undefined) throw new Error('broken invariant: decidedLater takes one of the options above');
  return schema.optional().register(optionNotes, { ...note, defaultNote });
};

/** A section of the file. `limits:` with nothing behind it is the same as no `limits`. */
export const section = <T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z
    .preprocess((value) => value ?? {}, z.strictObject(shape))
    .prefault({})
    .register(sectionNotes, { description });

/** At most this many entries in any list: nobody writes more by hand, and each costs a comparison per stream. */
export const LIST_LIMIT = 1000;

/** @param byDefault the list where nothing is said; `[]` in the file is an empty one all the same */
export const list = <T extends z.ZodType>(
  description: string,
  entry: T,
  byDefault: readonly z.input<T>[] = [],
) =>
  z
    .preprocess((value) => value ?? byDefault, z.array(entry).max(LIST_LIMIT))
    .prefault(() => [...byDefault])
    .register(sectionNotes, { description });
