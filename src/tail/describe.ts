import { displayNameOf } from '../core/origin.ts';
import type { GenerationDetails, StreamDetails } from '../telemetry/snapshot.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';

/** Of each stream the newest so many, as the rest is read or hopeless. */
const MOST_GENERATIONS = 20;

/** A stream as people who look for trouble want to see it. */
export const describeStream = (stream: ContainerStream, nowMs: number): StreamDetails => ({
  key: stream.key,
  name: displayNameOf(stream.origin),
  directory: stream.directory,
  isOver: stream.isOver,
  needsScan: stream.needsScan,
  isUnsettled: stream.isUnsettled(nowMs),
  generations: stream.generations
    .slice(-MOST_GENERATIONS)
    .map((generation) => describeGeneration(generation, nowMs)),
  lanes: stream.lanes.map((lane) => ({
    outputs: lane.consumers.map(({ name }) => name),
    position: lane.position,
    wantsTurn: lane.wantsTurn(nowMs),
    isQueued: lane.isQueued,
    isIdle: lane.isIdle,
  })),
});

const describeGeneration = (generation: Generation, nowMs: number): GenerationDetails => ({
  sequence: generation.sequence,
  file: generation.sighted.path,
  sizeBytes: generation.size,
  format: generation.format ?? null,
  isOpen: generation.isOpen,
  isListed: generation.listed,
  links: generation.links,
  isCompressed: generation.isCompressedSource,
  changedAgoMs: Math.round(nowMs - generation.changedAtMs),
  ending: generation.ending?.reason ?? null,
});
