import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { LOGS, Scenario, type ScenarioOptions } from '../../support/scenario.ts';
import { ScenarioLog } from '../../support/scenario-log.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const ELSEWHERE = '/srv/logs';
const LINK = `${LOGS}/app.log`;

/** A log to which a link leads, and the same after the link was moved. */
const linked = (node: Scenario): { readonly first: ScenarioLog; readonly second: ScenarioLog } => {
  node.world.disk.makeDirectory(ELSEWHERE);
  const log = (name: string): ScenarioLog =>
    new ScenarioLog(node.world, `${ELSEWHERE}/${name}`, 'app.log', 'raw');
  const [first, second] = [log('first.log'), log('second.log')];
  first.reopen();
  node.world.disk.symlink(first.path, LINK);
  return { first, second };
};

const moveLink = (node: Scenario, target: ScenarioLog): void => {
  target.reopen();
  node.world.disk.unlink(LINK);
  node.world.disk.symlink(target.path, LINK);
};

const removeLink = (node: Scenario, target: ScenarioLog): void => {
  node.world.disk.unlink(LINK);
  target.remove();
};

/** One record at a time, to a destination that does not answer yet. */
const slow = (): { readonly sink: ScenarioSink; readonly options: ScenarioOptions } => {
  const sink = new ScenarioSink();
  sink.mood = 'hangs';
  return { sink, options: { sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } } };
};

const withSources = ({ config }: Scenario, sources: Partial<Config['sources']>): Partial<Config> => ({
  sources: { ...config.sources, ...sources },
});

const anew = (node: Scenario): Partial<Config> => withSources(node, { rescanIntervalMs: 4000 });

const openElsewhere = (node: Scenario): readonly string[] =>
  node.openPaths.filter((path) => path.startsWith(ELSEWHERE));

describe('a link that is moved and then removed, while its first target stays', () => {
  /** Nothing has arrived of `a b c d`, nor of `e` in the second target, which is gone with the link. */
  const backlog = async (): Promise<{ node: Scenario; sink: ScenarioSink }> => {
    const { sink, options } = slow();
    const node = new Scenario(options);
    const { first, second } = linked(node);
    first.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    moveLink(node, second);
    second.write('e');
    await node.pass(6000);
    removeLink(node, second);
    return { node, sink };
  };

  /** What `e` is when nobody holds its file any more. */
  const LOST = ['deleted 2', 'deleted ?'];

  const reload = async (node: Scenario, sink: ScenarioSink, change: Partial<Config>): Promise<void> => {
    const reloading = node.reload(change);
    await node.pass(1000);
    sink.works();
    expect(await reloading).toBe('anew');
  };

  it('costs nothing at a change of the configuration', async () => {
    const { node, sink } = await backlog();
    await reload(node, sink, anew(node));
    await node.delivers('a', 'b', 'c', 'd', 'e');
    await node.pass(120_000);
    expect(openElsewhere(node)).toEqual([]);
    await node.stop();
    expect((await node.checkpoint()).streams.size).toBe(0);
  });

  it('costs no record that is open then: its writer may finish it', async () => {
    const node = new Scenario();
    const { first, second } = linked(node);
    first.write('a');
    first.append('half');
    await node.start();
    await node.pass(1000);
    moveLink(node, second);
    expect(await node.reload(anew(node))).toBe('anew');
    removeLink(node, second);
    expect(await node.reload(withSources(node, { rescanIntervalMs: 3000 }))).toBe('anew');
    first.append(' whole\n');
    await node.delivers('a', 'half whole');
    expect(node.records()[1]).toMatchObject({ partial: false });
    await node.stop();
  });

  it('is not read on if the new configuration excludes it by its name', async () => {
    const { node, sink } = await backlog();
    const files = { include: ['*.log'], exclude: ['app.log'] };
    const reloading = node.reload(withSources(node, { files }));
    await node.pass(10_000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.pass(20_000);
    expect(node.texts()).toEqual([]);
    expect(openElsewhere(node)).toEqual([]);
    // It still stands there, and is no loss: it comes when somebody wants it again.
    expect(node.gaps()).toEqual([]);
    expect(await node.reload(anew(node))).toBe('anew');
    await node.deliversBut(LOST, 'a', 'b', 'c', 'd');
    await node.stop();
  });

  it('is not read on where the new configuration looks elsewhere', async () => {
    const { node, sink } = await backlog();
    node.world.disk.makeDirectory('/var/other');
    const reloading = node.reload(withSources(node, { logsDirectory: '/var/other' }));
    await node.pass(10_000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.pass(20_000);
    expect(node.texts()).toEqual([]);
    expect(node.gaps()).toEqual([]);
    await node.stop();
  });

  it('is read by a new output from where that begins', async () => {
    const node = new Scenario();
    const { first } = linked(node);
    first.write('a');
    await node.start();
    await node.delivers('a');
    node.world.disk.unlink(LINK);
    const [output] = node.config.outputs;
    if (output?.type !== 'file') throw new Error('a scenario has a file output');
    const late = { ...output, name: 'late', path: '/out/late.jsonl' };
    expect(await node.reload({ outputs: [output, late], startAt: 'end' })).toBe('anew');
    first.write('b');
    await node.deliversTo('late', 'b');
    await node.delivers('a', 'b');
    await node.stop();
  });

  it('costs only what is gone at a restart', async () => {
    const { node, sink } = await backlog();
    await node.stop();
    sink.works();
    await node.start();
    await node.deliversBut(LOST, 'a', 'b', 'c', 'd');
    await node.stop();
  });

  it('costs nothing at a restart before which the link was moved and removed', async () => {
    const { sink, options } = slow();
    const node = new Scenario(options);
    const { first, second } = linked(node);
    first.write('a', 'b');
    await node.start();
    await node.pass(3000);
    node.crash();
    moveLink(node, second);
    removeLink(node, second);
    first.write('c');
    sink.works();
    await node.start();
    await node.delivers('a', 'b', 'c');
    await node.stop();
  });
});

describe('a file without a name that the new configuration excludes', () => {
  it('is not read, and told as lost', async () => {
    const { sink, options } = slow();
    const node = new Scenario(options);
    const log = node.file('app.log');
    const bytes = log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.pass(6000);
    const files = { include: ['*.log'], exclude: ['app.log'] };
    const reloading = node.reload(withSources(node, { files }));
    await node.pass(10_000);
    sink.works();
    expect(await reloading).toBe('anew');
    await node.deliversBut([`deleted ${bytes}`, 'deleted ?']);
    expect(node.openLogs).toBe(0);
    await node.stop();
  });
});

describe('a directory that cannot be read at the start', () => {
  it('brings nothing twice, however long that takes', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a', 'b');
    await node.start();
    await node.delivers('a', 'b');
    await node.stop();
    log.write('c');
    let isReadable = false;
    node.faults.fail = (call, path) =>
      call === 'list' && path === LOGS && !isReadable ? 'EACCES' : undefined;
    await node.start();
    await node.pass(120_000);
    isReadable = true;
    await node.delivers('a', 'b', 'c');
    await node.stop();
  });
});
