import { InvalidArgumentError } from 'commander';

/** A value of a flag. `--logs --once` is a forgotten value far more often than a directory named --once. */
export const flagValue = (value: string): string => {
  if (value.startsWith('--')) throw new InvalidArgumentError('Its value seems to be missing');
  return value;
};

/** The values of a flag that can be given again and again. */
export const flagValues = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  flagValue(value),
];
