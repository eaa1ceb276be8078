import type { FakeClock } from '../../support/fake-clock.ts';

/** More fake time than anything here takes: what is not done by then hangs. */
const STEP_MS = 100;
const MOST_STEPS = 1_000;

/** Lets a fake world go on until the promise is settled, and gives what came of it. */
export const inFakeTime = async <T>(clock: FakeClock, work: Promise<T>): Promise<T> => {
  const outcome = { isSettled: false };
  const note = (): void => {
    outcome.isSettled = true;
  };
  work.then(note, note);
  await clock.settle();
  for (let step = 0; !outcome.isSettled && step < MOST_STEPS; step++) await clock.advance(STEP_MS);
  if (!outcome.isSettled) throw new Error('it hangs: fake time went on, and it was not done');
  return work;
};
