import { sameFile } from '../core/identity.ts';
import type { FileStatus } from '../system/system.ts';
import type { Generation } from './generation.ts';

/** Whether the file of a known generation is still what it was. */

/** Its file is a later generation's now: what stood in it was cut off, also if nobody saw that happen. */
export const wasCut = (
  { generations }: { readonly generations: readonly Generation[] },
  { sequence, sighted }: Generation,
): boolean =>
  generations.some(
    (later) => later.sequence > sequence && sameFile(later.sighted.identity, sighted.identity),
  );

/** Whether a file that was looked at and closed has not been written to since. */
export const isAsItWas = ({ version, sighted, size }: Generation, status: FileStatus): boolean =>
  version > 0 && (sighted.compressed || status.size === size);

/** A corrupt file is there as it was; one that was cut is not. */
export const standsThere = ({ ending }: Generation): boolean =>
  ending === undefined || ending.reason === 'corrupt';
