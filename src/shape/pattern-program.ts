import type { Assertion, PatternTree } from './pattern-tree.ts';

/**
 * Patterns as one nondeterministic automaton. State s of it is one of
 *
 *   s < patterns            the pattern of that number has matched
 *   sets[s] !== undefined   goes over one byte of the set, to next[s]
 *   asserts[s] !== undefined   goes on to next[s] where the assertion holds
 *   else                    goes on to next[s] and to other[s]
 */
export interface PatternProgram {
  readonly patterns: number;
  readonly start: number;
  readonly sets: readonly (Uint8Array | undefined)[];
  readonly asserts: readonly (Assertion | undefined)[];
  readonly next: readonly number[];
  readonly other: readonly number[];
}

/** What one byte may cost at worst is this many steps. */
const MOST_STATES = 3000;

/** @returns the program, or undefined if it would have more than `MOST_STATES` states */
export const compilePatterns = (trees: readonly PatternTree[]): PatternProgram | undefined => {
  const compiler = new Compiler(trees.length);
  const start = trees
    .map((tree, pattern) => compiler.compile(tree, pattern))
    .reduce((left, right) => compiler.either(left, right));
  return compiler.isFull ? undefined : { patterns: trees.length, start, ...compiler.program };
};

/** Backwards: each part is compiled knowing what follows it. */
class Compiler {
  readonly program = {
    sets: [] as (Uint8Array | undefined)[],
    asserts: [] as (Assertion | undefined)[],
    next: [] as number[],
    other: [] as number[],
  };

  constructor(patterns: number) {
    for (let pattern = 0; pattern < patterns; pattern++) this.#add(undefined, undefined, pattern, pattern);
  }

  get isFull(): boolean {
    return this.program.next.length > MOST_STATES;
  }

  compile(tree: PatternTree, next: number): number {
    if (this.isFull) return next;
    switch (tree.kind) {
      case 'empty':
        return next;
      case 'bytes':
        return this.#add(tree.set, undefined, next, next);
      case 'assertion':
        return this.#add(undefined, tree.assertion, next, next);
      case 'sequence':
        return tree.parts.reduceRight((after, part) => this.compile(part, after), next);
      case 'choice':
        return tree.parts
          .map((part) => this.compile(part, next))
          .reduce((left, right) => this.either(left, right));
      case 'repeat':
        return this.#repeat(tree.part, tree.min, tree.max, next);
    }
  }

  either(left: number, right: number): number {
    return this.#add(undefined, undefined, left, right);
  }

  #repeat(part: PatternTree, min: number, max: number, next: number): number {
    let at = next;
    if (max === Number.POSITIVE_INFINITY) {
      at = this.#add(undefined, undefined, next, next);
      this.program.next[at] = this.compile(part, at);
    } else {
      for (let count = min; count < max && !this.isFull; count++) {
        at = this.#add(undefined, undefined, this.compile(part, at), next);
      }
    }
    for (let count = 0; count < min && !this.isFull; count++) at = this.compile(part, at);
    return at;
  }

  #add(set: Uint8Array | undefined, assertion: Assertion | undefined, next: number, other: number): number {
    const { sets, asserts } = this.program;
    sets.push(set);
    asserts.push(assertion);
    this.program.next.push(next);
    this.program.other.push(other);
    return sets.length - 1;
  }
}
