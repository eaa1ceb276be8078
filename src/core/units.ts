/**
 * Sizes and durations as people write them: `256KiB`, `1.5 GiB`, `10MB`, `500ms`, `1h30m`.
 *
 * KiB, MiB, GiB, TiB (and Kubernetes' Ki, Mi, Gi, Ti) count in 1,024; KB, MB, GB, TB in 1,000. Letter case and a blank
 * before the unit do not matter. `10M` is refused on purpose: half of its readers take it for 10,000,000.
 */

/** What a parser made of a text: the value, or what is wrong with the text (a phrase to put behind the option's name). */
export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: string };

export const reading = <T>(value: T): Reading<T> => ({ kind: 'value', value });
export const problem = (text: string): Reading<never> => ({ kind: 'problem', problem: text });

const KIB = 1024;
const BYTES_OF: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [`${letter}i`, KIB ** (index + 1)],
    [`${letter}ib`, KIB ** (index + 1)],
  ]),
]);
const BINARY_UNITS = ['TiB', 'GiB', 'MiB', 'KiB'] as const;

const MS_OF: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);

// Both are linear: no two neighbouring parts can match the same character.
const SIZE = /^(\d{1,16}(?:\.\d{1,9})?) ?([a-z]*)$/i;
const DURATION = /^(?:\d{1,16}(?:\.\d{1,9})? ?(?:ms|s|m|h|d) ?)+$/i;
const DURATION_PART = /(\d+(?:\.\d+)?) ?(ms|s|m|h|d)/gi;

/** @returns bytes, rounded to whole ones */
export const parseSize = (text: string): Reading<number> => {
  const [, digits = '', unit = ''] = SIZE.exec(text.trim()) ?? [];
  if (digits === '') return problem(`${quoted(text)} is not a size; write it like 512KiB, 1.5GiB or 10MB`);
  const bytesPerUnit = BYTES_OF.get(unit.toLowerCase());
  if (bytesPerUnit === undefined) {
    const letter = unit.toUpperCase();
    const choices = /^[KMGT]$/.test(letter)
      ? `${letter}iB (1,024-based) or ${letter}B (1,000-based)`
      : 'B, KiB, MiB, GiB, TiB, KB, MB, GB or TB';
    return problem(`${quoted(text)} has an unknown unit ${quoted(unit)}; use ${choices}`);
  }
  const bytes = Math.round(Number(digits) * bytesPerUnit);
  if (!Number.isSafeInteger(bytes)) return problem(`${quoted(text)} is too large to count`);
  return reading(bytes);
};

/** @returns milliseconds, rounded to whole ones */
export const parseDuration = (text: string): Reading<number> => {
  const trimmed = text.trim();
  if (/^0+$/.test(trimmed)) return reading(0);
  if (/^\d+(?:\.\d+)?$/.test(trimmed))
    return problem(`${quoted(text)} has no unit; write ${trimmed}s or ${trimmed}ms`);
  if (!DURATION.test(trimmed))
    return problem(`${quoted(text)} is not a duration; write it like 500ms, 10s, 2m or 1h30m`);
  let ms = 0;
  for (const [, digits = '', unit = ''] of trimmed.matchAll(DURATION_PART)) {
    ms += Number(digits) * (MS_OF.get(unit.toLowerCase()) ?? Number.NaN);
  }
  const whole = Math.round(ms);
  if (!Number.isSafeInteger(whole)) return problem(`${quoted(text)} is too long to count`);
  return reading(whole);
};

/** Exact, and `parseSize` reads it back: `256KiB`, `1000B`. */
export const formatSize = (bytes: number): string => {
  for (const [index, unit] of BINARY_UNITS.entries()) {
    const bytesPerUnit = KIB ** (BINARY_UNITS.length - index);
    if (bytes >= bytesPerUnit && bytes % bytesPerUnit === 0) return `${bytes / bytesPerUnit}${unit}`;
  }
  return `${bytes}B`;
};

/** Exact, and `parseDuration` reads it back: `10s`, `1500ms`. */
export const formatDuration = (ms: number): string => {
  for (const [unit, msPerUnit] of MS_OF) {
    if (ms >= msPerUnit && ms % msPerUnit === 0) return `${ms / msPerUnit}${unit}`;
  }
  return `${ms}ms`;
};

/** For people, three digits or so: `0 B`, `1.2 MiB`, `340 GiB`. */
export const approximateSize = (bytes: number): string => {
  const units = ['B', ...BINARY_UNITS.toReversed()];
  let value = bytes;
  let index = 0;
  // 1023.95 would be shown as "1024.0": the next unit begins where rounding does.
  while (index < units.length - 1 && value >= (index === 0 ? KIB : KIB - 0.05)) {
    value /= KIB;
    index++;
  }
  const digits = index === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[index] ?? ''}`;
};

/** For people, the two largest units: `0 s`, `0.4 s`, `12 s`, `3m 20s`, `2d 4h`. */
export const approximateDuration = (ms: number): string => {
  if (ms < 9950) return ms === 0 ? '0 s' : `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
  return `${Math.floor(minutes / 1440)}d ${Math.floor(minutes / 60) % 24}h`;
};

/** A stranger's text in our message: on one line, and not endless. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
