import { quoted } from '../core/units.ts';
import { type Path, type Problem, pathText } from './problems.ts';

/** What `birler run` was told on the command line, as the user typed it. What is missing was not said. */
export interface Flags {
  readonly logs?: string | undefined;
  readonly pods?: string | undefined;
  readonly state?: string | undefined;
  /** `stdout` or `file:PATH`. */
  readonly output?: readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly start?: string | undefined;
  readonly grace?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly watch?: string | undefined;
  readonly http?: string | undefined;
  readonly multiline?: string | undefined;
}

export interface Overlaid {
  /** The file's values with the flags laid over them; still to be checked. */
  readonly value: unknown;
  /** Which flag an option's value came from; by `pathText`. */
  readonly flags: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Flags that set one option. */
const SINGLE = [
  ['logs', '--logs', ['sources', 'logs']],
  ['pods', '--pods', ['sources', 'pods']],
  ['state', '--state', ['state', 'directory']],
  ['start', '--start', ['start_at']],
  ['grace', '--grace', ['grace']],
  ['logLevel', '--log-level', ['log', 'level']],
  ['watch', '--watch', ['sources', 'watch']],
  ['http', '--http', ['http', 'listen']],
  ['multiline', '--multiline', ['multiline', 'mode']],
] as const satisfies readonly (readonly [keyof Flags, string, Path])[];

/**
 * Lays flags over what the file says. A flag goes the same way as the option it stands for, so it is checked by the same
 * rules and its default is the same; only the error names the flag instead of a line.
 *
 * `--output` replaces all outputs of the file; `--format` changes the format of every output.
 */
export const overlayFlags = (file: unknown, flags: Flags): Overlaid => {
  const places = new Map<string, string>();
  const problems: Problem[] = [];
  let value = file;
  for (const [name, flag, path] of SINGLE) {
    const given = flags[name];
    if (given === undefined) continue;
    value = withValue(value, path, given);
    places.set(pathText(path), flag);
  }
  if (flags.output !== undefined) {
    const outputs = flags.output.map((text) => {
      const output = outputOf(text);
      if (output === undefined) {
        problems.push({
          source: '--output',
          position: undefined,
          option: '',
          message: `${quoted(text)} is not stdout or file:PATH`,
        });
      }
      return output;
    });
    value = withValue(
      value,
      ['outputs'],
      outputs.filter((output) => output !== undefined),
    );
    places.set('outputs', '--output');
  }
  if (flags.format !== undefined) {
    const outputs = listOf(value, 'outputs') ?? [{ type: 'stdout' }];
    value = withValue(
      value,
      ['outputs'],
      outputs.map((output) => withValue(output, ['format'], flags.format)),
    );
    for (const index of outputs.keys()) places.set(pathText(['outputs', index, 'format']), '--format');
  }
  return { value, flags: places, problems };
};

const outputOf = (text: string): Readonly<Record<string, string>> | undefined => {
  if (text === 'stdout') return { type: 'stdout' };
  return text.startsWith('file:') && text.length > 'file:'.length
    ? { type: 'file', path: text.slice('file:'.length) }
    : undefined;
};

/** A non-empty list, or undefined. */
const listOf = (value: unknown, name: string): readonly unknown[] | undefined => {
  const list = isSection(value) ? value[name] : undefined;
  return Array.isArray(list) && list.length > 0 ? list : undefined;
};

/** The same values with one set. Where the file has something that is no section, that mistake is left to be found. */
const withValue = (value: unknown, [name, ...rest]: readonly string[], given: unknown): unknown => {
  if (name === undefined) return given;
  const section = value ?? {};
  if (!isSection(section)) return value;
  return { ...section, [name]: withValue(section[name], rest, given) };
};

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
