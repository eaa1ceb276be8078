import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as models from '@kubernetes/client-node';
import * as z from 'zod';
import { customResources } from './custom-resources.ts';
import { CHOICES } from './kubernetes-choices.ts';
import type { KubernetesObject } from './kustomize.ts';

/**
 * Checks objects against the schemas of the Kubernetes API, as strictly as a server with field validation does: unknown
 * fields, missing ones, wrong types. The schemas are those of @kubernetes/client-node, which is generated from the API's
 * OpenAPI description: each model has a table of its fields and their types, and its declaration says which must be there.
 *
 *     V1DaemonSetSpec.attributeTypeMap = [{ name: 'selector', baseName: 'selector', type: 'V1LabelSelector', … }, …]
 *     declare class V1DaemonSetSpec { 'minReadySeconds'?: number; 'selector': V1LabelSelector; … }
 *
 * What the tables do not hold is in `kubernetes-choices.ts` (values of text fields) and `custom-resources.ts`.
 */
export function schemaBreaches(object: KubernetesObject): readonly string[] {
  const custom = customResources[`${object.apiVersion}/${object.kind}`];
  if (custom !== undefined) {
    const { error } = custom.safeParse(object);
    return error?.issues.map(({ path, message }) => `${object.kind}.${path.join('.')}: ${message}`) ?? [];
  }
  const version = object.apiVersion.split('/').at(-1) ?? '';
  const model = `${version.slice(0, 1).toUpperCase()}${version.slice(1)}${object.kind}`;
  if (modelOf(model) === undefined) return [`${object.apiVersion} ${object.kind}: no such kind in the API`];
  return breachesOf(object, model, object.kind);
}

const Attributes = z.array(z.object({ baseName: z.string(), type: z.string(), format: z.string() }));
type Attribute = z.output<typeof Attributes>[number];

const MODELS = join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen', 'models');

function modelOf(name: string): readonly Attribute[] | undefined {
  const model: unknown = (models as Readonly<Record<string, unknown>>)[name];
  if (typeof model !== 'function' || !('attributeTypeMap' in model)) return undefined;
  return Attributes.parse(model.attributeTypeMap);
}

/** The fields whose declaration has no question mark. */
function requiredFields(model: string): readonly string[] {
  const declaration = join(MODELS, `${model}.d.ts`);
  if (!existsSync(declaration))
    throw new Error(`${declaration} is not there: the library has moved its models`);
  return [...readFileSync(declaration, 'utf8').matchAll(/^ {4}'([^']+)': /gm)].map(([, name = '']) => name);
}

function breachesOf(value: unknown, type: string, path: string, format = ''): readonly string[] {
  const [, item] = /^Array<(.+)>$/.exec(type) ?? [];
  if (item !== undefined) {
    if (!Array.isArray(value)) return [`${path}: must be a list`];
    return value.flatMap((each, index) => breachesOf(each, item, `${path}[${index}]`, format));
  }
  const [, entry] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? [];
  if (entry !== undefined) {
    if (!isObject(value)) return [`${path}: must be an object`];
    return Object.entries(value).flatMap(([key, each]) => breachesOf(each, entry, `${path}.${key}`));
  }
  const attributes = modelOf(type);
  return attributes === undefined
    ? scalarBreaches(value, type, path, format)
    : modelBreaches(value, type, attributes, path);
}

function modelBreaches(
  value: unknown,
  model: string,
  attributes: readonly Attribute[],
  path: string,
): readonly string[] {
  if (!isObject(value)) return [`${path}: must be an object`];
  const known = new Map(attributes.map((attribute) => [attribute.baseName, attribute]));
  const missing = requiredFields(model).filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${path}.${name}: is missing`),
    ...Object.entries(value).flatMap(([name, each]) => {
      const attribute = known.get(name);
      if (attribute === undefined) return [`${path}.${name}: no such field in ${model}`];
      const choice = CHOICES[`${model}.${name}`];
      if (choice !== undefined && ![each].flat().every((one) => choice.includes(String(one))))
        return [`${path}.${name}: ${JSON.stringify(each)} is not one of ${choice.join(', ')}`];
      return breachesOf(each, attribute.type, `${path}.${name}`, attribute.format);
    }),
  ];
}

const SCALARS: Readonly<Record<string, (value: unknown, format: string) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  number: (value, format) =>
    typeof value === 'number' && (!format.startsWith('int') || Number.isSafeInteger(value)),
  IntOrString: (value) => Number.isSafeInteger(value) || (typeof value === 'string' && value !== ''),
  Date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  any: () => true,
};

function scalarBreaches(value: unknown, type: string, path: string, format: string): readonly string[] {
  const isRight = SCALARS[type];
  if (isRight === undefined)
    throw new Error(`${path}: the library has a type that is not known here: ${type}`);
  if (isRight(value, format)) return [];
  return [`${path}: ${JSON.stringify(value)} is no ${format === '' ? type : format}`];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
