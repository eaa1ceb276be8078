import type { Origin } from './origin.ts';

/** What discovery saw of one container stream in its directory, just now. */
export interface StreamSighting {
  readonly key: string;
  readonly origin: Origin;
  /** The names are the kubelet's: the lines are CRI or Docker's JSON, never raw. */
  readonly kubeletNamed: boolean;
  /** Where the files lie: for a scan on demand. */
  readonly directory: string;
  /** Every file of the stream, in no order. Empty once they are gone. */
  readonly files: readonly SightedFile[];
  /** Lists them anew: whether they are still the same ones is asked after they were looked at. Left out where none is listed. */
  readonly again?: () => readonly SightedFile[];
}

export interface SightedFile {
  readonly path: string;
  readonly age: NameAge;
  readonly compressed: boolean;
}

/** What a file's name says about its age: the live one, a number that counts up with age, or a date. */
export type NameAge =
  | { readonly kind: 'live' }
  | { readonly kind: 'shifted'; readonly number: number }
  | { readonly kind: 'dated'; readonly date: string };

/** Oldest first, the live file last. */
export const compareAges = (a: NameAge, b: NameAge): number => {
  if (a.kind === 'shifted' && b.kind === 'shifted') return b.number - a.number;
  if (a.kind === 'dated' && b.kind === 'dated') return a.date < b.date ? -1 : a.date > b.date ? 1 : 0;
  return AGE_RANK[a.kind] - AGE_RANK[b.kind];
};

const AGE_RANK = { dated: 0, shifted: 1, live: 2 } as const;
