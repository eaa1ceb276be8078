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
  {
    seed: 2279,
    steps: DEFAULT_STEPS,
    what: 'a live file that begins like one that was told as lost is taken for it: lines lost',
  },
  { seed: 2403, steps: DEFAULT_STEPS, what: 'cut, deleted and rotated between two looks: out of order' },
  { seed: 2416, steps: DEFAULT_STEPS, what: 'a raw copy that grew, beside an empty .gz: read twice' },
  {
    seed: 2484,
    steps: DEFAULT_STEPS,
    what: 'a plain file given up for its disk space although its .gz is there',
  },
  { seed: 3329, steps: DEFAULT_STEPS, what: 'an open record at the end of a .gz given up at once' },
  {
    seed: 3707,
    steps: DEFAULT_STEPS,
    what: 'late writes seen by a scan before they are counted: never told',
  },
  {
    seed: 3930,
    steps: DEFAULT_STEPS,
    what: 'a .gz that begins like a file that is held is taken for it: lines lost',
  },
  {
    seed: 14330,
    steps: DEFAULT_STEPS,
    what: 'an empty file between two that the clock misnamed: out of order',
  },
  {
    seed: 13434,
    steps: DEFAULT_STEPS,
    what: 'the format of a file fixed by a line that was never finished',
  },
  {
    seed: 776,
    steps: DEFAULT_STEPS,
    what: 'first bytes of a file that lost its name before its directory was read: lost',
  },
  {
    seed: 20094,
    steps: DEFAULT_STEPS,
    what: 'a new file with the banner of one that was deleted and told is taken for it: lines lost',
  },
  {
    seed: 20703,
    steps: DEFAULT_STEPS,
    what: 'lines lost before files were judged while they stood still',
  },
  {
    seed: 20960,
    steps: DEFAULT_STEPS,
    what: 'a renamed file taken for a .gz that begins like it and is gone: lines lost',
  },
  {
    seed: 21027,
    steps: DEFAULT_STEPS,
    what: 'the same as 20094, of a plain file',
  },
  {
    seed: 21633,
    steps: DEFAULT_STEPS,
    what: 'lines lost before files were judged while they stood still',
  },
  {
    seed: 6584,
    steps: DEFAULT_STEPS,
    what: 'a rotated file taken for an older one than its number tells: lines lost',
  },
  {
    seed: 295,
    steps: DEFAULT_STEPS,
    what: 'a copy that ends before its file did looks cut once more, and is put behind the live file: lines lost',
  },
  {
    seed: 7867,
    steps: DEFAULT_STEPS,
    what: 'empty files put behind a younger one after a restart: its later lines lost',
  },
  {
    seed: 10910,
    steps: DEFAULT_STEPS,
    what: 'the same as 7867, after a stop',
  },
  {
    seed: 11215,
    steps: DEFAULT_STEPS,
    what: 'the same as 295: lines lost',
  },
  {
    seed: 1000006,
    steps: DEFAULT_STEPS,
    what: 'half a copy read as a file of its own at first sight: a record cut',
  },
  {
    seed: 1000093,
    steps: DEFAULT_STEPS,
    what: 'the rest of a copy that was cut after a crash told twice',
  },
  {
    seed: 1000084,
    steps: DEFAULT_STEPS,
    what: 'after a restart a short copy is a cut file: lines twice',
  },
  {
    seed: 1000288,
    steps: DEFAULT_STEPS,
    what: 'copied and renamed between two looks: read twice',
  },
  {
    seed: 7123,
    steps: DEFAULT_STEPS,
    what: 'a reader at the end of one file taken for one that had read those behind it: lines lost',
  },
  {
    seed: 9731,
    steps: DEFAULT_STEPS,
    what: 'a line begun in a file without a name after its reader had been at its end: lost',
  },
  {
    seed: 23359,
    steps: DEFAULT_STEPS,
    what: 'an open record whose file was given up for its disk space: comes when its time is up',
  },
  {
    seed: 1_000_799,
    steps: DEFAULT_STEPS,
    what: 'written to a file that was long quiet just after it was unlinked: lost',
  },
  {
    seed: 2_002_243,
    steps: DEFAULT_STEPS,
    what: 'a link moved and removed at a reload, its first target still there: an open record lost without a word',
  },
  {
    seed: 1_004_829,
    steps: DEFAULT_STEPS,
    what: 'what is missing in a copy is not told until its file is written to again',
  },
  {
    seed: 2_000_516,
    steps: DEFAULT_STEPS,
    what: 'cut and grown to its old size within one tick of the clock: never looked at again, lost',
  },
  {
    seed: 1_001_428,
    steps: DEFAULT_STEPS,
    what: 'a record given up before its time',
  },
  {
    seed: 11_437,
    steps: DEFAULT_STEPS,
    what: 'cut and grown to its old size within one tick of the clock: read on from the middle of a line',
  },
  {
    seed: 1_007_617,
    steps: DEFAULT_STEPS,
    what: 'no descriptor is left for a stream at the start: taken for deleted, and its new lines lost',
  },
  {
    seed: 2_003_625,
    steps: DEFAULT_STEPS,
    what: 'read from a .gz for an output that was full, not held for the next agent, and removed before that came',
  },
  {
    seed: 1_001_221,
    steps: DEFAULT_STEPS,
    what: 'a loss to be told while the file that comes next is not open: turn after turn, without end',
  },
  {
    seed: 1_001_642,
    steps: DEFAULT_STEPS,
    what: 'half a copy read as a file of its own while its file cannot be opened: a line cut',
  },
  {
    seed: 1_004_606,
    steps: DEFAULT_STEPS,
    what: 'the same as 1001642: a gap for what came twice',
  },
  {
    seed: 1_011_655,
    steps: DEFAULT_STEPS,
    what: 'given up for its disk space, and another file with the same banner taken for it: lines lost',
  },
  {
    seed: 1_012_667,
    steps: DEFAULT_STEPS,
    what: 'a later copy with the same banner taken for a short one: read on from the middle of a line',
  },
  {
    seed: 1_000_043,
    steps: DEFAULT_STEPS,
    what: 'copies that were seen and not judged when the agent stopped are gone: lost without a word',
  },
  {
    seed: 1_003_483,
    steps: DEFAULT_STEPS,
    what: 'a list that was made while names moved lacked a file that was seen before: read out of order',
  },
  {
    seed: 1_009_835,
    steps: DEFAULT_STEPS,
    what: 'cut and copied just before a stop: the copies came behind what was written while nobody ran',
  },
  {
    seed: 1_012_572,
    steps: DEFAULT_STEPS,
    what: 'cut and written to just before a stop, and cut again: lost without a word',
  },
  { seed: 1_012_339, steps: DEFAULT_STEPS, what: 'the same, and deleted' },
  { seed: 1_010_798, steps: DEFAULT_STEPS, what: 'the same, of lines that were too long' },
  { seed: 1_001_666, steps: DEFAULT_STEPS, what: 'the same as 1009835, in a file that was rotated' },
];
