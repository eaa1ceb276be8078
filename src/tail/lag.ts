import type { Consumer } from '../core/consumer.ts';
import { lowWater, type Position } from '../core/position.ts';
import type { StreamLag } from '../telemetry/snapshot.ts';
import type { ContainerStream } from './container-stream.ts';
import { firstTimeNs } from './first-time.ts';
import type { Generation } from './generation.ts';

/**
 * Ages are read from the files themselves, 256 bytes each: of so many streams at once, those that are furthest behind. From the
 * page cache that takes a microsecond each.
 */
const MOST_AGES = 256;
const LINE_BYTES = 256;
const NS_PER_MS = 1_000_000n;

interface Lag {
  readonly stream: ContainerStream;
  readonly output: string;
  readonly bytes: number;
  readonly position: Position;
}

/** What each consumer has not acknowledged, stream by stream; nothing of streams that are up to date. */
export const lagsOf = (
  streams: Iterable<ContainerStream>,
  consumers: readonly Consumer[],
  wallMs: number,
): readonly StreamLag[] => {
  const lags: Lag[] = [];
  for (const stream of streams) {
    for (const consumer of consumers) {
      const marks = consumer.positionOf(stream.key);
      if (marks === undefined) continue;
      const position = lowWater(marks);
      const bytes = unreadBehind(stream, position);
      if (bytes > 0) lags.push({ stream, output: consumer.name, bytes, position });
    }
  }
  return lags
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ stream, output, bytes, position }, index) => ({
      output,
      key: stream.key,
      origin: stream.origin,
      bytes,
      ageMs: index < MOST_AGES ? ageAt(stream, position, wallMs) : undefined,
    }));
};

/** Bytes of a stream from a position on, as far as its files were seen. */
export const unreadBehind = (stream: ContainerStream, position: Position): number =>
  stream.generations.reduce((sum, generation) => sum + unreadIn(generation, position), 0);

const unreadIn = (generation: Generation, position: Position): number => {
  if (generation.sequence < position.generation) return 0;
  const size = generation.ending === undefined ? generation.size : (generation.ending.size ?? 0);
  const offset = generation.sequence === position.generation ? position.offset : 0;
  return Math.max(0, size - offset);
};

const ageAt = (stream: ContainerStream, position: Position, wallMs: number): number | undefined => {
  const generation = stream.generations.find((each) => unreadIn(each, position) > 0);
  // Asking an inflater would move it.
  if (generation === undefined || !generation.isOpen || generation.isCompressedSource) return undefined;
  const offset = generation.sequence === position.generation ? position.offset : 0;
  const bytes = Buffer.alloc(LINE_BYTES);
  try {
    const writtenNs = firstTimeNs(bytes.subarray(0, generation.read(bytes, 0, LINE_BYTES, offset)));
    return writtenNs === undefined ? undefined : Math.max(0, wallMs - Number(writtenNs / NS_PER_MS));
  } catch {
    // Whoever reads the stream tells of it.
    return undefined;
  }
};
