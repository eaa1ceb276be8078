import type { RecordConditions, StreamMatch, Transform } from '../shape/transforms.ts';
import type { TransformsFile } from './transform-schema.ts';

type TransformFile = TransformsFile[number];

/** Gives a transform the names that the code uses, and fills in what was left out. */
export const resolveTransform = (file: TransformFile): Transform => {
  const match = file.match.map(resolveMatch);
  switch (file.type) {
    case 'merge_json':
      return {
        type: file.type,
        log: file.log,
        under: file.under ?? '',
        maxBytes: file.max_size,
        maxFields: file.max_fields,
        maxDepth: file.max_depth,
        match,
      };
    case 'level':
      return { type: file.type, match };
    case 'drop':
    case 'keep':
      return { type: file.type, ...conditionsOf(file), match };
    case 'sample':
      return { type: file.type, keepOneIn: file.keep_one_in, ...conditionsOf(file), match };
    case 'redact':
      return {
        type: file.type,
        patterns: file.patterns,
        regexes: file.regexes,
        fields: file.fields,
        match,
      };
    case 'set':
    case 'remove':
      return { ...file, match };
  }
};

const resolveMatch = (match: TransformFile['match'][number]): StreamMatch => ({
  namespace: match.namespace ?? '*',
  pod: match.pod ?? '*',
  container: match.container ?? '*',
  labels: match.labels ?? null,
});

const conditionsOf = (file: TransformFile & { type: 'drop' | 'keep' | 'sample' }): RecordConditions => ({
  contains: file.contains,
  regex: file.regex ?? null,
  levels: file.levels,
  fields: file.fields,
  stream: file.stream ?? null,
});
