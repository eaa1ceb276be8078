import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';
import { lookQuietly } from './opening.ts';

/**
 * When a reader that is at the end of a generation may leave it.
 *
 * A rotated file is still written to until its writer has opened the new one. That moment shows: the next generation is
 * no longer empty. What the writer's other std stream had in hand may follow within milliseconds, hence the quiet time.
 */
const QUIET_AFTER_SWITCH_MS = 250;
/** containerd drains a container's last output before it reports the exit; a restarted container writes no more. */
const QUIET_WHEN_OVER_MS = 1_000;
/** An unlinked file without a successor: its writer may still hold it. */
const QUIET_WHEN_UNLISTED_MS = 5_000;

export const isFinished = (
  generation: Generation,
  stream: ContainerStream,
  isOnce: boolean,
  nowMs: number,
): boolean => {
  // Compressed files are not written to any more; and with --once the end that is there is the end.
  if (generation.isCompressedSource || isOnce || stream.isAbandoned) return true;
  const quietMs = nowMs - generation.changedAtMs;
  const next = stream.after(generation.sequence);
  // Nobody writes to a copy: what came behind it was cut off, and that is to be told.
  const isCopy = generation.shortfall !== undefined;
  // One that was removed before anything was written to it is no successor.
  if (next !== undefined && (next.listed || isCopy || hasBegun(next, stream)))
    return quietMs >= QUIET_AFTER_SWITCH_MS && (isCopy || hasBegun(next, stream));
  if (stream.isOver) return quietMs >= QUIET_WHEN_OVER_MS;
  return !generation.listed && quietMs >= QUIET_WHEN_UNLISTED_MS;
};

const hasBegun = (next: Generation, stream: ContainerStream): boolean =>
  next.size > 0 || next.ending !== undefined || stream.isOver || stream.after(next.sequence) !== undefined;

/** An unfinished line and the open records of two channels: no more is left at the end of a file. */
const LAST_TURNS = 4;
/** Of a stream that was not read yet, because its pod was waited for; what is more is told as lost at the next start. */
const FIRST_TURNS = 64;

/**
 * The agent stops, and nobody can come back to what is open in a file that has no name any more: it goes out now, marked as
 * partial, if its consumers can take it.
 */
export const handOutLast = (stream: ContainerStream, nowMs: number, scan: Scan): void => {
  judgeLast(stream, nowMs, scan);
  handOutOpen(stream, nowMs, scan);
  const { newest } = stream;
  if (newest?.isOpen !== true || isNamed(newest, nowMs)) return;
  // It may have been compressed, or another one may have come: the directory knows.
  scan(stream.directory, true);
  if (stream.newest !== newest || newest.listed) return;
  stream.isAbandoned = true;
  const { treatment } = stream;
  // Nobody will say any more whose it is.
  if (treatment.isAwaited) stream.treatment = { ...treatment, isAwaited: false };
  for (const lane of stream.lanes) {
    const mayTake = (): boolean => lane.consumers.every((consumer) => consumer.hasCredit);
    let left = treatment.isAwaited ? FIRST_TURNS : lane.isAtEnd ? LAST_TURNS : 0;
    for (; left > 0 && mayTake() && lane.wantsTurn(nowMs); left--) lane.turn(nowMs);
  }
};

/** The same for a record that goes on in a file with a name, if one that it came through has none. */
const handOutOpen = (stream: ContainerStream, nowMs: number, scan: Scan): void => {
  const lanes = stream.lanes.filter((lane) => lane.oldestNeeded < lane.sequence);
  if (lanes.length === 0) return;
  scan(stream.directory, true);
  for (const lane of lanes) {
    const isLost = stream.generations.some(
      ({ sequence, listed }) => !listed && sequence >= lane.oldestNeeded && sequence < lane.sequence,
    );
    const mayTake = (): boolean => lane.consumers.every((consumer) => consumer.hasCredit);
    for (let left = LAST_TURNS; isLost && left > 0 && mayTake(); left--) if (lane.closeOpen(nowMs)) break;
  }
};

/**
 * What was not judged yet, or was cut since, can be judged now, most likely: so the checkpoint knows what was seen of copies, and of
 * what stands in files that were cut. The next agent may find neither.
 */
const judgeLast = (stream: ContainerStream, nowMs: number, scan: Scan): void => {
  const { newest } = stream;
  const { version } = newest ?? {};
  if (newest?.isOpen === true) {
    lookQuietly(newest, { nowMs });
    if (newest.ending?.reason === 'truncated') stream.suspectTruncation();
  }
  if (stream.wantsScan || stream.postponed.records !== undefined) scan(stream.directory, true);
  else if (newest?.version !== version) scan(stream.directory, false);
};

/** Reads a directory; see Discovery. */
export type Scan = (directory: string, always: boolean) => void;

const isNamed = (generation: Generation, nowMs: number): boolean => {
  try {
    generation.look(nowMs);
    return generation.links > 0;
  } catch {
    // It cannot be looked at: then it cannot be read either.
    return true;
  }
};
