import { invariant } from '../core/errors.ts';
import { globSource } from './glob.ts';
import { Pattern, PatternSet } from './pattern.ts';
import { choice } from './pattern-tree.ts';
import {
  nestedSecretRule,
  readyPattern,
  SECRETS,
  type SecretRule,
  secretKeySource,
  secretRules,
} from './ready-patterns.ts';
import type { RedactTransform } from './transforms.ts';

/** A record that was cut is searched so far back from its end for the beginning of a secret. */
const TAIL_BYTES = 4096;
/** Fewer bytes tell nothing of a secret that does not announce itself. */
const LEAST_TAIL = 4;

/** Private keys are written in lines of these lengths. */
const KEY_LINES = [64, 70, 76];

/**
 * Finds what is to be hidden, in [start, end) of some bytes. One scan for all ready patterns together finds nothing in most
 * texts; only where it does, each pattern is looked for.
 */
export class SecretFinder {
  readonly #rules: readonly SecretRule[];
  /** The rules, so that they can be looked for together. */
  readonly #sets: readonly RuleSet[];
  readonly #own: readonly Pattern[];
  readonly #keys: Pattern | undefined;
  /** Names of fields are to be hidden, or patterns that may mean a whole value: a look at the text of JSON is not enough. */
  readonly looksIntoJson: boolean;
  /** The text that was looked at last has a key of secrets before a list or an object. */
  hasNestedKey = false;
  /** Whether what is in such a list or object is found: where the text is not JSON that can be taken apart. */
  hidesNested = false;
  readonly #knowsKeyLines: boolean;
  /** What was found, sorted and apart from each other. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  constructor(transforms: readonly Omit<RedactTransform, 'match'>[]) {
    const names = new Set(transforms.flatMap(namesOf));
    this.#rules = [...names].flatMap(secretRules);
    this.#own = [...new Set(transforms.flatMap(({ regexes }) => regexes))].map(readyPattern);
    this.#sets = setsOf([...this.#rules, ...(names.has('secret_value') ? [this.#nestedKeyRule()] : [])]);
    this.#keys = keysPattern(
      names.has('secret_value'),
      transforms.flatMap(({ fields }) => fields),
    );
    this.looksIntoJson = this.#own.length > 0 || transforms.some(({ fields }) => fields.length > 0);
    this.#knowsKeyLines = names.has('private_key');
  }

  /** @param isCut the text goes on behind its end, and nobody will see how: what may be the beginning of a secret is one */
  find(bytes: Uint8Array, start: number, end: number, isCut: boolean): boolean {
    this.starts.length = 0;
    this.ends.length = 0;
    this.hasNestedKey = false;
    for (const { set, rules } of this.#sets) {
      const matched = set.scan(bytes, start, end);
      if (matched === 0) continue;
      for (const [index, rule] of rules.entries()) {
        if ((matched & (1 << index)) !== 0) this.#findRule(rule, bytes, start, end);
      }
    }
    for (const pattern of this.#own) {
      pattern.findAll(bytes, start, end, (from, to) => {
        this.#add(characterStart(bytes, from, start), characterEnd(bytes, to, end));
        return true;
      });
    }
    if (this.#knowsKeyLines && isKeyLine(bytes, start, end)) this.#add(start, end);
    if (isCut) this.#findTail(bytes, start, end);
    if (this.starts.length > 1) this.#merge();
    return this.starts.length > 0;
  }

  /** Whether what stands under this key of a JSON object is to be hidden, whatever it is. */
  isSecretKey(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#keys?.test(bytes, start, end) ?? false;
  }

  #nestedKeyRule(): SecretRule {
    const proof = (): boolean => {
      this.hasNestedKey = true;
      return this.hidesNested;
    };
    return { ...nestedSecretRule(), proof };
  }

  #findRule(
    { whole, before, afterBytes, proof }: SecretRule,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    whole.findAll(bytes, start, end, (from, to) => {
      const secretStart = before === undefined ? from : before.matchEnd(bytes, from, start, to);
      const secretEnd = to - afterBytes;
      if (secretStart < 0 || secretStart >= secretEnd) return false;
      if (proof !== undefined && !proof(bytes, start, from, secretStart, secretEnd, end)) return false;
      this.#add(secretStart, secretEnd);
      return true;
    });
  }

  #findTail(bytes: Uint8Array, start: number, end: number): void {
    const first = Math.max(start, end - TAIL_BYTES);
    for (const { whole, before } of this.#rules) {
      for (let from = first; from < end; from++) {
        if (!whole.couldGoOn(bytes, from, start, end)) continue;
        const secretStart = before === undefined ? from : before.matchEnd(bytes, from, start, end);
        const least = before === undefined ? LEAST_TAIL : 1;
        if (secretStart < 0 || end - secretStart < least) continue;
        this.#add(secretStart, end);
        break;
      }
    }
    for (const pattern of this.#own) {
      for (let from = first; from <= end - LEAST_TAIL; from++) {
        if (!pattern.couldGoOn(bytes, from, start, end)) continue;
        this.#add(characterStart(bytes, from, start), end);
        break;
      }
    }
  }

  #add(start: number, end: number): void {
    this.starts.push(start);
    this.ends.push(end);
  }

  #merge(): void {
    const { starts, ends } = this;
    const spans = starts.map((start, index) => [start, ends[index] ?? start] as const);
    spans.sort(([a], [b]) => a - b);
    starts.length = 0;
    ends.length = 0;
    for (const [start, end] of spans) {
      const last = ends.length - 1;
      if (last >= 0 && start <= (ends[last] ?? 0)) ends[last] = Math.max(ends[last] ?? 0, end);
      else this.#add(start, end);
    }
  }
}

const namesOf = ({ patterns, regexes, fields }: Omit<RedactTransform, 'match'>) => {
  const isBare = patterns.length === 0 && regexes.length === 0 && fields.length === 0;
  return isBare ? SECRETS : patterns.flatMap((name) => (name === 'secrets' ? SECRETS : [name]));
};

interface RuleSet {
  readonly set: PatternSet;
  readonly rules: readonly SecretRule[];
}

/** As one set, or more where one would be too large. */
const setsOf = (rules: readonly SecretRule[]): readonly RuleSet[] => {
  if (rules.length === 0) return [];
  const set = PatternSet.of(rules.map(({ whole }) => whole));
  if (set !== undefined) return [{ set, rules }];
  invariant(rules.length > 1, 'a ready pattern can be compiled');
  const half = rules.length >> 1;
  return [...setsOf(rules.slice(0, half)), ...setsOf(rules.slice(half))];
};

/** One pattern for all names whose values are hidden. */
const keysPattern = (knowsSecretKeys: boolean, globs: readonly string[]): Pattern | undefined => {
  const sources = [...(knowsSecretKeys ? [secretKeySource] : []), ...globs.map(globSource)];
  if (sources.length === 0) return undefined;
  const keys = Pattern.of(choice(sources.map((source) => readyPattern(source).tree)));
  invariant(keys !== undefined, 'names of fields can be compiled into one pattern');
  return keys;
};

/** A line of a private key by itself, as where each line is a record: base64 of just that length, and no hash in hex. */
const isKeyLine = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (!KEY_LINES.includes(end - start)) return false;
  let hasLarge = false;
  let hasSmall = false;
  let hasBeyondHex = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const lower = byte | 0x20;
    if (lower >= 0x61 && lower <= 0x7a) {
      if (byte === lower) hasSmall = true;
      else hasLarge = true;
      if (lower > 0x66) hasBeyondHex = true;
    } else if (!(byte >= 0x30 && byte <= 0x39) && byte !== 0x2b && byte !== 0x2f && byte !== 0x3d)
      return false;
  }
  return hasLarge && hasSmall && hasBeyondHex;
};

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** Patterns match bytes: where one ends within a character, all of the character goes. */
const characterStart = (bytes: Uint8Array, from: number, start: number): number => {
  let at = from;
  while (at > start && from - at < 3 && isContinuation(bytes[at])) at--;
  return at;
};

const characterEnd = (bytes: Uint8Array, to: number, end: number): number => {
  let at = to;
  while (at < end && at - to < 3 && isContinuation(bytes[at])) at++;
  return at;
};
