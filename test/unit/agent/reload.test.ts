import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { LOGS, Scenario } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

/** A change that takes a new agent, and does nothing to the logs. */
const anew = ({ config }: Scenario, rescanIntervalMs = 4000): Partial<Config> => ({
  sources: { ...config.sources, rescanIntervalMs },
});

const outputOf = (node: Scenario, name: string): Config['outputs'][number] => {
  const [first] = node.config.outputs;
  if (first?.type !== 'file') throw new Error('a scenario has a file output');
  return { ...first, name, path: `/out/${name}.jsonl` };
};

describe('a configuration that takes a new agent', () => {
  it('goes on with every log where it was', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a', 'b');
    await node.start();
    await node.delivers('a', 'b');
    log.write('c');
    expect(await node.reload(anew(node))).toBe('anew');
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
    await node.stop();
  });

  it('keeps what was not read of a file that was deleted', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.pass(20_000);
    const reloading = node.reload(anew(node));
    await node.pass(1000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.delivers('a', 'b', 'c', 'd');
    await node.pass(20_000);
    await node.stop();
  });

  it('keeps a deleted file whose directory is gone with it', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.container('web');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.remove();
    node.world.disk.removeTree(log.path.slice(0, log.path.lastIndexOf('/')));
    await node.pass(20_000);
    const reloading = node.reload(anew(node));
    await node.pass(1000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.delivers('a', 'b', 'c', 'd');
    await node.stop();
  });

  it('reads what stands in a file that was cut and deleted before anybody looked', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a', 'b');
    await node.start();
    await node.delivers('a', 'b');
    log.truncate();
    log.write('c', 'd');
    log.remove();
    expect(await node.reload(anew(node))).toBe('anew');
    await node.delivers('a', 'b', 'c', 'd');
    await node.stop();
  });

  it('keeps a deleted file that was read, while what was read has not arrived', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    let freeBytes = 0;
    node.faults.freeBytes = (path) => (path.startsWith('/out/') ? freeBytes : Number.POSITIVE_INFINITY);
    log.write('a', 'b', 'c');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.pass(20_000);
    expect(await node.reload(anew(node))).toBe('anew');
    freeBytes = Number.POSITIVE_INFINITY;
    await node.delivers('a', 'b', 'c');
    await node.pass(20_000);
    expect(node.openLogs).toBe(0);
    await node.stop();
  });

  it('keeps a compressed file that was read, while what was read has not arrived', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    let freeBytes = 0;
    node.faults.freeBytes = (path) => (path.startsWith('/out/') ? freeBytes : Number.POSITIVE_INFINITY);
    log.write('a', 'b', 'c');
    const packed = log.gzip(log.rotate('1'));
    log.write('d');
    await node.start();
    await node.pass(20_000);
    const reloading = node.reload(anew(node));
    await node.pass(1000);
    log.remove(packed);
    expect(await reloading).toBe('anew');
    freeBytes = Number.POSITIVE_INFINITY;
    await node.delivers('a', 'b', 'c', 'd');
    await node.pass(70_000);
    expect(node.openLogs).toBe(1);
    await node.stop();
  });

  it('does not give out half a line of a deleted file: its writer may finish it', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    log.append('half');
    await node.start();
    await node.pass(1000);
    const inode = node.world.disk.inodeAt(log.path);
    log.remove();
    await node.pass(500);
    expect(await node.reload(anew(node))).toBe('anew');
    if (inode !== undefined) node.world.disk.append(inode, Buffer.from(' whole\n'));
    await node.delivers('a', 'half whole');
    expect(node.records()[1]).toMatchObject({ partial: false });
    await node.stop();
  });

  it('follows a rotation that began before it, in either order', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    const rotated = log.rotate('1');
    log.write('b');
    expect(await node.reload(anew(node))).toBe('anew');
    log.remove(rotated);
    log.write('c');
    expect(await node.reload(anew(node, 3000))).toBe('anew');
    log.rotate('1');
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
    await node.stop();
  });

  it('leaves nothing open of what the new configuration does not want', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.container('web');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.remove();
    const rule = { namespace: '*', pod: 'web', container: '*', labels: null, annotations: null };
    const reloading = node.reload({ sources: { ...node.config.sources, exclude: [rule] } });
    await node.pass(1000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.pass(2000);
    expect(node.openLogs).toBe(0);
    await node.stop();
  });

  it('gives a new output what start_at says, and no more to one that is gone', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    const both = { outputs: [outputOf(node, 'out'), outputOf(node, 'late')], startAt: 'end' as const };
    expect(await node.reload(both)).toBe('anew');
    await node.pass(1000);
    log.write('b');
    await node.delivers('a', 'b');
    expect(node.texts('late')).toEqual(['b']);
    const one = { outputs: [outputOf(node, 'late')] };
    expect(await node.reload(one)).toBe('anew');
    log.write('c');
    await node.deliversTo('late', 'b', 'c');
    expect(node.texts('out')).toEqual(['a', 'b']);
    await node.stop();
  });

  it('takes its positions along into another state directory', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    expect(await node.reload({ state: { ...node.config.state, directory: '/elsewhere' } })).toBe('anew');
    log.write('b');
    await node.delivers('a', 'b');
    expect(node.world.disk.inodeAt('/elsewhere/snapshot')).toBeDefined();
    await node.stop();
  });

  it('goes on exactly although no checkpoint can be written', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    node.faults.freeBytes = (path) => (path.startsWith('/state/') ? 0 : Number.POSITIVE_INFINITY);
    log.write('b');
    await node.delivers('a', 'b');
    expect(await node.reload(anew(node))).toBe('anew');
    log.write('c');
    await node.delivers('a', 'b', 'c');
  });

  it('goes back to the old one when an output cannot be opened', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    node.faults.fail = (call, path) =>
      call === 'openForWriting' && path.endsWith('forbidden.jsonl') ? 'EACCES' : undefined;
    const outcome = await node.reload({ outputs: [outputOf(node, 'out'), outputOf(node, 'forbidden')] });
    expect(outcome).toBe('failed');
    expect(node.said).toContain('the new configuration cannot be put in force; going back to the old one');
    expect((await node.snapshot()).counters).toMatchObject({ configReloads: 0, configsRefused: 1 });
    log.write('b');
    await node.delivers('a', 'b');
    await node.stop();
  });

  it('ends when it is stopped while the old agent delivers its last', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a');
    await node.start();
    await node.pass(1000);
    const reloading = node.reload(anew(node));
    await node.pass(500);
    const stopping = node.stop();
    expect(await reloading).toBe('ended');
    await stopping;
    expect(node.openPaths).toEqual([]);
  });

  it('does not wait for ever for an output that takes nothing', async () => {
    const [dead, alive] = [new ScenarioSink(), new ScenarioSink()];
    const node = new Scenario({ sinks: { dead, alive } });
    const log = node.file('app.log');
    dead.mood = 'hangs';
    log.write('a');
    await node.start();
    await node.deliversTo('alive', 'a');
    expect(await node.reload({ outputs: [outputOf(node, 'alive')] })).toBe('anew');
    log.write('b');
    await node.deliversTo('alive', 'a', 'b');
    expect(node.texts('dead')).toEqual([]);
    await node.stop();
  });

  it('hands a file without a name through as many changes as there are', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    log.append('half');
    await node.start();
    await node.pass(1000);
    const inode = node.world.disk.inodeAt(log.path);
    log.remove();
    for (let turn = 1; turn <= 5; turn++) await node.reload(anew(node, 3000 + turn));
    if (inode !== undefined) node.world.disk.append(inode, Buffer.from(' whole\n'));
    await node.delivers('a', 'half whole');
    await node.stop();
  });
});

describe('a configuration that the running agent can follow', () => {
  it('does not begin another agent', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    const team = (value: string): Partial<Config> => ({
      transforms: [{ type: 'set', match: [], fields: [{ name: 'team', value }] }],
    });
    log.write('a');
    await node.start();
    await node.delivers('a');
    // Transforms need memory, which an agent that began without has not.
    expect(await node.reload(team('blue'))).toBe('anew');
    log.write('b');
    await node.delivers('a', 'b');
    const { startedAtMs } = await node.snapshot();
    expect(await node.reload(team('red'))).toBe('live');
    log.write('c');
    await node.delivers('a', 'b', 'c');
    const { counters, startedAtMs: later } = await node.snapshot();
    expect(later).toBe(startedAtMs);
    expect(counters).toMatchObject({ configReloads: 2, configsRefused: 0 });
    const out = node.world.disk.inodeAt('/out/out.jsonl');
    const teams =
      out &&
      node.world.disk
        .content(out)
        .toString()
        .match(/(?<="team":")[a-z]+/g);
    expect(teams).toEqual(['blue', 'red']);
    await node.stop();
  });

  it('is none if nothing has changed', async () => {
    const node = new Scenario();
    await node.start();
    expect(await node.reload({})).toBe('unchanged');
    expect((await node.snapshot()).counters).toMatchObject({ configReloads: 0, configsRefused: 0 });
    await node.stop();
    expect(node.world.disk.inodeAt(LOGS)).toBeDefined();
  });
});
