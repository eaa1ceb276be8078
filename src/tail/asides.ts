import type { FileRecord } from '../core/identity.ts';

/**
 * Asides: streams that read what turned up too late for its place in another stream. Their keys are made of that stream's
 * key and of the stray's content, so that the file is known again after a restart, a rename or a compression.
 */
const ASIDE = /^(.*)~([0-9a-f]{16}-\d+)$/;

/** `~` is in no name of Kubernetes. */
export const asideKey = (streamKey: string, strayName: string): string => `${streamKey}~${strayName}`;

/** Of what is read, or told, under such a key. */
export const strayNameOf = ({ head, size }: Pick<FileRecord, 'head' | 'size'>): string =>
  `${head.hash}-${size}`;

export const isAside = (streamKey: string): boolean => ASIDE.test(streamKey);

/** The strays' names that are in these keys, by the stream that they belong to. */
export const strayNames = (streamKeys: Iterable<string>): ReadonlyMap<string, readonly string[]> => {
  const names = new Map<string, string[]>();
  for (const key of streamKeys) {
    const [, of, name] = ASIDE.exec(key) ?? [];
    if (of === undefined || name === undefined) continue;
    names.set(of, [...(names.get(of) ?? []), name]);
  }
  return names;
};
