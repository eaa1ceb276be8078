import { z } from 'zod';
import { type OptionNote, optionNotes, sectionNotes } from '../../src/config/options.ts';
import { fileSchema } from '../../src/config/schema.ts';

type JsonSchema = Record<string, unknown>;

/** Every value can be, or contain, an environment variable: an editor must not call that a mistake. */
const VARIABLE: JsonSchema = { type: 'string', pattern: '\\$\\{' };

/** The JSON schema of birler.yaml for editors: as strict as can be said there; `birler check` knows more. */
export const editorSchema = (): JsonSchema => {
  const schema = z.toJSONSchema(fileSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const note = optionNotes.get(zodSchema);
      if (note !== undefined) replace(jsonSchema, optionSchema(note));
      const description = sectionNotes.get(zodSchema)?.description;
      if (description === undefined) return;
      jsonSchema.description = description;
      // An empty section or list is no information for a reader of the schema, and `null` means the same.
      delete jsonSchema.default;
    },
  });
  return {
    ...schema,
    title: 'birler.yaml',
    description: 'The configuration of birler, the Kubernetes node log agent.',
  };
};

const optionSchema = (note: OptionNote): JsonSchema => ({
  description: [
    note.description,
    ...(note.defaultNote === '' ? [] : [`Default: ${note.defaultNote}.`]),
    ...bounds(note),
  ].join(' '),
  ...valueSchema(note),
  ...(note.default === null || note.defaultNote !== '' ? {} : { default: defaultValue(note) }),
  ...(note.example === '' ? {} : { examples: [note.example] }),
});

const bounds = ({ type, minimum, maximum }: OptionNote): string[] =>
  type === 'size' || type === 'duration' ? [`From ${minimum} to ${maximum}.`] : [];

const valueSchema = ({ type, choices, minimum, maximum }: OptionNote): JsonSchema => {
  switch (type) {
    case 'size':
      return {
        anyOf: [
          { type: 'string', pattern: '^[0-9.]+ ?([kKmMgGtT]i?)?[bB]?$' },
          { type: 'integer', minimum: 0 },
          VARIABLE,
        ],
      };
    case 'duration':
      return { anyOf: [{ type: 'string', pattern: '^([0-9.]+ ?(ms|s|m|h|d) ?)+$' }, { const: 0 }, VARIABLE] };
    case 'integer':
      return { anyOf: [{ type: 'integer', minimum: Number(minimum), maximum: Number(maximum) }, VARIABLE] };
    case 'boolean':
      return { anyOf: [{ type: 'boolean' }, VARIABLE] };
    case 'choice':
      return { anyOf: [{ enum: choices }, VARIABLE] };
    case 'mode':
      return {
        anyOf: [
          { type: 'string', pattern: '^(0o|0)?[0-7]{3}$' },
          { type: 'integer', minimum: 200, maximum: 777 },
          VARIABLE,
        ],
      };
    case 'text':
    case 'path':
      return { type: 'string', minLength: 1 };
  }
};

const defaultValue = ({ type, default: text }: OptionNote): unknown => {
  if (type === 'integer') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
};

const replace = (target: object, source: JsonSchema): void => {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, source);
};
