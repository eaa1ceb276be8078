import type { Transform } from '../shape/transforms.ts';
import type { Explanation } from './explain.ts';

/** What the fields of all `set` may take in a record: room for them is kept for every record of a batch. */
const MOST_SET_BYTES = 1024;

/** Transforms that could never do anything, or that would take too much room. */
export const checkTransforms = (transforms: readonly Transform[]): readonly Explanation[] => {
  const problems: Explanation[] = [];
  let hasFields = false;
  let setBytes = 0;
  for (const [index, transform] of transforms.entries()) {
    const tell = (message: string): void => {
      problems.push({ path: ['transforms', index, 'fields'], about: 'value', message });
    };
    switch (transform.type) {
      case 'merge_json':
        hasFields = true;
        break;
      case 'set':
        hasFields = true;
        if (transform.fields.length === 0) tell('is missing; name the fields to set');
        for (const { name, value } of transform.fields) setBytes += Buffer.byteLength(name + value) + 6;
        if (setBytes > MOST_SET_BYTES)
          tell(`makes more than ${MOST_SET_BYTES} bytes of fields in each record`);
        break;
      case 'remove':
        if (transform.fields.length === 0) tell('is missing; name the fields to remove');
        else if (!hasFields) tell(NO_FIELDS);
        break;
      case 'drop':
      case 'keep':
      case 'sample':
        if (transform.fields.length > 0 && !hasFields) tell(NO_FIELDS);
        break;
      default:
    }
  }
  return problems;
};

const NO_FIELDS = 'means fields that no record has yet; put a merge_json before this';
