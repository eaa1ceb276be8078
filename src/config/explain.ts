import type * as z from 'zod';
import { quoted } from '../core/units.ts';
import { childOf, knownNames } from './known-names.ts';
import { didYouMean } from './nearest.ts';
import { describeValue, LIST_LIMIT, oneOf } from './options.ts';
import type { Path } from './problems.ts';

/** What a zod issue is in our words: which option, and whether its name or its value is wrong. */
export interface Explanation {
  readonly path: Path;
  readonly about: 'name' | 'value';
  readonly message: string;
}

/** @param value what was parsed: some issues are clear only with what stands there */
export const explainIssue = (
  schema: z.core.$ZodType,
  value: unknown,
  issue: z.core.$ZodIssue,
): readonly Explanation[] => {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const found = path.reduce<unknown>(childOf, value);
  if (issue.code === 'unrecognized_keys') {
    const names = knownNames(schema, path, value);
    return issue.keys.map((name) => ({
      path: [...path, name],
      about: 'name',
      message: unknownName(name, names),
    }));
  }
  return [{ path, about: 'value', message: explainValue(issue, found) }];
};

const unknownName = (name: string, names: readonly string[]): string => {
  const hint = didYouMean(name, names);
  return `unknown option${hint === '' ? `; possible here: ${names.join(', ')}` : hint}`;
};

const explainValue = (issue: z.core.$ZodIssue, found: unknown): string => {
  if (issue.code === 'invalid_union') {
    // zod has these, but does not say so in its types.
    const types = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
    if (found === undefined) return `is missing; give it ${oneOf(types)}`;
    return typeof found === 'string'
      ? `${quoted(found)} is not ${oneOf(types)}${didYouMean(found, types)}`
      : `${describeValue(found)}; it should be ${oneOf(types)}`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'object') {
    return `${describeValue(found)}; it should be a section of its own, with lines like "name: value"`;
  }
  if (issue.code === 'invalid_type' && issue.expected === 'array') {
    return `${describeValue(found)}; it should be a list, with lines that begin with a dash`;
  }
  if (issue.code === 'too_big') return `has more than ${LIST_LIMIT} entries`;
  return issue.message;
};
