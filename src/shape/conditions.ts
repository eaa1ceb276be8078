import type { Draft } from './draft.ts';
import { jsonBytes } from './fields.ts';
import { globSource } from './glob.ts';
import { levelOf } from './level.ts';
import { readyPattern } from './ready-patterns.ts';
import type { Step } from './step.ts';
import type { FilterTransform, RecordConditions, SampleTransform } from './transforms.ts';

/** Whether all that is asked of a record holds; the quick questions first. */
const conditionsOf = (conditions: RecordConditions): ((draft: Draft) => boolean) => {
  const { stream } = conditions;
  const levels = new Set(conditions.levels.map(levelOf));
  const fields = conditions.fields.map(({ name, value }) => ({
    name: jsonBytes(name),
    value: readyPattern(globSource(value)),
  }));
  const texts = conditions.contains.map((text) => Buffer.from(text));
  const regex = conditions.regex === null ? undefined : readyPattern(conditions.regex);
  return (draft) => {
    if (stream !== null && draft.isStderr !== (stream === 'stderr')) return false;
    if (fields.some(({ name, value }) => !draft.fieldMatches(name, value))) return false;
    if (levels.size > 0 && !levels.has(draft.level())) return false;
    if (texts.length > 0 && !containsOne(draft, texts)) return false;
    return regex?.test(draft.textBytes, draft.textStart, draft.textEnd) ?? true;
  };
};

const containsOne = ({ textBytes, textStart, textEnd }: Draft, texts: readonly Buffer[]): boolean => {
  const message = Buffer.from(textBytes.buffer, textBytes.byteOffset + textStart, textEnd - textStart);
  return texts.some((text) => message.includes(text));
};

export const filterStep = (transform: FilterTransform): Step => {
  const holds = conditionsOf(transform);
  return transform.type === 'keep' ? holds : (draft) => !holds(draft);
};

export const sampleStep = (transform: SampleTransform): Step => {
  const holds = conditionsOf(transform);
  const { keepOneIn } = transform;
  return (draft) => !holds(draft) || (recordHash(draft) >>> 0) % keepOneIn === 0;
};

/** The same for the same record on every run and machine: made of where it begins in its file, and of its message. */
const recordHash = ({ bytes, start, end, sourceOffset }: Draft): number => {
  let hash =
    Math.imul(sourceOffset | 0, 0x9e3779b1) ^ Math.imul((sourceOffset / 0x1_0000_0000) | 0, 0x85ebca77);
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};
