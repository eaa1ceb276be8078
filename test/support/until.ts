import { setTimeout as pause } from 'node:timers/promises';

/** How long a test waits at most for something that should take milliseconds: two busy cores are slow at times. */
export const DEADLINE_MS = 30_000;
const LOOK_AGAIN_MS = 10;

/**
 * Waits until `condition` holds, looking again every 10 ms. Tests wait for what they need, never for a time.
 *
 * @param what is said when the deadline passes: the sentence that did not come true; as a function, with what is there instead
 * @returns what the condition returned: anything but false, undefined and null
 */
export async function until<T>(
  what: string | (() => string),
  condition: () => T | Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await condition();
    if (answer !== false && answer !== undefined && answer !== null) return answer;
    if (performance.now() > deadline) {
      throw new Error(`not within ${deadlineMs} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/**
 * Waits until `measure` gives the same number for `stillMs`: nothing moves any more. For showing that something does
 * *not* happen, where no condition can come true.
 */
export async function untilStill(what: string, measure: () => number, stillMs = 500): Promise<number> {
  let last = measure();
  let since = performance.now();
  await until(what, () => {
    const now = measure();
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    return performance.now() - since > stillMs;
  });
  return last;
}
