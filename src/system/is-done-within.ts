import type { Clock } from './system.ts';

/** Waits for work, but not longer than so many ms; says whether it is done by then, well or not. */
export const isDoneWithin = (clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(false));
    const end = (): void => {
      cancel();
      resolve(true);
    };
    work.then(end, end);
  });
