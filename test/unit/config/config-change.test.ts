import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { changeBetween } from '../../../src/config/config-change.ts';
import { Scenario } from '../../support/scenario.ts';

const { config } = new Scenario();

const LIVE: Readonly<Record<string, Partial<Config>>> = {
  transforms: { transforms: [{ type: 'level', match: [] }] },
  'the rate per pod': { limits: { ...config.limits, ratePerPodBytes: 1000 } },
  'what is over it': { limits: { ...config.limits, onExcess: 'drop' } },
  'multiline.mode': { multiline: { ...config.multiline, mode: 'auto' } },
  'kubernetes.wait': { kubernetes: { ...config.kubernetes, waitMs: 1 } },
  'the labels that records carry': { kubernetes: { ...config.kubernetes, labels: ['app'] } },
  'the annotations that records carry': { kubernetes: { ...config.kubernetes, annotations: ['a/b'] } },
  'whether annotations are obeyed': {
    kubernetes: { ...config.kubernetes, obeyAnnotations: !config.kubernetes.obeyAnnotations },
  },
  'the log': { log: { level: 'debug', format: 'json' } },
  http: { http: { host: '127.0.0.1', port: 7780, debug: 'off' } },
  reload: { reload: 'signal' },
};

const ANEW: Readonly<Record<string, Partial<Config>>> = {
  'which containers are read': {
    sources: {
      ...config.sources,
      exclude: [{ namespace: 'a', pod: '*', container: '*', labels: null, annotations: null }],
    },
  },
  start_at: { startAt: 'end' },
  'a limit': { limits: { ...config.limits, lineBytes: 2048 } },
  'a bound of joined records': { multiline: { ...config.multiline, lines: 10 } },
  'who tells of pods': { kubernetes: { ...config.kubernetes, node: 'other' } },
  // Whoever asks for pods asks for namespaces only if somebody wants their labels.
  'the labels of namespaces': { kubernetes: { ...config.kubernetes, namespaceLabels: ['team'] } },
  'the state': { state: { ...config.state, sync: false } },
  'the host': { host: 'other' },
  'the grace': { graceMs: 1 },
  'the kernel': { kernel: 'typescript' },
  'an output': { outputs: config.outputs.map((output) => ({ ...output, format: 'raw' })) },
};

describe('what another configuration takes', () => {
  it('is nothing when it says the same', () => {
    expect(changeBetween(config, structuredClone(config))).toBe('none');
  });

  it.each(Object.entries(LIVE))('%s: the agent that runs can follow', (_, change) => {
    expect(changeBetween(config, { ...config, ...change })).toBe('live');
  });

  it.each(Object.entries(ANEW))('%s: a new agent', (_, change) => {
    expect(changeBetween(config, { ...config, ...change })).toBe('anew');
    expect(changeBetween(config, { ...config, ...LIVE['reload'], ...change })).toBe('anew');
  });
});
