import type { Action } from './actions.ts';

/**
 * Takes actions out of a failing script for as long as it still fails: halves first, then smaller pieces, then one by one.
 *
 * @param fails runs a script; must not depend on anything else
 * @param budget how many runs it may take
 */
export const shrink = async (
  script: readonly Action[],
  fails: (script: readonly Action[]) => Promise<boolean>,
  budget: number,
): Promise<readonly Action[]> => {
  let best = script;
  let runs = 0;
  for (let size = Math.ceil(script.length / 2); size >= 1; ) {
    let shrunk = false;
    for (let start = best.length - size; start > -size && runs < budget; start -= size) {
      const from = Math.max(0, start);
      const candidate = [...best.slice(0, from), ...best.slice(from + size)];
      runs++;
      if (candidate.length === best.length || !(await fails(candidate))) continue;
      best = candidate;
      shrunk = true;
    }
    if (runs >= budget) return best;
    if (size === 1 && !shrunk) return simplify(best, fails, budget - runs);
    size = shrunk && size === 1 ? 1 : Math.floor(size / 2) || 1;
  }
  return best;
};

/** What happened in the middle of something may as well happen before it. */
const simplify = async (
  script: readonly Action[],
  fails: (script: readonly Action[]) => Promise<boolean>,
  budget: number,
): Promise<readonly Action[]> => {
  let best = script;
  for (let index = 0; index < Math.min(best.length, budget); index++) {
    for (const simpler of simplerThan(best[index])) {
      const candidate = best.with(index, simpler);
      if (!(await fails(candidate))) continue;
      best = candidate;
      break;
    }
  }
  return best;
};

const simplerThan = (action: Action | undefined): readonly Action[] => {
  if (action?.kind === 'during') return [action.action];
  if (action?.kind === 'write') return action.lines > 1 ? [{ ...action, lines: 1 }] : [];
  return [];
};
