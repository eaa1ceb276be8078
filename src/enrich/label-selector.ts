import { invariant } from '../core/errors.ts';
import type { Texts } from '../core/pod.ts';
import { problem, quoted, type Reading, reading } from '../core/units.ts';
import { textGlob } from './text-glob.ts';

/**
 * Kubernetes' label selectors, as `kubectl -l` reads them, with one addition: a value may be a glob (a label cannot hold
 * `*` or `?`, so no selector changes its meaning).
 *
 *   app=web, tier in (front, back-*), env!=test, release notin (old), canary, !legacy
 *
 * All requirements must hold. As in Kubernetes `!=` and `notin` hold too where there is no such label.
 */
export interface LabelSelector {
  matches(labels: Texts): boolean;
}

interface Requirement {
  readonly key: string;
  readonly holds: (value: string | undefined) => boolean;
}

/** Longer ones are no selectors but mistakes; and each requirement costs a comparison per stream. */
const MOST_REQUIREMENTS = 64;

const KEY = '[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,316})';
const EXISTS = new RegExp(`^(!?)\\s*(${KEY})$`);
const EQUALS = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([^\\s()=!]*)$`);
const IN_SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);

/** @returns the selector, or what is wrong with the text */
export const parseLabelSelector = (text: string): Reading<LabelSelector> => {
  const requirements: Requirement[] = [];
  for (const part of partsOf(text)) {
    const requirement = parseRequirement(part.trim());
    if (requirement === undefined) {
      return problem(
        `${quoted(part.trim())} is no requirement of a selector; write key=value, key!=value, key in (a, b), key notin (a, b), key or !key`,
      );
    }
    requirements.push(requirement);
  }
  if (requirements.length > MOST_REQUIREMENTS)
    return problem(`has more than ${MOST_REQUIREMENTS} requirements`);
  return reading({
    matches: (labels) =>
      requirements.every(({ key, holds }) => holds(Object.hasOwn(labels, key) ? labels[key] : undefined)),
  });
};

/** A selector whose text was checked before, as every text of a configuration is. */
export const labelSelector = (text: string): LabelSelector => {
  const selector = parseLabelSelector(text);
  invariant(selector.kind === 'value', `a label selector was not checked: ${quoted(text)}`);
  return selector.value;
};

/** Splits at the commas that are not in parentheses. */
const partsOf = (text: string): readonly string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
};

const parseRequirement = (text: string): Requirement | undefined => {
  const [, not, existing] = EXISTS.exec(text) ?? [];
  if (existing !== undefined)
    return {
      key: existing,
      holds: not === '!' ? (value) => value === undefined : (value) => value !== undefined,
    };
  const [, key, operator, wanted] = EQUALS.exec(text) ?? [];
  if (key !== undefined && wanted !== undefined) return oneOf(key, [wanted], operator !== '!=');
  const [, setKey, setOperator, list] = IN_SET.exec(text) ?? [];
  if (setKey === undefined || list === undefined) return undefined;
  const values = list.split(',').map((value) => value.trim());
  return values.some((value) => /\s/.test(value)) ? undefined : oneOf(setKey, values, setOperator === 'in');
};

const oneOf = (key: string, values: readonly string[], isWanted: boolean): Requirement => {
  const matchers = values.map(textGlob);
  return {
    key,
    holds: (value) => (value !== undefined && matchers.some((matches) => matches(value))) === isWanted,
  };
};
