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

/** A section of one member of a tagged union, and which: `redact`; empty elsewhere. */
type FoundSection = SectionEntry & { readonly variant: string };

/** All sections, in the order of the schema. What several members of a union have in common is told once. */
export const sections = (): readonly SectionEntry[] => {
  const found = walk(fileSchema, '', '', '');
  const contentOf = ({ title, description, options }: FoundSection): string =>
    JSON.stringify([title, description, options]);
  const alike = Map.groupBy(found, contentOf);
  const titles = Map.groupBy(
    [...alike.values()].map(([first]) => first?.title ?? ''),
    (title) => title,
  );
  return [...alike.values()].flatMap((entries) =>
    entries.slice(0, 1).map(({ title, description, options }) => {
      const isShared = titles.get(title)?.length === 1;
      const variants = entries.map(({ variant }) => variant).join(', ');
      return { title: isShared ? title : `${title} (type: ${variants})`, description, options };
    }),
  );
};

const walk = (schema: z.core.$ZodType, path: string, inherited: string, variant: string): FoundSection[] => {
  const description = sectionNotes.get(schema)?.description ?? inherited;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray)
    return [
      ...walk(inner.element, `${path}[]`, description, variant),
      ...listOfOptions(inner, path, description, variant),
    ];
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return inner.options.flatMap((option, index) =>
      walk(option, path, index === 0 ? description : '', variant),
    );
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
  const own = options.length === 0 ? [] : [{ title, description, options, variant }];
  const inside = type instanceof z.ZodLiteral ? String(type.value) : variant;
  return [...own, ...children.flatMap(({ child, path: childPath }) => walk(child, childPath, '', inside))];
};

/** A list of plain values, as `sources.files.include`, is a section with one option: its entry. */
const listOfOptions = (
  list: z.ZodArray,
  path: string,
  description: string,
  variant: string,
): FoundSection[] => {
  const note = optionNotes.get(list.element);
  return note === undefined
    ? []
    : [{ title: path, description, options: [{ name: '(each)', path: `${path}[]`, note }], variant }];
};
