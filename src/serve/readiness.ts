import { approximateDuration } from '../core/units.ts';
import type { AgentHealth } from '../telemetry/snapshot.ts';

/** The loop makes a pass a second. One that makes none for so long will not make one by itself. */
const STUCK_MS = 30_000;
/** A destination may be away for a while, and nothing is lost meanwhile; then somebody should know. */
const FAILING_MS = 60_000;
/** Checkpoints come once a second, or as `checkpoint_interval` says, which is 5 minutes at most. */
const CHECKPOINT_FAILING_MS = 30_000;
const UNSAVED_MS = 6 * 60_000;

/** Why the process should be started anew; undefined if it should not. At the stop the loop is over, which is no reason. */
export const stuckBecause = ({
  phase,
  loopAgeMs,
}: Pick<AgentHealth, 'phase' | 'loopAgeMs'>): string | undefined =>
  phase === 'stopping' || loopAgeMs < STUCK_MS
    ? undefined
    : `the agent's loop has made no pass for ${approximateDuration(loopAgeMs)}`;

/** Why logs are not read, delivered or remembered as they should be; empty if they are. */
export const notReadyBecause = (agent: AgentHealth): readonly string[] => {
  const stuck = stuckBecause(agent);
  const reasons = stuck === undefined ? [] : [stuck];
  if (agent.phase === 'stopping') reasons.push('birler is stopping');
  if (agent.directories.isMissing)
    reasons.push(`the logs directory ${agent.directories.logsDirectory} does not exist`);
  else if (agent.phase === 'starting') reasons.push('the directories are being read for the first time');
  for (const { name, failing } of agent.outputs) {
    if (failing !== undefined && failing.forMs >= FAILING_MS)
      reasons.push(`output ${name} has failed for ${approximateDuration(failing.forMs)}: ${failing.reason}`);
  }
  const { failingForMs, unsavedForMs } = agent.checkpoint;
  if (failingForMs !== undefined && failingForMs >= CHECKPOINT_FAILING_MS)
    reasons.push(`positions could not be saved for ${approximateDuration(failingForMs)}`);
  else if (unsavedForMs !== undefined && unsavedForMs >= UNSAVED_MS)
    reasons.push(`positions have waited to be saved for ${approximateDuration(unsavedForMs)}`);
  return reasons;
};
