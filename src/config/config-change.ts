import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.ts';

/**
 * What it takes to put another configuration in force.
 *
 * - none: they say the same
 * - live: only how streams are treated has changed, or what is no part of the agent (its log, HTTP, reloading)
 * - anew: the agent has to be begun anew with it
 */
export type ConfigChange = 'none' | 'live' | 'anew';

export const changeBetween = (before: Config, after: Config): ConfigChange => {
  if (isDeepStrictEqual(before, after)) return 'none';
  return isDeepStrictEqual(unchangeable(before), unchangeable(after)) ? 'live' : 'anew';
};

/** What an agent cannot change while it runs: all but what is made equal here. */
const unchangeable = ({ limits, multiline, kubernetes, ...config }: Config): unknown => ({
  ...config,
  log: undefined,
  http: undefined,
  reload: undefined,
  transforms: undefined,
  limits: { ...limits, ratePerPodBytes: undefined, onExcess: undefined },
  multiline: { ...multiline, mode: undefined },
  kubernetes: {
    ...kubernetes,
    waitMs: undefined,
    labels: undefined,
    annotations: undefined,
    obeyAnnotations: undefined,
  },
});
