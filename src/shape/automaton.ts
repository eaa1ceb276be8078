import { MATCH, type PatternProgram } from './pattern-program.ts';
import { type Assertion, isWordByte } from './pattern-tree.ts';

/**
 * A program as a deterministic automaton, whose states are made when they are first met. It goes over a text once, whatever
 * the pattern is: one table look-up a byte (about 1.5 ns) where it knows the way.
 *
 * A state is the set of program states behind the last byte, and what that byte was for the assertions. Whether a match ends
 * is known one symbol later, when `$` and `\b` can be decided: a transition says so (its lowest bit) for the place before
 * its byte. The end of the text is a symbol too.
 *
 * At most `MOST_STATES` are remembered; with one more, all are forgotten and made anew as they are met.
 */
const MOST_STATES = 2000;

/** Nothing can match any more. */
export const DEAD = 0;

/** What stands before a place. */
const EDGE = 0;
const WORD = 1;
const LINE_BREAK = 2;
const OTHER = 3;

export class Automaton {
  /** The class of each byte: bytes of one class do the same in every state. */
  readonly classOf: Uint8Array;
  /** The class of the end of the text. */
  private readonly endClass: number;
  /** How many entries of `transitions` a state has. */
  readonly width: number;
  /** By state and class: twice the next state, plus one if a match ends before the byte; -1 where it is not known yet. */
  transitions: Int32Array;
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
    this.endClass = samples.length;
    this.width = samples.length + 1;
    this.transitions = new Int32Array(16 * this.width).fill(-1);
    this.#met = new Int32Array(program.next.length).fill(-1);
    this.#forget();
  }

  /** The state to begin with. @param before the byte before the text, or -1 at its edge */
  start(before: number): number {
    const context = this.#contextOf(before);
    const known = this.#starts[context] ?? -1;
    if (known >= 0) return known;
    const state = this.#intern([this.#program.start], context);
    this.#starts[context] = state;
    return state;
  }

  /** Whether a match ends at the end of the text. */
  endsMatch(state: number): boolean {
    const known = this.transitions[state * this.width + this.endClass] ?? -1;
    return ((known < 0 ? this.follow(state, this.endClass) : known) & 1) !== 0;
  }

  /** The transition from a state over a byte of a class (see `transitions`), found and remembered. */
  follow(state: number, byteClass: number): number {
    const { asserts, sets, next } = this.#program;
    const isEnd = byteClass === this.endClass;
    const byte = isEnd ? -1 : (this.#samples[byteClass] ?? 0);
    const kernel = this.#kernels[state] ?? new Int32Array();
    const before = this.#contexts[state] ?? EDGE;
    const here = this.#closure(kernel, (at) => {
      const assertion = asserts[at];
      return assertion === undefined || holds(assertion, before, this.#contextOf(byte));
    });
    const matched = here.includes(MATCH) ? 1 : 0;
    const behind = new Set<number>();
    if (!isEnd) {
      for (const at of here) if (sets[at]?.[byte] === 1) behind.add(next[at] ?? MATCH);
      if (!this.#isAnchored) behind.add(this.#program.start);
    }
    const isFull = this.#kernels.length >= MOST_STATES;
    if (isFull) this.#forget();
    const target = this.#intern([...behind], this.#contextOf(byte));
    const transition = target * 2 + matched;
    if (!isFull) this.transitions[state * this.width + byteClass] = transition;
    return transition;
  }

  /** All program states that are reached from some without going over a byte. */
  #closure(from: Int32Array, mayPass: (at: number) => boolean): readonly number[] {
    const { sets, asserts, next, other } = this.#program;
    const round = ++this.#round;
    const reached: number[] = [];
    const waiting = [...from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (this.#met[at] === round) continue;
      this.#met[at] = round;
      reached.push(at);
      if (at === MATCH || sets[at] !== undefined || !mayPass(at)) continue;
      waiting.push(next[at] ?? MATCH);
      if (asserts[at] === undefined) waiting.push(other[at] ?? MATCH);
    }
    return reached;
  }

  #intern(kernel: readonly number[], context: number): number {
    if (kernel.length === 0) return DEAD;
    const sorted = Int32Array.from(kernel).toSorted();
    const key = `${context}:${sorted.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const state = this.#kernels.length;
    this.#kernels.push(sorted);
    this.#contexts.push(context);
    this.#known.set(key, state);
    if ((state + 1) * this.width > this.transitions.length) {
      const grown = new Int32Array(this.transitions.length * 2).fill(-1);
      grown.set(this.transitions);
      this.transitions = grown;
    }
    return state;
  }

  #forget(): void {
    this.#kernels.length = 0;
    this.#contexts.length = 0;
    this.#known.clear();
    this.#starts.fill(-1);
    this.transitions.fill(-1);
    this.#kernels.push(new Int32Array());
    this.#contexts.push(EDGE);
    this.transitions.fill(2 * DEAD, 0, this.width);
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
