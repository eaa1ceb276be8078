import type {
  Action,
  CopyPart,
  ReadFault,
  Regrowth,
  SinkMood,
  StreamKind,
  UnfinishedWrites,
  WatcherMood,
} from './actions.ts';
import { Random } from './random.ts';

/** How often each kind of action is drawn. Zero in a run that leaves the kind out. */
type Weights = readonly (readonly [weight: number, draw: (random: Random) => Action])[];

const MINUTE = 60_000;
const MOODS: readonly WatcherMood[] = ['exact', 'silent', 'late', 'doubled', 'reordered', 'lossy', 'broken'];
const KINDS: readonly StreamKind[] = ['kubelet', 'kubelet', 'kubelet', 'plain', 'plain', 'linked'];
const REGROWTHS: readonly Regrowth[] = ['none', 'smaller', 'equal', 'larger'];
const READ_FAULTS: readonly ReadFault[] = ['EIO', 'EACCES', 'EMFILE'];
const SINK_MOODS: readonly SinkMood[] = ['fine', 'slow', 'failing', 'hanging', 'refusing'];
const UNFINISHED: readonly UnfinishedWrites[] = ['lost', 'half', 'whole'];
const WALL_STEPS = [-60 * MINUTE, -5000, 3000, 60 * MINUTE];

const anyStream = (random: Random): number => random.between(0, 59);

const WRITING: Weights = [
  [
    14,
    (random) => ({
      kind: 'write',
      stream: anyStream(random),
      lines: random.between(1, 12),
      seed: random.seed(),
    }),
  ],
  [3, (random) => ({ kind: 'half', stream: anyStream(random), seed: random.seed() })],
  [4, (random) => ({ kind: 'piece', stream: anyStream(random), seed: random.seed() })],
  [2, (random) => ({ kind: 'close', stream: anyStream(random), seed: random.seed() })],
  [1, (random) => ({ kind: 'long', stream: anyStream(random), seed: random.seed() })],
];

const ROTATING: Weights = [
  [4, (random) => ({ kind: 'rotate', stream: anyStream(random) })],
  [3, (random) => ({ kind: 'rename', stream: anyStream(random) })],
  [3, (random) => ({ kind: 'reopen', stream: anyStream(random), abandonsHalf: random.chance(0.3) })],
  [3, (random) => ({ kind: 'gzip', stream: anyStream(random), dies: random.chance(0.15) })],
  [1, (random) => ({ kind: 'dropOldest', stream: anyStream(random) })],
  [
    2,
    (random) => ({
      kind: 'copytruncate',
      stream: anyStream(random),
      regrowth: random.pick(REGROWTHS),
      copies: random.chance(0.6),
      seed: random.seed(),
    }),
  ],
  [0.5, (random) => ({ kind: 'moveAway', stream: anyStream(random) })],
  [1, (random) => ({ kind: 'delete', stream: anyStream(random) })],
];

const LIVING: Weights = [
  [1, (random) => ({ kind: 'create', name: random.pick(KINDS), seed: random.seed() })],
  [1, (random) => ({ kind: 'restartContainer', stream: anyStream(random) })],
  [0.5, (random) => ({ kind: 'removePod', stream: anyStream(random) })],
  [0.5, (random) => ({ kind: 'retarget', stream: anyStream(random) })],
];

const TROUBLING: Weights = [
  [1.5, (random) => ({ kind: 'watcher', mood: random.pick(MOODS) })],
  [
    1,
    (random) => ({
      kind: 'fault',
      stream: anyStream(random),
      fault: random.pick(READ_FAULTS),
      ms: random.between(50, 5000),
    }),
  ],
  [
    0.7,
    (random) => ({
      kind: 'diskFull',
      disk: random.chance(0.5) ? 'output' : 'state',
      freeBytes: random.pick([0, 100, 2000]),
    }),
  ],
  [0.7, () => ({ kind: 'diskFree' })],
  [0.7, (random) => ({ kind: 'slowDisk', delayMs: random.pick([0, 3, 40, 400]) })],
  [1.5, (random) => ({ kind: 'sink', mood: random.pick(SINK_MOODS) })],
  [0.7, (random) => ({ kind: 'stepWall', ms: random.pick(WALL_STEPS) })],
];

const ENDING: Weights = [
  [1.5, (random) => ({ kind: 'crash', unfinished: random.pick(UNFINISHED) })],
  [1, () => ({ kind: 'stop' })],
  [3, () => ({ kind: 'start' })],
];

const WAITING: Weights = [
  [8, (random) => ({ kind: 'advance', ms: random.between(1, 60) })],
  [6, (random) => ({ kind: 'advance', ms: random.between(60, 2000) })],
  [1.5, (random) => ({ kind: 'advance', ms: random.between(2000, 15_000) })],
  [0.5, () => ({ kind: 'calm' })],
];

const COPY_PARTS: readonly CopyPart[] = ['begin', 'half', 'whole', 'cut'];

const COPYING: Weights = [
  [8, (random) => ({ kind: 'copy', stream: anyStream(random), part: random.pick(COPY_PARTS) })],
  [
    2,
    (random) => ({
      kind: 'copies',
      stream: anyStream(random),
      times: random.between(1, 3),
      seed: random.seed(),
    }),
  ],
];

/** From this seed on, scripts copy in steps. Older seeds mean what they meant. */
const FIRST_COPYING = 1_000_000;

const RELOADING: Weights = [[3, () => ({ kind: 'reload' })]];

/** From this seed on, scripts reload the configuration instead, also in the middle of the agent's work. */
const FIRST_RELOADING = 2_000_000;

const INSTANT: Weights = [...WRITING, ...ROTATING];

/** What fits into the middle of the agent's work. */
const during = (random: Random, instant: Weights): Action => ({
  kind: 'during',
  calls: random.chance(0.7) ? random.between(1, 12) : random.between(12, 80),
  action: random.chance(0.15)
    ? { kind: 'crash', unfinished: random.pick(UNFINISHED) }
    : draw(instant, random),
});

/**
 * The script of a seed. Not every run has everything in it: a run without crashes gets further into the rest, and shows
 * a bug of its own kind.
 */
export const scriptOf = (seed: number, steps: number): readonly Action[] => {
  const random = new Random(seed);
  const script: Action[] = [];
  for (let stream = random.between(1, 3); stream > 0; stream--) {
    script.push({ kind: 'create', name: random.pick(KINDS), seed: random.seed() });
  }
  for (let before = random.between(0, 3); before > 0; before--) script.push(draw(INSTANT, random));
  script.push({ kind: 'start' });
  const more = seed >= FIRST_RELOADING ? RELOADING : seed >= FIRST_COPYING ? COPYING : [];
  const instant = [...INSTANT, ...more];
  const kinds = [
    ...WRITING,
    ...WAITING,
    ...(random.chance(0.85) ? ROTATING : []),
    ...(random.chance(0.6) ? LIVING : []),
    ...(random.chance(0.5) ? TROUBLING : []),
    ...(random.chance(0.5) ? ENDING : []),
    ...(random.chance(0.5) ? [[4, (draws: Random) => during(draws, instant)] as const] : []),
    ...more,
  ];
  while (script.length < steps) script.push(draw(kinds, random));
  return script;
};

const draw = (weights: Weights, random: Random): Action => {
  const total = weights.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.next() * total;
  for (const [weight, drawOne] of weights) {
    left -= weight;
    if (left < 0) return drawOne(random);
  }
  return { kind: 'advance', ms: 1 };
};
