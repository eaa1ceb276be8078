import type { StreamDetails } from '../telemetry/snapshot.ts';
import type { Scrape } from './metric.ts';
import { notReadyBecause } from './readiness.ts';

/** Streams that are shown in full, unless more are asked for. */
export const STREAMS = 100;
export const MOST_STREAMS = 2_000;

/** All that is known, for people: what the metrics say, and the streams that are furthest behind first. */
export const debugState = (
  { agent, process, version, taps }: Scrape,
  describe: (keys: Iterable<string>) => readonly StreamDetails[],
  streamKeys: Iterable<string>,
  most: number,
): string => {
  const { lags, ...rest } = agent;
  const lagsOf = Map.groupBy(lags, ({ key }) => key);
  const shown = new Set<string>();
  for (const keys of [lagsOf.keys(), streamKeys]) {
    for (const key of keys) {
      if (shown.size >= most) break;
      shown.add(key);
    }
  }
  const streams = describe(shown).map((stream) => ({
    ...stream,
    lags: (lagsOf.get(stream.key) ?? []).map(({ output, bytes, ageMs }) => ({
      output,
      bytes,
      ageMs: ageMs ?? null,
    })),
  }));
  const state = {
    version,
    notReady: notReadyBecause(agent),
    ...rest,
    process,
    taps,
    streamsNotShown: Math.max(0, agent.reading.streams - streams.length),
    streams,
  };
  return `${JSON.stringify(state, null, 1)}\n`;
};
