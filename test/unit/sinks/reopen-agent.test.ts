import { expect, it } from 'vitest';
import { Agent } from '../../../src/agent.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { LOGS, Scenario } from '../../support/scenario.ts';
import { FakeSink } from '../deliver/delivery.ts';

it('SIGHUP to an output that hangs delays neither the other outputs nor the end', async () => {
  const [hung, quick] = [new FakeSink(), new FakeSink()];
  hung.reopen = () => Promise.withResolvers<void>().promise;
  const node = new Scenario();
  const [settings] = node.config.outputs;
  if (settings === undefined) throw new Error('a scenario has an output');
  const running = node.world.start();
  const starting = Agent.start({
    config: { ...node.config, outputs: ['hung', 'quick'].map((name) => ({ ...settings, name })) },
    system: running.system,
    logger: silentLogger(),
    once: false,
    sinkFactory: ({ name }) => (name === 'hung' ? hung : quick),
  });
  await node.pass(1000);
  const agent = await starting;
  const ended: { code?: number } = {};
  agent.run().then(
    (code) => Object.assign(ended, { code }),
    () => undefined,
  );
  agent.reopenOutputs();
  await node.pass(1000);
  expect(quick.calls).toEqual(['(reopen)']);
  node.world.disk.append(node.world.disk.create(`${LOGS}/app.log`), Buffer.from('one\n'));
  await node.pass(10_000);
  expect(quick.written.join('')).toContain('one');
  agent.stop('enough');
  await node.pass(10_000);
  expect(ended.code).toBe(0);
});

it('a stop just after SIGHUP does not wait out its grace: the checkpoint that reopened outputs need is still made', async () => {
  const node = new Scenario({ checkpointIntervalMs: 60_000 });
  const { system } = node.world.start();
  const { config } = node;
  const starting = Agent.start({ config, system, logger: silentLogger(), once: false });
  await node.pass(1000);
  const agent = await starting;
  const ended: { atMs?: number } = {};
  agent.run().then(
    () => Object.assign(ended, { atMs: node.world.clock.monotonic }),
    () => undefined,
  );
  await node.pass(1000);
  agent.reopenOutputs();
  node.world.disk.append(node.world.disk.create(`${LOGS}/app.log`), Buffer.from('one\n'));
  // The file is open again, and the checkpoint is on its way.
  node.faults.delayMs = (call) => (call === 'sync' ? 200 : 0);
  await node.pass(100);
  const askedMs = node.world.clock.monotonic;
  agent.stop('enough');
  await node.pass(10_000);
  expect((ended.atMs ?? Number.NaN) - askedMs).toBeLessThan(2500);
  expect(node.texts()).toEqual(['one']);
});
