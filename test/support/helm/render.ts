import { stringify } from 'yaml';
import type { Body, Command, Pipe, Term } from './template.ts';

export type Definitions = ReadonlyMap<string, Body>;

/** Where a template stands: `.` and `$`. */
interface Scope {
  readonly dot: unknown;
  readonly root: unknown;
}

/** Renders a template, as Helm would; a path that leads nowhere throws, where Helm would be silent. */
export function renderBody(body: Body, definitions: Definitions, root: unknown): string {
  return new Renderer(definitions).body(body, { dot: root, root });
}

class Renderer {
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  body(body: Body, scope: Scope): string {
    return body
      .map((node) => {
        if (node.kind === 'text') return node.text;
        if (node.kind === 'define') return '';
        const value = this.#pipe(node.pipe, scope);
        if (node.kind === 'print') return printed(value);
        if (!isTrue(value)) return this.body(node.otherwise, scope);
        return this.body(node.body, node.kind === 'with' ? { ...scope, dot: value } : scope);
      })
      .join('');
  }

  #pipe(pipe: Pipe, scope: Scope): unknown {
    let value: readonly unknown[] = [];
    for (const command of pipe) value = [this.#command(command, value, scope)];
    return value[0];
  }

  #command([head, ...rest]: Command, piped: readonly unknown[], scope: Scope): unknown {
    if (head === undefined) throw new Error('an empty command');
    const given = [...rest.map((term) => valueOf(term, scope)), ...piped];
    if (head.kind === 'function') return this.#call(head.name, given);
    if (given.length > 0) throw new Error(`${JSON.stringify(head)} is no function and takes no arguments`);
    return valueOf(head, scope);
  }

  #call(name: string, given: readonly unknown[]): unknown {
    if (given.length !== ARGUMENTS[name]) throw new Error(`${name} with ${given.length} arguments`);
    const [first, second] = given;
    if (name === 'toYaml') return stringify(first, { sortMapEntries: true, lineWidth: 0 }).trimEnd();
    if (name === 'default') return isTrue(second) ? second : first;
    if (name === 'nindent') return `\n${printed(second)}`.replaceAll('\n', `\n${' '.repeat(Number(first))}`);
    const definition = this.#definitions.get(printed(first));
    if (definition === undefined) throw new Error(`no template is called ${printed(first)}`);
    return this.body(definition, { dot: second, root: second });
  }
}

/** How many arguments each function takes. */
const ARGUMENTS: Readonly<Record<string, number>> = { default: 2, include: 2, nindent: 2, toYaml: 1 };

function valueOf(term: Term, { dot, root }: Scope): unknown {
  if (term.kind === 'literal') return term.value;
  if (term.kind === 'function') throw new Error(`${term.name} stands where a value must`);
  let value = term.fromRoot ? root : dot;
  for (const name of term.names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw new Error(`.${term.names.join('.')} leads nowhere: ${name} is not there`);
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** Go's idea of it: nothing, zero and whatever is empty are false. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function printed(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Error(`${JSON.stringify(value)} cannot be printed: it needs toYaml`);
}
