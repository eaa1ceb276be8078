import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../../src/enrich/label-selector.ts';

/** A requirement as data, and what it means, written down without a parser. */
type Requirement =
  | { readonly kind: 'in'; readonly key: string; readonly values: readonly string[]; readonly not: boolean }
  | { readonly kind: 'exists'; readonly key: string; readonly not: boolean }
  | {
      readonly kind: 'equals';
      readonly key: string;
      readonly value: string;
      readonly operator: '=' | '==' | '!=';
    };

const holds = (requirement: Requirement, labels: Readonly<Record<string, string>>): boolean => {
  const value = Object.entries(labels).find(([key]) => key === requirement.key)?.[1];
  switch (requirement.kind) {
    case 'exists':
      return requirement.not ? value === undefined : value !== undefined;
    case 'in': {
      const isIn = value !== undefined && requirement.values.some((wanted) => globMatches(wanted, value));
      return requirement.not ? !isIn : isIn;
    }
    case 'equals': {
      const isEqual = value !== undefined && globMatches(requirement.value, value);
      return requirement.operator === '!=' ? !isEqual : isEqual;
    }
  }
};

/** Slow and obvious: a star stands for any number of characters, a question mark for one. */
const globMatches = (glob: string, text: string): boolean => {
  if (glob === '') return text === '';
  if (glob.startsWith('*'))
    return Array.from({ length: text.length + 1 }, (_, at) => at).some((at) =>
      globMatches(glob.slice(1), text.slice(at)),
    );
  if (text === '') return false;
  return (
    (glob.startsWith('?') || glob.charAt(0) === text.charAt(0)) && globMatches(glob.slice(1), text.slice(1))
  );
};

// Few and alike, so that they meet.
const key = fc.constantFrom('app', 'app.kubernetes.io/name', 'tier', 'in', 'notin', 'constructor');
const value = fc.stringMatching(/^(?:[ab](?:[ab.]?[ab])?)?$/);
const glob = fc.stringMatching(/^[ab*?.]{0,4}$/);
const labels = fc
  .array(fc.tuple(key, value), { maxLength: 5 })
  .map((pairs) => Object.fromEntries(new Map(pairs)) as Readonly<Record<string, string>>);
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({
    kind: fc.constant('in' as const),
    key,
    values: fc.array(fc.oneof(value, glob), { minLength: 1, maxLength: 3 }),
    not: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('exists' as const), key, not: fc.boolean() }),
  fc.record({
    kind: fc.constant('equals' as const),
    key,
    value: fc.oneof(value, glob),
    operator: fc.constantFrom('=' as const, '==' as const, '!=' as const),
  }),
);

const write = (each: Requirement, blank: string): string => {
  switch (each.kind) {
    case 'exists':
      return `${each.not ? '!' : ''}${blank}${each.key}`;
    case 'in':
      return `${each.key} ${blank}${each.not ? 'notin' : 'in'}${blank}(${each.values.join(`${blank},${blank}`)})`;
    case 'equals':
      return `${each.key}${blank}${each.operator}${blank}${each.value}`;
  }
};

describe('a label selector', () => {
  it('means what its requirements mean', () => {
    fc.assert(
      fc.property(
        fc.array(requirement, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', ' ', '  '),
        labels,
        (requirements, blank, given) => {
          const text = requirements.map((each) => write(each, blank)).join(`${blank},${blank}`);
          const selector = parseLabelSelector(text);
          expect(selector.kind).toBe('value');
          if (selector.kind === 'value')
            expect(selector.value.matches(given)).toBe(requirements.every((each) => holds(each, given)));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('is read or refused with a reason, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a(),!= in]{0,20}$/)), labels, (text, given) => {
        const selector = parseLabelSelector(text);
        if (selector.kind === 'value') expect(typeof selector.value.matches(given)).toBe('boolean');
        else expect(selector.problem).toMatch(/\S/);
      }),
      { numRuns: 3_000 },
    );
  });
});
