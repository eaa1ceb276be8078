import type { ContainerStream } from './container-stream.ts';
import type { Generation } from './generation.ts';

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
  if (generation.isCompressedSource || isOnce) return true;
  const quietMs = nowMs - generation.changedAtMs;
  const next = stream.after(generation.sequence);
  if (next !== undefined) return quietMs >= QUIET_AFTER_SWITCH_MS && hasBegun(next, stream);
  if (stream.isOver) return quietMs >= QUIET_WHEN_OVER_MS;
  return !generation.listed && quietMs >= QUIET_WHEN_UNLISTED_MS;
};

const hasBegun = (next: Generation, stream: ContainerStream): boolean =>
  next.size > 0 || next.ending !== undefined || stream.isOver || stream.after(next.sequence) !== undefined;
