import type { NameAge } from '../core/sighting.ts';

/** A log file's name, taken apart: `app.log.2.gz` is the second generation of `app.log`, compressed. */
export interface LogName {
  /** The name of the live file. */
  readonly base: string;
  readonly age: NameAge;
  readonly compressed: boolean;
}

/**
 * `.1` (logrotate, Docker), `.20261120-201953` (kubelet), `-20261120`, `-20261120-1795206835` (logrotate's dateext);
 * each may be compressed.
 */
const ROTATED = /^(?<base>.+?)(?:\.(?<number>\d{1,5})|[.-](?<date>\d{8}(?:[-_.T]?\d{2,10})?))?(?<gz>\.gz)?$/;

/** undefined for names that are never logs: temporary files of a compression or copy. */
export const parseLogName = (name: string): LogName | undefined => {
  if (name.endsWith('.tmp') || name.startsWith('.')) return undefined;
  const groups = ROTATED.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const { base, number, date, gz } = groups;
  if (base === undefined) return undefined;
  return { base, age: ageOf(number, date, gz), compressed: gz !== undefined };
};

const ageOf = (number: string | undefined, date: string | undefined, gz: string | undefined): NameAge => {
  if (number !== undefined) return { kind: 'shifted', number: Number(number) };
  if (date !== undefined) return { kind: 'dated', date };
  // `app.log.gz` without a number is older than the live file.
  return gz === undefined ? { kind: 'live' } : { kind: 'shifted', number: 0 };
};
