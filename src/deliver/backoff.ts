/** How long to wait before trying again: doubling, with a bound. */
const FIRST_MS = 100;
const LONGEST_MS = 10_000;

export const backoffMs = (failures: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(20, failures - 1));
