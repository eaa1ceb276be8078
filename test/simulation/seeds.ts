import { DEFAULT_STEPS } from './run-seed.ts';

/** Seeds that broke a promise once, with the length of their scripts and what was wrong. They are run for ever. */
export const SEEDS: readonly { readonly seed: number; readonly steps: number; readonly what: string }[] = [
  {
    seed: 98,
    steps: DEFAULT_STEPS,
    what: 'a linked log that is rotated three times before it is first seen',
  },
  { seed: 190, steps: DEFAULT_STEPS, what: 'cut, rotated and gzipped between two looks: read twice' },
  { seed: 465, steps: DEFAULT_STEPS, what: 'an open record whose file was moved away is never given up' },
  {
    seed: 532,
    steps: DEFAULT_STEPS,
    what: 'deleted, made again and rotated between two looks: out of order',
  },
  { seed: 623, steps: DEFAULT_STEPS, what: 'cut without a copy, rotated and gzipped: read twice' },
  {
    seed: 660,
    steps: DEFAULT_STEPS,
    what: 'two open records closed when a batch has room for one: an empty record',
  },
  { seed: 726, steps: DEFAULT_STEPS, what: 'lines lost behind a file that was taken for another' },
  {
    seed: 1290,
    steps: DEFAULT_STEPS,
    what: 'a blocked output goes back to an open record in a file that was closed: lines lost',
  },
  {
    seed: 1405,
    steps: DEFAULT_STEPS,
    what: 'an empty raw file taken for one that is gone, while an older one began like it too: lines out of place',
  },
  {
    seed: 1479,
    steps: DEFAULT_STEPS,
    what: 'a .gz that cannot be opened while its generation is forgotten: read twice',
  },
  { seed: 1595, steps: DEFAULT_STEPS, what: 'the same, and its lines joined to an open record' },
  { seed: 1751, steps: DEFAULT_STEPS, what: 'cut while the agent was dead: told as deleted' },
  { seed: 1896, steps: DEFAULT_STEPS, what: 'the same as 1479, while the live file is moved away' },
  {
    seed: 1976,
    steps: DEFAULT_STEPS,
    what: 'a raw copy that grew before it was made, of a file that is gone: read twice',
  },
];
