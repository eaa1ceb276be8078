import { z } from 'zod';
import { shapeOf, unwrapped } from '../../src/config/known-names.ts';
import { type OptionNote, optionNotes, sectionNotes } from '../../src/config/options.ts';
import { fileSchema } from '../../src/config/schema.ts';

/** A table of the reference: the options that stand side by side in birler.yaml. */
export interface SectionEntry {
  /** `sources.include[]`, or `outputs[] (type: file)`; empty for the top of the file. */
  readonly title: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
}

export interface OptionEntry {
  readonly name: string;
  readonly path: string;
  readonly note: OptionNote;
}

/** All sections, in the order of the schema. */
export const sections = (): readonly SectionEntry[] => walk(fileSchema, '', '');

const walk = (schema: z.core.$ZodType, path: string, inherited: string): SectionEntry[] => {
  const description = sectionNotes.get(schema)?.description ?? inherited;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray)
    return [...walk(inner.element, `${path}[]`, description), ...listOfOptions(inner, path, description)];
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return inner.options.flatMap((option, index) => walk(option, path, index === 0 ? description : ''));
  }
  if (!(inner instanceof z.ZodObject)) return [];
  const children = Object.entries(shapeOf(inner)).map(([name, child]) => ({
    name,
    child,
    path: path === '' ? name : `${path}.${name}`,
  }));
  const options = children.flatMap(({ name, child, path: childPath }): OptionEntry[] => {
    const note = optionNotes.get(child);
    return note === undefined ? [] : [{ name, path: childPath, note }];
  });
  const type = children.map(({ child }) => child).find((child) => child instanceof z.ZodLiteral);
  const title = type instanceof z.ZodLiteral ? `${path} (type: ${String(type.value)})` : path;
  const own = options.length === 0 ? [] : [{ title, description, options }];
  return [...own, ...children.flatMap(({ child, path: childPath }) => walk(child, childPath, ''))];
};

/** A list of plain values, as `sources.files.include`, is a section with one option: its entry. */
const listOfOptions = (list: z.ZodArray, path: string, description: string): SectionEntry[] => {
  const note = optionNotes.get(list.element);
  return note === undefined
    ? []
    : [{ title: path, description, options: [{ name: '(each)', path: `${path}[]`, note }] }];
};
