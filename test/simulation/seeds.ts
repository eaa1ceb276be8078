import { DEFAULT_STEPS } from './run-seed.ts';

/** Seeds that broke a promise once, with the length of their scripts and what was wrong. They are run for ever. */
export const SEEDS: readonly { readonly seed: number; readonly steps: number; readonly what: string }[] = [
  { seed: 1, steps: DEFAULT_STEPS, what: 'the first seed of all' },
];
