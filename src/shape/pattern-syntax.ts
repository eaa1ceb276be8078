import { problem, quoted, type Reading, reading } from '../core/units.ts';
import { type Assertion, choice, isWordByte, type PatternTree, sequence, setOf } from './pattern-tree.ts';

/**
 * The regular expressions of birler.yaml: what RE2 and JavaScript have in common, without what cannot be matched in linear
 * time.
 *
 *   a  \.  [a-z_]  [^"]  .  \d \w \s \D \W \S  \t \n \r \f \v \xHH \uHHHH
 *   ab  a|b  (a)  (?:a)  (?<name>a)  a* a+ a? a{3} a{3,} a{3,5}  ^ $ \b \B
 *   (?i) letters of both cases, (?m) ^ and $ at every line, (?s) the dot matches line breaks too: at the very beginning
 *
 * Patterns match bytes. A character beyond ASCII stands for its UTF-8 bytes; `.` and `[^…]` match one byte of it.
 */
const MOST_CHARACTERS = 2048;
const MOST_REPETITIONS = 1000;
const DEEPEST_GROUP = 50;

/** @returns the tree, or what is wrong with the pattern, as a phrase behind the option's name */
export const parsePattern = (source: string): Reading<PatternTree> => {
  if (source.length > MOST_CHARACTERS) return problem(`is longer than ${MOST_CHARACTERS} characters`);
  try {
    return reading(new Parser(source).parse());
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      return problem(`${quoted(source)} is no pattern that birler can match: ${error.message}`);
    }
    throw error;
  }
};

class SyntaxProblem extends Error {}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

const DIGITS = setOf((byte) => byte >= 0x30 && byte <= 0x39);
const WORD = setOf(isWordByte);
const SPACE = setOf((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
const CLASSES: Readonly<Record<string, Uint8Array>> = {
  d: DIGITS,
  w: WORD,
  s: SPACE,
  D: DIGITS.map((has) => 1 - has),
  W: WORD.map((has) => 1 - has),
  S: SPACE.map((has) => 1 - has),
};
/** One byte, and one byte of either case. Shared: fewer sets make an automaton quicker to build. Made when they are first asked for. */
const SINGLE: Uint8Array[] = [];
const CASELESS: Uint8Array[] = [];
const single = (byte: number): Uint8Array => (SINGLE[byte] ??= setOf((each) => each === byte));
const caseless = (byte: number): Uint8Array =>
  isLetter(byte)
    ? (CASELESS[byte | 0x20] ??= setOf((each) => (each | 0x20) === (byte | 0x20)))
    : single(byte);

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };

class Parser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;
  #ignoresCase = false;
  #isMultiline = false;
  #dotMatchesAll = false;

  constructor(source: string) {
    this.#characters = Array.from(source);
  }

  parse(): PatternTree {
    this.#flags();
    const tree = this.#choice();
    if (this.#peek() === ')') throw new SyntaxProblem('a ) closes nothing; write \\) for the character');
    return tree;
  }

  #peek(ahead = 0): string {
    return this.#characters[this.#at + ahead] ?? '';
  }

  #take(): string {
    return this.#characters[this.#at++] ?? '';
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #flags(): void {
    const [, flags = ''] = /^\(\?([ims]+)\)/.exec(this.#characters.slice(0, 8).join('')) ?? [];
    if (flags === '') return;
    this.#at = flags.length + 3;
    this.#ignoresCase = flags.includes('i');
    this.#isMultiline = flags.includes('m');
    this.#dotMatchesAll = flags.includes('s');
  }

  #choice(): PatternTree {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    return choice(parts);
  }

  #sequence(): PatternTree {
    const parts: PatternTree[] = [];
    while (this.#peek() !== '' && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated());
    return sequence(parts);
  }

  #repeated(): PatternTree {
    const part = this.#atom();
    const range = this.#range();
    if (range === undefined) return part;
    const [min, max] = range;
    if (this.#peek() === '?' || this.#peek() === '+') {
      throw new SyntaxProblem(
        `a repetition followed by ${this.#peek()} (lazy or possessive) means nothing here, the longest match always counts; write [^x]* up to an x`,
      );
    }
    if (this.#range() !== undefined) throw new SyntaxProblem('two repetitions follow each other');
    return { kind: 'repeat', part, min, max };
  }

  #range(): readonly [number, number] | undefined {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#takes('?')) return [0, 1];
    const text = this.#characters.slice(this.#at, this.#at + 12).join('');
    const [whole, low = '', comma, high = ''] = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(text) ?? [];
    if (whole === undefined) return undefined;
    this.#at += whole.length;
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (min > MOST_REPETITIONS || (max > MOST_REPETITIONS && max !== Number.POSITIVE_INFINITY)) {
      throw new SyntaxProblem(`${whole} repeats more than ${MOST_REPETITIONS} times`);
    }
    if (min > max) throw new SyntaxProblem(`${whole} is the wrong way round`);
    return [min, max];
  }

  #atom(): PatternTree {
    const character = this.#take();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#bracket();
      case '.':
        return { kind: 'bytes', set: setOf((byte) => this.#dotMatchesAll || byte !== 0x0a) };
      case '^':
        return assertion(this.#isMultiline ? 'lineBegin' : 'begin');
      case '$':
        return assertion(this.#isMultiline ? 'lineEnd' : 'end');
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new SyntaxProblem(`${character} repeats nothing; write \\${character} for the character`);
      default:
        return this.#literal(character);
    }
  }

  #group(): PatternTree {
    if (this.#takes('?')) {
      const name = this.#characters.slice(this.#at, this.#at + 66).join('');
      const [start = ''] = /^(?::|P?<[A-Za-z_]\w{0,60}>)/.exec(name) ?? [];
      if (start === '') throw new SyntaxProblem(groupProblem(name));
      this.#at += start.length;
    }
    if (++this.#depth > DEEPEST_GROUP) throw new SyntaxProblem('its groups are nested too deeply');
    const tree = this.#choice();
    this.#depth--;
    if (!this.#takes(')')) throw new SyntaxProblem('a ( is never closed; write \\( for the character');
    return tree;
  }

  #escape(): PatternTree {
    const letter = this.#peek();
    const set = Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined;
    if (set !== undefined) {
      this.#at++;
      return { kind: 'bytes', set };
    }
    if (this.#takes('b')) return assertion('wordEdge');
    if (this.#takes('B')) return assertion('noWordEdge');
    return this.#literal(this.#escapedCharacter());
  }

  /** What stands behind a backslash and means one character. */
  #escapedCharacter(): string {
    const letter = this.#take();
    if (letter === '') throw new SyntaxProblem('it ends with a backslash; write \\\\ for the character');
    const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined;
    if (control !== undefined) return String.fromCharCode(control);
    if (letter === 'x' || letter === 'u') return this.#codePoint(letter, letter === 'x' ? 2 : 4);
    if (/[1-9k]/.test(letter)) {
      throw new SyntaxProblem(
        `it refers back to a group (\\${letter}), which cannot be matched in linear time`,
      );
    }
    if (/[A-Za-z]/.test(letter)) throw new SyntaxProblem(`\\${letter} has no meaning`);
    return letter;
  }

  #codePoint(letter: string, digits: number): string {
    const hex = this.#characters.slice(this.#at, this.#at + digits).join('');
    if (hex.length !== digits || !/^[0-9A-Fa-f]+$/.test(hex)) {
      throw new SyntaxProblem(`\\${letter} wants ${digits} hexadecimal digits`);
    }
    this.#at += digits;
    return String.fromCodePoint(Number.parseInt(hex, 16));
  }

  #literal(character: string): PatternTree {
    const bytes = [...Buffer.from(character)];
    return sequence(
      bytes.map((byte) => ({ kind: 'bytes', set: this.#ignoresCase ? caseless(byte) : single(byte) })),
    );
  }

  #cased(set: Uint8Array): Uint8Array {
    if (!this.#ignoresCase) return set;
    return set.map((has, byte) => (has === 1 || (isLetter(byte) && set[byte ^ 0x20] === 1) ? 1 : 0));
  }

  #bracket(): PatternTree {
    const isNegated = this.#takes('^');
    const set = new Uint8Array(256);
    const others: PatternTree[] = [];
    while (this.#peek() !== ']') {
      if (this.#peek() === '') throw new SyntaxProblem('a [ is never closed; write \\[ for the character');
      this.#member(set, others);
    }
    this.#at++;
    if (isNegated) {
      if (others.length > 0) throw new SyntaxProblem('a [^…] can exclude ASCII characters only');
      return { kind: 'bytes', set: this.#cased(set).map((has) => 1 - has) };
    }
    const ascii: PatternTree = { kind: 'bytes', set: this.#cased(set) };
    return others.length === 0 ? ascii : choice([ascii, ...others]);
  }

  /** One character, range or class of a bracket. */
  #member(set: Uint8Array, others: PatternTree[]): void {
    const first = this.#bracketCharacter(set);
    if (first === undefined) return;
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '') {
      if (first.length === 1 && first.charCodeAt(0) < 0x80) set[first.charCodeAt(0)] = 1;
      else others.push(this.#literal(first));
      return;
    }
    this.#at++;
    const last = this.#bracketCharacter(set);
    if (last === undefined) throw new SyntaxProblem('a range in [ ] ends with a class');
    const [low, high] = [first.codePointAt(0) ?? 0, last.codePointAt(0) ?? 0];
    if (high > 0x7f || low > 0x7f) throw new SyntaxProblem('a range in [ ] goes beyond ASCII');
    if (low > high) throw new SyntaxProblem(`the range ${first}-${last} is the wrong way round`);
    set.fill(1, low, high + 1);
  }

  /** A character, or undefined after a class (\d), which is put into the set. */
  #bracketCharacter(set: Uint8Array): string | undefined {
    const character = this.#take();
    if (character !== '\\') return character;
    const members = Object.hasOwn(CLASSES, this.#peek()) ? CLASSES[this.#peek()] : undefined;
    if (members === undefined) return this.#takes('b') ? '\b' : this.#escapedCharacter();
    this.#at++;
    for (const [byte, has] of members.entries()) if (has === 1) set[byte] = 1;
    return undefined;
  }
}

const assertion = (what: Assertion): PatternTree => ({ kind: 'assertion', assertion: what });

const groupProblem = (text: string): string => {
  if (/^<?[=!]/.test(text)) return 'it looks ahead or behind, which cannot be matched in linear time';
  return /^[ims]+\)/.test(text)
    ? 'flags like (?i) can stand at the very beginning only'
    : `(?${text.slice(0, 1)} is no group`;
};
