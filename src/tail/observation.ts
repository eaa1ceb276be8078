import type { FileRecord } from '../core/identity.ts';
import type { SightedFile } from '../core/sighting.ts';
import type { Candidate } from './candidate.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation, Sighted } from './generation.ts';
import { type CutFile, seenIn } from './newcomer.ts';
import type { LookTime } from './opening.ts';

/** A file that came too late for its place in the order. */
export interface Stray {
  readonly file: SightedFile;
  /** Made of its content: the same after a restart, and when it was renamed or compressed. */
  readonly name: string;
}

/** What one observation of a stream's files found, and works with. */
export interface Observation {
  readonly stream: ContainerStream;
  readonly time: LookTime;
  /** Files that were cut, by the generation that stood in them. */
  readonly cut: Map<Generation, CutFile>;
  readonly strays: Map<string, Stray>;
  /** Generations that had bytes when the observation began. */
  readonly seen: Set<Generation>;
  isSettled: boolean;
  /** Whether another file may be held open, beside those that are open already. */
  readonly mayHold: (files: number) => boolean;
  /** All unknown files that were seen. */
  candidates: readonly Candidate[];
  /** Those that are there and could not be opened. */
  readonly unreadable: Pick<Candidate, 'file' | 'identity'>[];
  /** Those that hold what the live file begins with: copies of it, made or in the making. */
  readonly copies: Set<Candidate>;
  /** Files that are gone, and that nobody has read. */
  readonly lost: FileRecord[];
  /** The generation that was recognised last by its content. */
  after: number;
}

export const newObservation = (
  stream: ContainerStream,
  time: LookTime,
  mayHold: Observation['mayHold'],
): Observation => ({
  stream,
  time,
  mayHold,
  cut: new Map(),
  strays: new Map(),
  seen: new Set(),
  isSettled: true,
  candidates: [],
  unreadable: [],
  copies: new Set(),
  lost: [],
  after: 0,
});

/** Takes the descriptor of a generation that was cut: a new one will read through it what was written since. */
export const noteCut = (
  { cut, stream }: Observation,
  generation: Generation,
  now: Sighted | undefined,
): void => {
  if (generation.ending?.reason !== 'truncated') return;
  generation.listed = false;
  const source = generation.release();
  if (source === undefined) return;
  cut.set(generation, { was: generation.sighted, source, seen: seenIn(source), now });
  // What was a copy of it is now what it goes on in.
  stream.ignored.clear();
};
