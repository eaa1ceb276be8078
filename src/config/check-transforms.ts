import type { RecordConditions, Transform } from '../shape/transforms.ts';
import type { Explanation } from './explain.ts';

/** What the fields of all `set` may take in a record: room for them is kept for every record of a batch. */
const MOST_SET_BYTES = 1024;

/** Transforms that could never do anything, or that would take too much room. */
export const checkTransforms = (transforms: readonly Transform[]): readonly Explanation[] => {
  const problems: Explanation[] = [];
  let hasFields = false;
  let setBytes = 0;
  const objects = new Set(
    transforms.flatMap((transform) => (transform.type === 'merge_json' ? [transform.under] : [])),
  );
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
        for (const [field, { name }] of transform.fields.entries()) {
          if (!objects.has(name)) continue;
          const path = ['transforms', index, 'fields', field, 'name'];
          problems.push({
            path,
            about: 'value',
            message: 'is what merge_json calls its object (under); take another name',
          });
        }
        for (const { name, value } of transform.fields) setBytes += Buffer.byteLength(name + value) + 6;
        if (setBytes > MOST_SET_BYTES)
          tell(`makes more than ${MOST_SET_BYTES} bytes of fields in each record`);
        break;
      case 'remove':
        if (transform.fields.length === 0) tell('is missing; name the fields to remove');
        else if (!hasFields) tell(NO_FIELDS);
        break;
      case 'drop':
        if (transform.match.length === 0 && !asksSomething(transform)) {
          problems.push({ path: ['transforms', index], about: 'value', message: DROPS_ALL });
        }
        if (transform.fields.length > 0 && !hasFields) tell(NO_FIELDS);
        break;
      case 'keep':
      case 'sample':
        if (transform.fields.length > 0 && !hasFields) tell(NO_FIELDS);
        break;
      default:
    }
  }
  return problems;
};

const asksSomething = ({ contains, regex, levels, fields, stream }: RecordConditions): boolean =>
  contains.length + levels.length + fields.length > 0 || regex !== null || stream !== null;

const DROPS_ALL = 'would drop every record; give it contains, regex, levels, fields, a stream or a match';
const NO_FIELDS = 'means fields that no record has yet; put a merge_json before this';
