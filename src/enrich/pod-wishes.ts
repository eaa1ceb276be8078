import type { LogFormat } from '../core/decoder.ts';
import { parseMultilineMode } from '../core/multiline-mode.ts';
import type { Texts } from '../core/pod.ts';
import { parseSize, problem, quoted, type Reading, reading } from '../core/units.ts';

/**
 * What a pod asks of birler by its annotations. Those with a container's name behind a dash count for that container only,
 * and before those without.
 *
 *   birler.io/exclude[-<container>]     "true" or "false"
 *   birler.io/format[-<container>]      cri, docker or raw
 *   birler.io/multiline[-<container>]   as the option multiline
 *   birler.io/rate-limit                1MiB or 1MiB/s for the whole pod; "none": no limit
 *   fluentbit.io/exclude[_<stream>][-<container>]   as Fluent Bit reads it; stream is stdout or stderr
 */
export interface PodWishes {
  readonly excludes: (container: string) => boolean;
  /** The std streams that are left out, where the container as a whole is not. */
  readonly excludesChannel: (container: string, channel: 'stdout' | 'stderr') => boolean;
  readonly format: (container: string) => LogFormat | undefined;
  readonly multiline: (container: string) => string | undefined;
  /** Bytes per second; Infinity: no limit, whatever the configuration says; undefined: nothing is said. */
  readonly rate: number | undefined;
}

/** Tells of an annotation that means nothing. */
export type OnWrong = (annotation: string, problem: string) => void;

const OURS = 'birler.io/';
const FLUENT_BIT = 'fluentbit.io/exclude';
const FORMATS = ['cri', 'docker', 'raw'] as const satisfies readonly LogFormat[];
/** Less would need hours for one screen of text: a mistake of units. */
const LEAST_RATE = 1_024;

export const readWishes = (annotations: Texts, onWrong: OnWrong): PodWishes => {
  const excludes = new Map<string, boolean>();
  const foreign = new Map<string, boolean>();
  const formats = new Map<string, LogFormat>();
  const multilines = new Map<string, string>();
  let rate: number | undefined;
  const note = <T>(name: string, read: Reading<T>, use: (value: T) => void): void => {
    if (read.kind === 'value') use(read.value);
    else onWrong(name, read.problem);
  };
  for (const [name, text] of Object.entries(annotations)) {
    if (name.startsWith(FLUENT_BIT)) {
      const scope = name.slice(FLUENT_BIT.length);
      if (/^(?:_(?:stdout|stderr))?(?:-.+)?$/.test(scope)) foreign.set(scope, isFluentBitTrue(text));
      continue;
    }
    if (!name.startsWith(OURS)) continue;
    const [, wish = '', container = ''] = WISH.exec(name) ?? [];
    if (wish === 'exclude') note(name, readBoolean(text), (value) => excludes.set(container, value));
    else if (wish === 'format') note(name, readFormat(text), (value) => formats.set(container, value));
    else if (wish === 'multiline')
      note(name, parseMultilineMode(text), (value) => multilines.set(container, value));
    else if (name === `${OURS}rate-limit`) note(name, readRate(text), (value) => (rate = value));
    else onWrong(name, 'is no annotation that birler knows; exclude, format, multiline and rate-limit are');
  }
  const excludesForeign = (container: string, channel: string): boolean =>
    foreign.get(`_${channel}-${container}`) ??
    foreign.get(`-${container}`) ??
    foreign.get(`_${channel}`) ??
    foreign.get('') ??
    false;
  return {
    excludes: (container) =>
      of(excludes, container) ??
      (excludesForeign(container, 'stdout') && excludesForeign(container, 'stderr')),
    excludesChannel: (container, channel) =>
      of(excludes, container) === undefined && excludesForeign(container, channel),
    format: (container) => of(formats, container),
    multiline: (container) => of(multilines, container),
    rate,
  };
};

const WISH = /^birler\.io\/(exclude|format|multiline)(?:-(.+))?$/;

const of = <T>(values: ReadonlyMap<string, T>, container: string): T | undefined =>
  values.get(container) ?? values.get('');

/** Fluent Bit takes these for true and everything else for false. */
const isFluentBitTrue = (text: string): boolean => /^(?:true|on|yes)$/i.test(text.trim());

const readBoolean = (text: string): Reading<boolean> =>
  text === 'true' || text === 'false'
    ? reading(text === 'true')
    : problem(`${quoted(text)} is not true or false`);

const readFormat = (text: string): Reading<LogFormat> => {
  const format = FORMATS.find((each) => each === text);
  return format === undefined ? problem(`${quoted(text)} is not cri, docker or raw`) : reading(format);
};

const readRate = (text: string): Reading<number> => {
  if (text.trim() === 'none') return reading(Number.POSITIVE_INFINITY);
  const size = parseSize(text.replace(/\s*\/\s*s\s*$/, ''));
  if (size.kind === 'problem') return problem(`${size.problem}; for a rate 1MiB or 1MiB/s`);
  return size.value < LEAST_RATE ? problem(`${quoted(text)} is too little; the least is 1KiB/s`) : size;
};
