import type { PatternProgram } from './pattern-program.ts';
import { type Assertion, isWordByte } from './pattern-tree.ts';

/**
 * A program as a deterministic automaton, whose states are made when they are first met. It goes over a text once, whatever
 * the patterns are: one table look-up a byte (about 2 ns) where it knows the way.
 *
 * A state is the set of program states behind the last byte, and what that byte was for the assertions. Whether a match ends
 * is known one symbol later, when `$` and `\b` can be decided: a transition says so for the place before its byte. The end of
 * the text is a symbol too. A state is called by where its row of transitions begins.
 *
 * At most `MOST_STATES` are remembered; with one more, all are forgotten and made anew as they are met.
 */
const MOST_STATES = 2000;

/** The row where nothing can match any more. */
export const DEAD = 0;

const UNKNOWN = -1;
/** A transition to row r at which a match ends is FIRST_MATCH - r. */
const FIRST_MATCH = -2;
const NO_STATES = new Int32Array();

/** What stands before a place. */
const EDGE = 0;
const WORD = 1;
const LINE_BREAK = 2;
const OTHER = 3;

export class Automaton {
  /** The class of each byte: bytes of one class do the same in every state. */
  readonly classOf: Uint8Array;
  /** The class of the end of the text. */
  readonly #endClass: number;
  /** How many entries of `transitions` a row has. */
  readonly #width: number;
  /** At row + class: the row of the next state. Negative where it is not known yet or a match ends: then ask `step`. */
  transitions: Int32Array;
  /** Which patterns end a match before the byte of the last step, as bits. */
  matched = 0;
  /** What `matched` is to be, at row + class. */
  #matches: Int32Array;
  readonly #program: PatternProgram;
  readonly #isAnchored: boolean;
  readonly #seesContext: boolean;
  /** A byte of each class, and what it is for assertions. */
  readonly #samples: readonly number[];
  readonly #kernels: Int32Array[] = [];
  readonly #contexts: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #starts = new Int32Array(4).fill(-1);
  /** Marks what a closure has met: with the number of the closure, so that nothing has to be cleared. */
  readonly #met: Int32Array;
  #round = 0;

  /** @param isAnchored whether a match must begin where the automaton does; else it may begin anywhere behind */
  constructor(program: PatternProgram, isAnchored: boolean) {
    this.#program = program;
    this.#isAnchored = isAnchored;
    this.#seesContext = program.asserts.some((assertion) => assertion !== undefined);
    const { classOf, samples } = byteClasses(program, this.#seesContext);
    this.classOf = classOf;
    this.#samples = samples;
    this.#endClass = samples.length;
    this.#width = samples.length + 1;
    this.transitions = new Int32Array(16 * this.#width).fill(UNKNOWN);
    this.#matches = new Int32Array(16 * this.#width);
    this.#met = new Int32Array(program.next.length).fill(-1);
    this.#forget();
  }

  /** The row of the state to begin with. @param before the byte before the text, or -1 at its edge */
  start(before: number): number {
    const context = this.#contextOf(before);
    const known = this.#starts[context] ?? -1;
    if (known >= 0) return known;
    const state = this.#intern([this.#program.start], context);
    this.#starts[context] = state;
    return state;
  }

  /** Which patterns end a match at the end of the text, as bits. */
  endMatches(row: number): number {
    this.step(row, this.#endClass);
    return this.matched;
  }

  /** The row of the state behind a byte of a class; says in `matched` which patterns end a match before it. */
  step(row: number, byteClass: number): number {
    const at = row + byteClass;
    const known = this.transitions[at] ?? UNKNOWN;
    if (known === UNKNOWN) return this.#find(row, byteClass);
    this.matched = known < 0 ? (this.#matches[at] ?? 0) : 0;
    return known < 0 ? FIRST_MATCH - known : known;
  }

  #find(row: number, byteClass: number): number {
    const { asserts, sets, next, start, patterns } = this.#program;
    const isEnd = byteClass === this.#endClass;
    const byte = isEnd ? -1 : (this.#samples[byteClass] ?? 0);
    const state = row / this.#width;
    const before = this.#contexts[state] ?? EDGE;
    const after = this.#contextOf(byte);
    const here = this.#closure(this.#kernels[state] ?? NO_STATES, (at) => {
      const assertion = asserts[at];
      return assertion === undefined || holds(assertion, before, after);
    });
    this.matched = 0;
    const behind = new Set<number>();
    for (const at of here) {
      if (at < patterns) this.matched |= 1 << at;
      else if (!isEnd && sets[at]?.[byte] === 1) behind.add(next[at] ?? 0);
    }
    if (!this.#isAnchored && !isEnd) behind.add(start);
    const isFull = this.#kernels.length >= MOST_STATES;
    if (isFull) this.#forget();
    const target = this.#intern([...behind], after);
    if (!isFull) {
      this.transitions[row + byteClass] = this.matched === 0 ? target : FIRST_MATCH - target;
      this.#matches[row + byteClass] = this.matched;
    }
    return target;
  }

  /** All program states that are reached from some without going over a byte. */
  #closure(from: Int32Array, mayPass: (at: number) => boolean): readonly number[] {
    const { sets, asserts, next, other, patterns } = this.#program;
    const round = ++this.#round;
    const reached: number[] = [];
    const waiting = [...from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.#met[at] === round) continue;
      this.#met[at] = round;
      reached.push(at);
      if (at < patterns || sets[at] !== undefined || !mayPass(at)) continue;
      waiting.push(next[at] ?? 0);
      if (asserts[at] === undefined) waiting.push(other[at] ?? 0);
    }
    return reached;
  }

  #intern(kernel: readonly number[], context: number): number {
    if (kernel.length === 0) return DEAD;
    const sorted = Int32Array.from(kernel).toSorted();
    const key = `${context}:${sorted.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = this.#kernels.length * this.#width;
    this.#kernels.push(sorted);
    this.#contexts.push(context);
    this.#known.set(key, row);
    if (row + this.#width > this.transitions.length) {
      const grown = new Int32Array(this.transitions.length * 2).fill(UNKNOWN);
      grown.set(this.transitions);
      this.transitions = grown;
      const matches = new Int32Array(grown.length);
      matches.set(this.#matches);
      this.#matches = matches;
    }
    return row;
  }

  #forget(): void {
    this.#kernels.length = 0;
    this.#contexts.length = 0;
    this.#known.clear();
    this.#starts.fill(-1);
    this.transitions.fill(UNKNOWN);
    this.#kernels.push(NO_STATES);
    this.#contexts.push(EDGE);
    this.transitions.fill(DEAD, 0, this.#width);
  }

  #contextOf(byte: number): number {
    if (!this.#seesContext) return OTHER;
    if (byte < 0) return EDGE;
    if (byte === 0x0a) return LINE_BREAK;
    return isWordByte(byte) ? WORD : OTHER;
  }
}

const holds = (assertion: Assertion, before: number, after: number): boolean => {
  switch (assertion) {
    case 'begin':
      return before === EDGE;
    case 'end':
      return after === EDGE;
    case 'lineBegin':
      return before === EDGE || before === LINE_BREAK;
    case 'lineEnd':
      return after === EDGE || after === LINE_BREAK;
    case 'wordEdge':
      return (before === WORD) !== (after === WORD);
    case 'noWordEdge':
      return (before === WORD) === (after === WORD);
  }
};

/** Bytes that no set of the program tells apart are one class. */
const byteClasses = (
  { sets }: PatternProgram,
  seesContext: boolean,
): { readonly classOf: Uint8Array; readonly samples: readonly number[] } => {
  // Refined set by set: bytes stay together as long as every set has both or neither.
  let classOf = new Uint8Array(256);
  let count = 1;
  const refine = (belongs: (byte: number) => boolean): void => {
    const known = new Map<number, number>();
    const refined = new Uint8Array(256);
    for (let byte = 0; byte < 256; byte++) {
      const key = (classOf[byte] ?? 0) * 2 + (belongs(byte) ? 1 : 0);
      const byteClass = known.get(key) ?? known.size;
      known.set(key, byteClass);
      refined[byte] = byteClass;
    }
    if (known.size > count) [classOf, count] = [refined, known.size];
  };
  for (const set of new Set(sets)) if (set !== undefined) refine((byte) => set[byte] === 1);
  if (seesContext) {
    refine((byte) => byte === 0x0a);
    refine(isWordByte);
  }
  return { classOf, samples: Array.from({ length: count }, (_, byteClass) => classOf.indexOf(byteClass)) };
};
