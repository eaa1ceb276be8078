import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { messageOf } from '../core/errors.ts';
import { quoted } from '../core/units.ts';
import { MOST_CONFIG_CHARACTERS } from './config.ts';
import { type Path, type Problem, pathText, type TextPosition } from './problems.ts';
import { substitute } from './substitute.ts';

/** A file of YAML as plain values, and where each of them was written. */
export interface YamlFile {
  readonly value: unknown;
  /** Where the value at a path begins, and where its name does; by `pathText`. */
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly Problem[];
}

export interface Place {
  readonly name: TextPosition;
  readonly value: TextPosition;
}

/** Aliases can make a small file mean billions of values: what they expand to is counted. */
const MOST_VALUES = 20_000;
const DEEPEST = 32;

/** Where the parser's own words are for programmers. */
const SYNTAX: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a second document begins here (---); keep one',
  NON_STRING_KEY: 'the name of an option must be plain text',
};
const BRACES = ' (inside { } and [ ], a value with ${…} has to be put in quotes)';

const START: TextPosition = { line: 1, column: 1 };

/**
 * Reads YAML 1.2 and puts environment variables into its values. Never throws: whatever is wrong is in `problems`.
 *
 * @param fileName how problems call the file
 */
export const readYamlFile = (
  text: string,
  fileName: string,
  variables: Readonly<Record<string, string | undefined>>,
): YamlFile => {
  const failed = (message: string): YamlFile => ({
    value: undefined,
    places: new Map(),
    problems: [{ source: fileName, position: undefined, option: '', message }],
  });
  if (text.length > MOST_CONFIG_CHARACTERS)
    return failed(`is longer than ${MOST_CONFIG_CHARACTERS} characters; is it the right file?`);
  const lineCounter = new LineCounter();
  const positionOf = (offset: number): TextPosition => {
    const { line, col } = lineCounter.linePos(offset);
    return line < 1 ? START : { line, column: col };
  };
  try {
    // Duplicate keys are found below, where the first one's line is known too. Tags like !!binary or !!set mean nothing
    // here; without resolveKnownTags they are warnings, and a warning is a problem.
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: 'error',
    });
    // Behind the first error the parser has lost its way; what it says then is no help to anyone.
    const wrong = document.errors.length > 0 ? document.errors.slice(0, 1) : document.warnings;
    if (wrong.length > 0) {
      const problems = wrong.map(({ code, pos: [offset], message }) => {
        const position = positionOf(offset);
        const why = SYNTAX[code] ?? message.replaceAll(/\s+/g, ' ');
        const hint = (text.split('\n', position.line).at(-1) ?? '').includes('${') ? BRACES : '';
        return { source: fileName, position, option: '', message: `not valid YAML: ${why}${hint}` };
      });
      return { value: undefined, places: new Map(), problems };
    }
    return new Walk(fileName, positionOf, variables).read(document.contents);
  } catch (error) {
    // The parser is recursive: a file of ten thousand brackets ends its stack.
    return failed(`not valid YAML: ${messageOf(error).replaceAll(/\s+/g, ' ')}`);
  }
};

/** One pass over the nodes: plain values out, places and problems noted on the way. */
class Walk {
  readonly #fileName: string;
  readonly #positionOf: (offset: number) => TextPosition;
  readonly #variables: Readonly<Record<string, string | undefined>>;
  readonly #places = new Map<string, Place>();
  readonly #problems: Problem[] = [];
  /** Anchored nodes that were read to their end: an alias inside its own anchor finds nothing, so there are no circles. */
  readonly #anchors = new Map<string, Node>();
  #values = 0;

  constructor(
    fileName: string,
    positionOf: (offset: number) => TextPosition,
    variables: Readonly<Record<string, string | undefined>>,
  ) {
    this.#fileName = fileName;
    this.#positionOf = positionOf;
    this.#variables = variables;
  }

  read(root: Node | null): YamlFile {
    const value = this.#visit(root, [], START);
    return { value, places: this.#places, problems: this.#problems };
  }

  /** @param named where the value's name stands, or the value itself where it has none */
  #visit(node: unknown, path: Path, named: TextPosition | undefined): unknown {
    const position = this.#startOf(node) ?? named ?? START;
    this.#places.set(pathText(path), { name: named ?? position, value: position });
    this.#values++;
    if (this.#values === MOST_VALUES)
      this.#tell(path, position, `the file means more than ${MOST_VALUES} values`);
    if (this.#values >= MOST_VALUES) return undefined;
    if (path.length > DEEPEST) {
      this.#tell(path, position, `is nested more than ${DEEPEST} levels deep`);
      return undefined;
    }
    const value = this.#valueOf(node, path, position);
    if (isAnchored(node)) this.#anchors.set(node.anchor, node);
    return value;
  }

  #valueOf(node: unknown, path: Path, position: TextPosition): unknown {
    if (isMap(node)) return this.#map(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.#visit(item, [...path, index], undefined));
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target !== undefined) return this.#visit(target, path, position);
      this.#tell(
        path,
        position,
        `*${node.source.slice(0, 80)} stands for nothing that was written before it`,
      );
      return undefined;
    }
    if (!isScalar(node)) return null;
    if (typeof node.value === 'string') return this.#text(node.value, path, position);
    // 0640 is six hundred and forty to YAML 1.2, and 0o640 four hundred and sixteen: an option that wants octal digits
    // reads them itself.
    if (typeof node.value === 'number' && /^0[0-7o]/.test(node.source ?? '')) return node.source;
    return node.value;
  }

  #map(map: YAMLMap, path: Path): Record<string, unknown> {
    // Without a prototype, so that a key like __proto__ is a key like any other.
    const values = Object.create(null) as Record<string, unknown>;
    const seen = new Map<string, TextPosition>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : '';
      const position = this.#startOf(key) ?? this.#startOf(map) ?? START;
      const first = seen.get(name);
      if (first === undefined) {
        seen.set(name, position);
        values[name] = this.#visit(value, [...path, name], position);
      } else {
        this.#tell([...path, name], position, `is given twice (first on line ${first.line}); keep one`);
      }
    }
    return values;
  }

  #text(text: string, path: Path, position: TextPosition): string {
    if (!text.includes('${')) return text;
    const substituted = substitute(text, this.#variables);
    for (const message of substituted.problems) this.#tell(path, position, `${quoted(text)}: ${message}`);
    return substituted.text;
  }

  #startOf(node: unknown): TextPosition | undefined {
    if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return undefined;
    return node.range ? this.#positionOf(node.range[0]) : undefined;
  }

  #tell(path: Path, position: TextPosition, message: string): void {
    this.#problems.push({ source: this.#fileName, position, option: pathText(path), message });
  }
}

const isAnchored = (node: unknown): node is Node & { readonly anchor: string } =>
  (isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined;
