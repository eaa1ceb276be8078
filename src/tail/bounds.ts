import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';

/** What is given up when descriptors or disk space run short, and how long a file is held that nobody needs. */

/** A rotated file that everybody has left is watched for late writes so long. */
const LINGER_MS = 60_000;
/** The same for one that is unlinked: it holds disk space. */
const LINGER_UNLINKED_MS = 5_000;

export const lingerMs = ({ links }: Generation): number => (links === 0 ? LINGER_UNLINKED_MS : LINGER_MS);

/** Deleted files that are still to be read: they hold disk space. */
export const heldGenerations = (streams: Iterable<ContainerStream>): readonly Generation[] => {
  const held: Generation[] = [];
  for (const { generations } of streams) {
    for (const generation of generations) {
      if (generation.isOpen && generation.links === 0 && !generation.isEnded) held.push(generation);
    }
  }
  return held;
};

/** Deleted files that are still to be read hold disk space: beyond the bound the oldest are given up, and counted. */
export const boundHeldBytes = (streams: Iterable<ContainerStream>, mostBytes: number): void => {
  const held = heldGenerations(streams);
  let bytes = held.reduce((sum, generation) => sum + generation.size, 0);
  for (const generation of held.toSorted(byQuiet)) {
    if (bytes <= mostBytes) return;
    bytes -= generation.size;
    if (goesOnElsewhere(generation)) {
      generation.close();
      continue;
    }
    generation.end('held_bytes', generation.isCompressedSource ? null : generation.size);
    generation.close();
  }
};

/** Only its plain file is unlinked: its .gz has a name, and is opened when it is looked at next. */
const goesOnElsewhere = ({ listed, sighted, isCompressedSource }: Generation): boolean =>
  listed && sighted.compressed && !isCompressedSource;

/**
 * Closes generations that are read to their end and still have a name, those that have been quiet longest first.
 *
 * @returns how many were closed: at most `count`
 */
export const closeIdle = (streams: Iterable<ContainerStream>, count: number): number => {
  const idle: Generation[] = [];
  for (const { generations, lanes } of streams) {
    for (const generation of generations) {
      if (!generation.isOpen || !generation.listed || generation.links === 0) continue;
      const readers = lanes.filter((lane) => lane.oldestNeeded <= generation.sequence);
      if (readers.every((lane) => lane.generation === generation && lane.isIdle)) idle.push(generation);
    }
  }
  const victims = idle.toSorted(byQuiet).slice(0, count);
  for (const generation of victims) generation.close();
  return victims.length;
};

const byQuiet = (a: Generation, b: Generation): number => a.changedAtMs - b.changedAtMs;
