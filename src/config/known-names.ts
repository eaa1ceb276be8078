import * as z from 'zod';
import type { Path } from './problems.ts';

/** A schema without what is wrapped around it: defaults, `null` as nothing, and the like. */
export const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType => {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe && inner.def.in instanceof z.ZodTransform) inner = inner.def.out;
    else return inner;
  }
};

/** The options of a section, in the order in which they were declared. */
export const shapeOf = (section: z.ZodObject): Readonly<Record<string, z.core.$ZodType>> => section.shape;

/** The names that are possible in the section at `path` of `value`. */
export const knownNames = (schema: z.core.$ZodType, path: Path, value: unknown): readonly string[] => {
  const inner = variantOf(unwrapped(schema), value);
  const [step, ...rest] = path;
  if (inner instanceof z.ZodArray) return knownNames(inner.element, rest, childOf(value, step));
  if (!(inner instanceof z.ZodObject)) return [];
  const shape = shapeOf(inner);
  if (step === undefined) return Object.keys(shape);
  const next = shape[step];
  return next === undefined ? [] : knownNames(next, rest, childOf(value, step));
};

/** The member of a tagged union that the value's tag picks. */
const variantOf = (schema: z.core.$ZodType, value: unknown): z.core.$ZodType => {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const tag = childOf(value, schema.def.discriminator);
  return (
    schema.options.find(
      (option) =>
        option instanceof z.ZodObject &&
        z.safeParse(unwrapped(shapeOf(option)[schema.def.discriminator] ?? z.never()), tag).success,
    ) ?? schema
  );
};

export const childOf = (value: unknown, step: string | number | undefined): unknown =>
  typeof value === 'object' && value !== null && step !== undefined && Object.hasOwn(value, step)
    ? (value as Readonly<Record<string | number, unknown>>)[step]
    : undefined;
