import type { Origin } from '../core/origin.ts';

/**
 * Whether a stream is meant: `namespace/pod/container`, or the file, against a pattern of the same parts. `*` is anything but a
 * slash, `?` one character, and a part `**` any number of parts.
 *
 * Not a library's globs: they become regular expressions, and a pattern from a stranger could keep one busy for hours. This
 * goes back to the last star only, so it takes at most the product of both lengths.
 */
export const matchesStream = (pattern: string, origin: Origin): boolean => {
  const name = origin.kind === 'file' ? origin.file : `${origin.namespace}/${origin.pod}/${origin.container}`;
  return matchesParts(name.split('/'), pattern.split('/'), '**', matchesPart);
};

const matchesPart = (text: string, pattern: string): boolean =>
  matchesParts(
    Array.from(text),
    Array.from(pattern),
    '*',
    (character, wanted) => wanted === '?' || character === wanted,
  );

/** Greedy: when something does not match, the last wild one takes one more. */
const matchesParts = (
  parts: readonly string[],
  pattern: readonly string[],
  wild: string,
  matches: (part: string, wanted: string) => boolean,
): boolean => {
  let at = 0;
  let wanted = 0;
  let star = -1;
  let starAt = 0;
  while (at < parts.length) {
    if (pattern[wanted] === wild) {
      star = wanted++;
      starAt = at;
    } else if (wanted < pattern.length && matches(parts[at] ?? '', pattern[wanted] ?? '')) {
      at++;
      wanted++;
    } else if (star === -1) return false;
    else {
      wanted = star + 1;
      at = ++starAt;
    }
  }
  return pattern.slice(wanted).every((rest) => rest === wild);
};
