/** A pattern, taken apart. Sets of bytes have 256 entries, 1 for each byte that belongs to them. */
export type PatternTree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly set: Uint8Array }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'repeat'; readonly part: PatternTree; readonly min: number; readonly max: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion };

export type Assertion = 'begin' | 'end' | 'lineBegin' | 'lineEnd' | 'wordEdge' | 'noWordEdge';

const EMPTY: PatternTree = { kind: 'empty' };

export const sequence = (parts: readonly PatternTree[]): PatternTree => {
  const [only] = parts;
  if (only === undefined) return EMPTY;
  return parts.length === 1 ? only : { kind: 'sequence', parts };
};

export const choice = (parts: readonly PatternTree[]): PatternTree => {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind: 'choice', parts };
};

export const setOf = (belongs: (byte: number) => boolean): Uint8Array => {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < set.length; byte++) if (belongs(byte)) set[byte] = 1;
  return set;
};

export const isWordByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  byte === 0x5f ||
  (byte >= 0x61 && byte <= 0x7a);

/** The tree of the text read backwards: it matches exactly the reversed texts. */
export const reversed = (tree: PatternTree): PatternTree => {
  switch (tree.kind) {
    case 'sequence':
      return { kind: 'sequence', parts: tree.parts.toReversed().map(reversed) };
    case 'choice':
      return { kind: 'choice', parts: tree.parts.map(reversed) };
    case 'repeat':
      return { ...tree, part: reversed(tree.part) };
    case 'assertion':
      return { kind: 'assertion', assertion: MIRRORED[tree.assertion] };
    default:
      return tree;
  }
};

const MIRRORED: Readonly<Record<Assertion, Assertion>> = {
  begin: 'end',
  end: 'begin',
  lineBegin: 'lineEnd',
  lineEnd: 'lineBegin',
  wordEdge: 'wordEdge',
  noWordEdge: 'noWordEdge',
};
