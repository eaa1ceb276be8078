import { problem, quoted, type Reading, reading } from '../core/units.ts';
import { Automaton, DEAD } from './automaton.ts';
import { compilePatterns, type PatternProgram } from './pattern-program.ts';
import { parsePattern } from './pattern-syntax.ts';
import { type PatternTree, reversed } from './pattern-tree.ts';

/**
 * A regular expression over bytes that takes time in proportion to the text, whatever the pattern and the text are. There is
 * no library for that in JavaScript without native code, and V8's own engines backtrack (`a+!` over 1 MiB of `a`: 28 s) or
 * know neither (?i) nor {2,5}.
 *
 * Of the matches that overlap the leftmost counts, and of those the longest.
 */
export class Pattern {
  readonly #tree: PatternTree;
  readonly #search: Automaton;
  readonly #program: PatternProgram;
  #match: Automaton | undefined;
  #backwards: Automaton | undefined;
  #starts = new Uint8Array(0);

  private constructor(tree: PatternTree, program: PatternProgram) {
    this.#tree = tree;
    this.#program = program;
    this.#search = new Automaton(program, false);
  }

  /** @returns the pattern, or what is wrong with its text, as a phrase behind the option's name */
  static parse(source: string): Reading<Pattern> {
    const tree = parsePattern(source);
    if (tree.kind === 'problem') return tree;
    const pattern = Pattern.of(tree.value);
    return pattern === undefined
      ? problem(`${quoted(source)} repeats too much to be matched`)
      : reading(pattern);
  }

  /** @returns undefined if the tree is too large */
  static of(tree: PatternTree): Pattern | undefined {
    const program = compilePatterns([tree]);
    return program && new Pattern(tree, program);
  }

  get tree(): PatternTree {
    return this.#tree;
  }

  /** Whether the text [start, end) has a match. */
  test(bytes: Uint8Array, start: number, end: number): boolean {
    return scan(this.#search, bytes, start, end, 1) !== 0;
  }

  /**
   * The matches of the text [start, end), from left to right. Empty ones are left out. Where `found` refuses one, the next may
   * begin within it.
   *
   * Time stays in proportion to the text even where each match could go on for long (`a.*b|a`): after 16 looks at the whole
   * text, what is left from the next match on counts as one match.
   */
  findAll(bytes: Uint8Array, start: number, end: number, found: (from: number, to: number) => boolean): void {
    if (!this.test(bytes, start, end)) return;
    const starts = this.#findStarts(bytes, start, end);
    let budget = MOST_LOOKS * (end - start) + 1;
    for (let at = start; at < end; at++) {
      if (starts[at - start] !== 1) continue;
      const to = budget > 0 ? this.matchEnd(bytes, at, start, end) : end;
      budget -= this.#looked;
      if (to <= at) continue;
      if (!found(at, to)) continue;
      at = to - 1;
    }
  }

  /** How many bytes `matchEnd` looked at. */
  #looked = 0;

  /** The end of the longest match that begins at `from`, or -1. @param start where the text begins that `from` lies in */
  matchEnd(bytes: Uint8Array, from: number, start: number, end: number): number {
    return this.#walk(bytes, from, start, end) === Walk.alive || this.#walkEnd >= 0 ? this.#walkEnd : -1;
  }

  /** Whether what stands at [from, end) could be the beginning of a match, if the text went on. */
  couldGoOn(bytes: Uint8Array, from: number, start: number, end: number): boolean {
    return this.#walk(bytes, from, start, end) === Walk.alive;
  }

  #walkEnd = -1;

  #walk(bytes: Uint8Array, from: number, start: number, end: number): Walk {
    const automaton = (this.#match ??= new Automaton(this.#program, true));
    const { classOf } = automaton;
    let row = automaton.start(from === start ? -1 : (bytes[from - 1] ?? 0));
    let at = from;
    this.#walkEnd = -1;
    for (; at < end && row !== DEAD; at++) {
      const byteClass = classOf[bytes[at] ?? 0] ?? 0;
      const next = automaton.transitions[row + byteClass] ?? -1;
      if (next >= 0) {
        row = next;
        continue;
      }
      row = automaton.step(row, byteClass);
      if (automaton.matched !== 0) this.#walkEnd = at;
    }
    this.#looked = at - from;
    if (row === DEAD) return Walk.over;
    if (automaton.endMatches(row) !== 0) this.#walkEnd = end;
    return Walk.alive;
  }

  /** Where matches begin: 1 at those places. Found by reading the text backwards, once. */
  #findStarts(bytes: Uint8Array, start: number, end: number): Uint8Array {
    if (this.#starts.length < end - start + 1) this.#starts = new Uint8Array(2 * (end - start) + 1);
    const starts = this.#starts;
    const automaton = (this.#backwards ??= backwards(this.#tree));
    const { classOf } = automaton;
    let row = automaton.start(-1);
    for (let at = end - 1; at >= start; at--) {
      row = automaton.step(row, classOf[bytes[at] ?? 0] ?? 0);
      starts[at + 1 - start] = automaton.matched;
    }
    starts[0] = automaton.endMatches(row);
    return starts;
  }
}

const MOST_LOOKS = 16;

/**
 * Many patterns, looked for at once: says which of them have a match. At most 31, so that bits can say it.
 */
export class PatternSet {
  readonly #search: Automaton;
  readonly #all: number;

  private constructor(program: PatternProgram) {
    this.#search = new Automaton(program, false);
    this.#all = 2 ** program.patterns - 1;
  }

  /** @returns undefined if they are too large for one automaton */
  static of(patterns: readonly Pattern[]): PatternSet | undefined {
    const program = patterns.length > 31 ? undefined : compilePatterns(patterns.map(({ tree }) => tree));
    return program && new PatternSet(program);
  }

  /** Bit n is set if pattern n has a match in the text [start, end). */
  scan(bytes: Uint8Array, start: number, end: number): number {
    return scan(this.#search, bytes, start, end, this.#all);
  }
}

/** Goes over the text until as much was matched as is wanted. */
const scan = (
  automaton: Automaton,
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: number,
): number => {
  const { classOf } = automaton;
  let table = automaton.transitions;
  let row = automaton.start(-1);
  let matched = 0;
  for (let at = start; at < end; at++) {
    const byteClass = classOf[bytes[at] ?? 0] ?? 0;
    const next = table[row + byteClass] ?? -1;
    if (next >= 0) {
      row = next;
      continue;
    }
    row = automaton.step(row, byteClass);
    table = automaton.transitions;
    matched |= automaton.matched;
    if (matched === wanted) return matched;
  }
  return matched | automaton.endMatches(row);
};

const Walk = { over: 0, alive: 1 } as const;
type Walk = (typeof Walk)[keyof typeof Walk];

const backwards = (tree: PatternTree): Automaton => {
  const program = compilePatterns([reversed(tree)]);
  if (program === undefined)
    throw new Error('broken invariant: a tree is as large backwards as it is forwards');
  return new Automaton(program, false);
};
