import { describe, expect, it } from 'vitest';
import { Reloads } from '../../../src/cli/reloads.ts';
import type { Config } from '../../../src/config/config.ts';
import { BirlerError } from '../../../src/core/errors.ts';
import type { ReloadOutcome } from '../../../src/service.ts';
import { Events } from '../../../src/telemetry/events.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { Scenario } from '../../support/scenario.ts';
import { until } from '../../support/until.ts';

const { config } = new Scenario();

/** A service that says what it was asked for, and takes as long as the test wants. */
const setUp = (mode: Config['reload'] = 'auto') => {
  const calls: string[] = [];
  const next: { answer: Promise<ReloadOutcome>; read: () => Promise<Config> } = {
    answer: Promise.resolve('anew'),
    read: () => Promise.resolve(config),
  };
  const events = new Events(silentLogger(), () => 0);
  const service = {
    config: { ...config, reload: mode },
    events,
    reload: (): Promise<ReloadOutcome> => {
      calls.push('reload');
      return next.answer;
    },
    reopenOutputs: (): void => {
      calls.push('reopen');
    },
  };
  const reloads = new Reloads(service, () => next.read());
  const called = (...expected: readonly string[]): Promise<unknown> =>
    until(`${calls.join()} is ${expected.join()}`, () => calls.join() === expected.join());
  return { calls, next, events, reloads, called };
};

describe('SIGHUP', () => {
  it('reads the configuration again; a new agent has opened its outputs anew', async () => {
    const { reloads, called, next } = setUp();
    reloads.onSignal();
    expect(await called('reload')).toBe(true);
    next.answer = Promise.resolve('unchanged');
    reloads.onSignal();
    expect(await called('reload', 'reload', 'reopen')).toBe(true);
  });

  it('opens outputs anew also when the configuration is wrong', async () => {
    const { reloads, called, next, events } = setUp();
    next.read = () => Promise.reject(new BirlerError('config', 'birler.yaml:1:1: wrong'));
    reloads.onSignal();
    expect(await called('reopen')).toBe(true);
    expect(events.counters).toMatchObject({ configsRefused: 1, configReloads: 0 });
  });

  it('only opens outputs anew with reload: off', async () => {
    const { reloads, called } = setUp('off');
    reloads.onSignal();
    expect(await called('reopen')).toBe(true);
  });

  it('is heard while another one is worked on: any number of them is one reload more', async () => {
    const { reloads, called, next } = setUp();
    const first = Promise.withResolvers<ReloadOutcome>();
    next.answer = first.promise;
    reloads.onSignal();
    expect(await called('reload')).toBe(true);
    for (let times = 0; times < 20; times++) reloads.onSignal();
    next.answer = Promise.resolve('anew');
    first.resolve('live');
    expect(await called('reload', 'reopen', 'reload')).toBe(true);
    reloads.onSignal();
    expect(await called('reload', 'reopen', 'reload', 'reload')).toBe(true);
  });
});

it('a changed file is no reason to open outputs anew', async () => {
  const { reloads, called, next } = setUp();
  next.answer = Promise.resolve('unchanged');
  reloads.onChanged();
  reloads.onChanged();
  expect(await called('reload', 'reload')).toBe(true);
});
