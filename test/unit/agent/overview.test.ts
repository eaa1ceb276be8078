import { describe, expect, it } from 'vitest';
import { notReadyBecause } from '../../../src/serve/readiness.ts';
import { Scenario, STATE } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const twoOutputs = () => {
  const [a, b] = [new ScenarioSink(), new ScenarioSink()];
  const node = new Scenario({ sinks: { a, b } });
  return { node, a, b, log: node.container('web') };
};

describe('the overview of an agent', () => {
  it('says that all is delivered, when it is', async () => {
    const { node, log } = twoOutputs();
    await node.start();
    log.write('one', 'two');
    await node.pass(2_000);
    const { phase, lags, outputs, reading, checkpoint, directories } = await node.snapshot();
    expect(phase).toBe('running');
    expect(lags).toEqual([]);
    expect(
      outputs.map(({ name, acceptedRecords, ledger }) => [name, acceptedRecords, ledger.delivered.records]),
    ).toEqual([
      ['a', 2, 2],
      ['b', 2, 2],
    ]);
    expect(reading).toMatchObject({ streams: 1, openFiles: 1, readBytes: log.size, heldDeletedBytes: 0 });
    expect(checkpoint.commits).toBeGreaterThan(0);
    expect(checkpoint).toMatchObject({ unsavedForMs: undefined, failingForMs: undefined });
    expect(directories).toMatchObject({ isMissing: false, isComplete: true });
    await node.stop();
  });

  it('says how much an output that hangs has not delivered, and how old that is', async () => {
    const { node, a, log } = twoOutputs();
    await node.start();
    log.write('one');
    await node.pass(2_000);
    const delivered = log.size;
    a.mood = 'hangs';
    log.write('two', 'three');
    await node.pass(10_000);
    const { lags } = await node.snapshot();
    expect(lags).toMatchObject([{ output: 'a', bytes: log.size - delivered, ageMs: 10_000 }]);
    a.works();
    await node.pass(2_000);
    expect((await node.snapshot()).lags).toEqual([]);
    await node.stop();
  });

  it('counts retries, and says since when and why an output fails; then it is not ready', async () => {
    const { node, b, log } = twoOutputs();
    await node.start();
    b.mood = 'fails';
    log.write('one');
    await node.pass(70_000);
    const failing = await node.snapshot();
    expect(failing.outputs[0]).toMatchObject({ name: 'a', retries: 0, failing: undefined });
    expect(failing.outputs[1]).toMatchObject({ name: 'b', failing: { reason: 'busy' } });
    expect(failing.outputs[1]?.retries).toBeGreaterThan(2);
    expect(failing.outputs[1]?.inFlightBytes).toBeGreaterThan(0);
    expect(notReadyBecause(failing)).toEqual(['output b has failed for 1m 10s: busy']);
    b.works();
    await node.pass(70_000);
    const working = await node.snapshot();
    expect(working.outputs[1]).toMatchObject({ failing: undefined, inFlightBytes: 0 });
    expect(notReadyBecause(working)).toEqual([]);
    await node.stop();
  });

  it('counts deleted files that are still to be read', async () => {
    const { node, a, log } = twoOutputs();
    await node.start();
    a.mood = 'hangs';
    log.write(...Array.from({ length: 100 }, (_, at) => `line ${at}`));
    await node.pass(2_000);
    const { size } = log;
    log.remove();
    await node.pass(2_000);
    expect((await node.snapshot()).reading.heldDeletedBytes).toBe(size);
    a.works();
    await node.pass(120_000);
    expect((await node.snapshot()).reading).toMatchObject({ heldDeletedBytes: 0, streams: 0 });
    await node.stop();
  });

  it('says when positions cannot be saved', async () => {
    const { node, log } = twoOutputs();
    await node.start();
    await node.pass(2_000);
    node.faults.fail = (call, path) => (call === 'write' && path.startsWith(STATE) ? 'ENOSPC' : undefined);
    log.write('one');
    await node.pass(35_000);
    const { checkpoint, counters } = await node.snapshot();
    expect(checkpoint.failingForMs).toBeGreaterThan(30_000);
    expect(checkpoint.unsavedForMs).toBeGreaterThanOrEqual(checkpoint.failingForMs ?? 0);
    expect(counters.checkpointErrors).toBeGreaterThan(2);
    delete node.faults.fail;
    await node.pass(5_000);
    expect((await node.snapshot()).checkpoint).toMatchObject({
      failingForMs: undefined,
      unsavedForMs: undefined,
    });
    await node.stop();
  });

  it('counts what only a rescan found, and how much that was', async () => {
    const node = new Scenario({ world: {} });
    node.world.watcher.mood = 'silent';
    await node.start();
    await node.pass(1_000);
    const log = node.container('web');
    log.write('one', 'two');
    await node.pass(10_000);
    const { counters } = await node.snapshot();
    expect(counters.streamsFoundByRescan).toBeGreaterThan(0);
    expect(counters.bytesFoundByRescan).toBe(log.size);
    await node.stop();
  });
});
