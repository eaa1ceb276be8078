import { isUtf8 } from 'node:buffer';
import type { Draft } from './draft.ts';
import { jsonBytes } from './fields.ts';
import { JsonObject } from './json-object.ts';
import { JsonText } from './json-text.ts';
import type { Step } from './step.ts';
import type { MergeJsonTransform } from './transforms.ts';

/** Keys that loggers have the message under, the surest first. */
const MESSAGE_KEYS = ['message', 'msg', 'log', '@m', '@mt'].map((key) => Buffer.from(key));

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

/** Lifts the members of a JSON object out of the message. What is none, or is beyond the bounds, or not UTF-8, stays text. */
export const liftStep = ({ log, under, maxBytes, maxFields, maxDepth }: MergeJsonTransform): Step => {
  const object = new JsonObject({ depth: maxDepth, members: maxFields });
  const underKey = jsonBytes(under);
  const message = log === 'message' ? new JsonText(maxBytes) : undefined;
  return (draft) => {
    const { fields, textBytes: bytes, textStart: start, textEnd: end } = draft;
    if (fields.lifted > 0 || draft.hasChangedText || end - start > maxBytes) return true;
    if (!mayBeObject(bytes, start, end) || !object.read(bytes, start, end)) return true;
    if (object.count === 0 || !isUtf8(bytes.subarray(start, end))) return true;
    const taken = message === undefined ? -1 : takeMessage(draft, object, message);
    for (let member = 0; member < object.count; member++) {
      if (member === taken) continue;
      const [keyStart, keyEnd] = [object.keyStarts[member] ?? 0, object.keyEnds[member] ?? 0];
      const [valueStart, valueEnd] = [object.valueStarts[member] ?? 0, object.valueEnds[member] ?? 0];
      if (underKey.length === 0 && fields.isSet(bytes, keyStart, keyEnd)) continue;
      fields.addLifted(bytes, keyStart, keyEnd, valueStart, valueEnd);
    }
    draft.under = underKey;
    draft.liftedBreaks = object.hasLineBreaks;
    return true;
  };
};

const mayBeObject = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (at < end && (bytes[at] ?? 0) <= 0x20) at++;
  return bytes[at] === OPEN_BRACE;
};

/** The message in the object becomes that of the record. @returns its member, or -1 if it has none */
const takeMessage = (draft: Draft, object: JsonObject, text: JsonText): number => {
  for (const key of MESSAGE_KEYS) {
    const member = object.find(key);
    if (member < 0) continue;
    const [start, end] = [object.valueStarts[member] ?? 0, object.valueEnds[member] ?? 0];
    if (draft.bytes[start] !== QUOTE) continue;
    draft.setText(text.bytes, 0, text.read(draft.bytes, start + 1, end - 1));
    return member;
  }
  return -1;
};
