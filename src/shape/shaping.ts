import picomatch from 'picomatch';
import type { Origin } from '../core/origin.ts';
import type { Texts } from '../core/pod.ts';
import type { Shaper } from '../core/treatment.ts';
import { filterStep, sampleStep } from './conditions.ts';
import { Draft } from './draft.ts';
import { FIELD_SLACK_BYTES, fieldBytes, jsonBytes, LEVEL_BYTES } from './fields.ts';
import { globSource } from './glob.ts';
import { liftStep } from './lift.ts';
import { readyPattern } from './ready-patterns.ts';
import { RecordRedactor } from './record-redactor.ts';
import { RecordShaper, type ShaperTools } from './record-shaper.ts';
import { redactedBytes } from './redaction.ts';
import type { Step } from './step.ts';
import type { RemoveTransform, SetTransform, StreamMatch, Transform } from './transforms.ts';

/** The transforms of a configuration, ready to work. */
export interface Shaping {
  /**
   * What is done to the records of a stream; undefined: nothing. The same for streams that the same transforms match.
   *
   * @param labels the pod's; undefined while they are not known: then a match by labels fails, but not for `redact`, which
   *   would rather hide too much
   */
  shaperFor(origin: Origin, labels: Texts | undefined): Shaper | undefined;
  /**
   * How much of the arena one batch may need beside what is in it already.
   *
   * @param messageBytes the longest that all messages of a batch can be together
   */
  arenaBytes(messageBytes: number, recordsPerBatch: number): number;
}

/** Label selectors are another room's; whoever puts shaping together has them. */
export type ReadSelector = (text: string) => { matches(labels: Texts): boolean };

/** @param maxMessageBytes the longest message */
export const newShaping = (
  transforms: readonly Transform[],
  maxMessageBytes: number,
  readSelector: ReadSelector,
): Shaping => {
  const compiled = transforms.map((transform) => ({
    transform,
    matches: matcher(transform.match, readSelector),
    step: stepOf(transform),
  }));
  const fixedBytes = transforms.reduce((sum, transform) => sum + fixedBytesOf(transform), 0);
  const lifts = transforms.some(({ type }) => type === 'merge_json');
  const changes = lifts || transforms.some(({ type }) => type === 'redact');
  const fieldsLimit = (messageBytes: number): number => (lifts ? 2 * messageBytes : 0) + fixedBytes;
  const mostLifted = Math.max(
    0,
    ...transforms.map((transform) => (transform.type === 'merge_json' ? transform.maxBytes : 0)),
  );
  const tools: ShaperTools = {
    draft: new Draft(),
    fieldBytes: Buffer.alloc(fieldsLimit(Math.min(mostLifted, maxMessageBytes))),
    fieldsLimit: (messageBytes) => fieldsLimit(Math.min(messageBytes, mostLifted)),
  };
  const shapers = new Map<string, Shaper>();
  return {
    shaperFor: (origin, labels) => {
      const chosen = compiled.filter(({ transform, matches }) =>
        matches(origin, labels, transform.type === 'redact'),
      );
      if (chosen.length === 0) return undefined;
      const key = chosen.map((each) => compiled.indexOf(each)).join();
      const known = shapers.get(key);
      if (known !== undefined) return known;
      const redacts = chosen.flatMap(({ transform }) => (transform.type === 'redact' ? [transform] : []));
      const redactor = redacts.length === 0 ? undefined : new RecordRedactor(redacts, maxMessageBytes);
      const steps = chosen.flatMap(({ step }) => (step === undefined ? [] : [step]));
      const shaper = new RecordShaper(steps, redactor, tools);
      if (shapers.size < MOST_SHAPERS) shapers.set(key, shaper);
      return shaper;
    },
    arenaBytes: (messageBytes, recordsPerBatch) =>
      transforms.length === 0
        ? 0
        : (changes ? redactedBytes(messageBytes) + recordsPerBatch * redactedBytes(0) : messageBytes) +
          fieldsLimit(messageBytes) +
          recordsPerBatch * fixedBytes,
  };
};

/** Shapers are remembered by which transforms they have; there are as many kinds as there are kinds of pods. */
const MOST_SHAPERS = 256;

const stepOf = (transform: Transform): Step | undefined => {
  switch (transform.type) {
    case 'merge_json':
      return liftStep(transform);
    case 'level':
      return (draft) => {
        draft.addsLevel = true;
        return true;
      };
    case 'drop':
    case 'keep':
      return filterStep(transform);
    case 'sample':
      return sampleStep(transform);
    case 'set':
      return setStep(transform);
    case 'remove':
      return removeStep(transform);
    case 'redact':
      return undefined;
  }
};

const setStep = ({ fields }: SetTransform): Step => {
  const ready = fields.map(({ name, value }) => ({
    name: jsonBytes(name),
    value: Buffer.from(JSON.stringify(value)),
  }));
  return (draft) => {
    for (const { name, value } of ready) draft.fields.set(name, value, draft.under.length > 0);
    return true;
  };
};

const removeStep = ({ fields }: RemoveTransform): Step => {
  const names = readyPattern(fields.map((field) => `(?:${globSource(field).slice(4)})`).join('|'));
  return ({ fields: list }) => {
    for (let index = list.count - 1; index >= 0; index--) {
      const key = list.keys[index];
      if (key !== undefined && names.test(key, list.keyStarts[index] ?? 0, list.keyEnds[index] ?? 0)) {
        list.remove(index);
      }
    }
    return true;
  };
};

/** What a transform adds to a record, however short that is. */
const fixedBytesOf = (transform: Transform): number => {
  switch (transform.type) {
    case 'level':
      return LEVEL_BYTES;
    case 'merge_json':
      return FIELD_SLACK_BYTES + (transform.under === '' ? 0 : fieldBytes(jsonBytes(transform.under), '{}'));
    case 'set':
      return (
        FIELD_SLACK_BYTES +
        transform.fields.reduce(
          (sum, { name, value }) => sum + fieldBytes(jsonBytes(name), JSON.stringify(value)),
          0,
        )
      );
    default:
      return 0;
  }
};

type Matches = (origin: Origin, labels: Texts | undefined, whenUnknown: boolean) => boolean;

const matcher = (matches: readonly StreamMatch[], readSelector: ReadSelector): Matches => {
  if (matches.length === 0) return () => true;
  const compiled = matches.map(({ namespace, pod, container, labels }) => ({
    isAny: namespace === '*' && pod === '*' && container === '*' && labels === null,
    namespace: picomatch(namespace),
    pod: picomatch(pod),
    container: picomatch(container),
    labels: labels === null ? undefined : readSelector(labels),
  }));
  return (origin, labels, whenUnknown) =>
    compiled.some((match) => {
      if (origin.kind === 'file') return match.isAny;
      if (!match.namespace(origin.namespace) || !match.pod(origin.pod)) return false;
      if (!match.container(origin.container)) return false;
      if (match.labels === undefined) return true;
      return labels === undefined ? whenUnknown : match.labels.matches(labels);
    });
};
