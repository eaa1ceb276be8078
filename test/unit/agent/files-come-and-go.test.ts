import { describe, expect, it } from 'vitest';
import { LOGS, PODS, Scenario } from '../../support/scenario.ts';
import { ScenarioLog } from '../../support/scenario-log.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const READ_STATE = 'the checkpoint knows another file';

/** Files on the disk's own inode numbers: ext4 gives a freed one to the next file, tmpfs never. */
const DISKS = [
  ['another inode', false],
  ['the same inode number', true],
] as const;

const openPathsOf = (node: Scenario): readonly string[] =>
  node.openPaths.filter((path) => path.includes('.log'));

describe('a file that is deleted', () => {
  it('with bytes that nobody has read yet is read to its end', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.pass(20_000);
    sink.works();
    await node.delivers('a', 'b', 'c', 'd');
    await node.pass(20_000);
    expect(openPathsOf(node)).toEqual([]);
  });

  it('may still be written to by its writer: these lines come too', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    const inode = node.world.disk.inodeAt(log.path);
    log.remove();
    await node.pass(3000);
    if (inode !== undefined) node.world.disk.append(inode, Buffer.from('b\n'));
    await node.delivers('a', 'b');
  });

  it('or moved to where no logs are looked for may end in half a line, long after it was read', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.moveTo('/away.log');
    await node.pass(8000);
    log.append('b\nhalf');
    await node.delivers('a', 'b', 'half');
  });

  it('without a successor, and then had one that was deleted while the output failed: both are read', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    const other = node.file('other.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.moveTo('/away.log');
    await node.pass(8000);
    sink.mood = 'hangs';
    other.write('x', 'y', 'z');
    await node.pass(1000);
    log.reopen();
    log.write('b');
    await node.pass(1000);
    log.remove();
    await node.pass(20_000);
    sink.works();
    log.reopen();
    log.write('c');
    await node.delivers('a', 'x', 'y', 'z', 'b', 'c');
  });

  it('in the middle of a line is waited for a little: the line is whole if its writer finishes it', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.append('half');
    await node.start();
    await node.pass(1000);
    const inode = node.world.disk.inodeAt(log.path);
    log.remove();
    await node.pass(2000);
    if (inode !== undefined) node.world.disk.append(inode, Buffer.from(' whole\n'));
    await node.delivers('half whole');
    expect(node.records()[0]).toMatchObject({ partial: false });
  });

  it('is remembered until all of it is acknowledged: what dies with the agent is told', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.remove(log.rotate('1'));
    log.write('b');
    await node.pass(100_000);
    log.write('c');
    await node.pass(5000);
    node.crash();
    sink.works();
    await node.start();
    await node.deliversBut(['deleted 2'], 'b', 'c');
  });

  it('is forgotten, and its descriptor given back, when it is read', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.pass(70_000);
    expect(openPathsOf(node)).toEqual([]);
    await node.stop();
    const { streams, outputs } = await node.checkpoint();
    expect([...streams.keys()]).toEqual([]);
    expect([...(outputs.get('out')?.positions.keys() ?? [])]).toEqual([]);
  });

  it.each(DISKS)('and created again with %s is read from its beginning', async (_, reusesInodes) => {
    const node = new Scenario({ world: { reusesInodes } });
    const log = node.file('app.log');
    log.write('a', 'b');
    await node.start();
    await node.pass(1000);
    log.remove();
    log.write('c', 'd');
    await node.delivers('a', 'b', 'c', 'd');
  });

  it.each(DISKS)(
    'and created again with %s while the agent is stopped is read from its beginning',
    async (_, reusesInodes) => {
      const node = new Scenario({ world: { reusesInodes } });
      const log = node.file('app.log');
      log.write('a', 'b');
      await node.start();
      await node.pass(2000);
      await node.stop();
      log.remove();
      log.write('c', 'd', 'e');
      await node.start();
      // Nobody can know whether something was written between the stop and the deletion: that is told too.
      await node.deliversBut(['deleted ?'], 'a', 'b', 'c', 'd', 'e');
    },
  );

  it('while the agent was stopped, with a rest that was seen and not read: the ledger has it', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    sink.mood = 'hangs';
    log.write('b', 'c', 'd', 'e', 'f');
    await node.pass(1000);
    await node.stop();
    sink.works();
    log.remove();
    log.write('z');
    await node.start();
    await node.deliversBut(['deleted 10', 'deleted ?'], 'a', 'z');
  });
});

describe('a stale checkpoint', () => {
  it('of a file with another head is not used, and says that the end of the old one is not known', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a', 'b', 'c');
    await node.start();
    await node.pass(2000);
    await node.stop();
    log.remove();
    log.write(READ_STATE);
    await node.start();
    await node.deliversBut(['deleted ?'], 'a', 'b', 'c', READ_STATE);
  });

  it('that stands beyond the end of the file is not used', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a', 'b', 'c');
    await node.start();
    await node.pass(2000);
    await node.stop();
    log.truncate(2);
    await node.start();
    await node.delivers('a', 'b', 'c', 'a');
  });
});

describe('a file that is replaced in one step', () => {
  it('by another one is read to its end, and the new one from its beginning', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.write('b');
    log.replace('c\n');
    await node.delivers('a', 'b', 'c');
  });

  it('by its own content in another file says nothing twice', async () => {
    const node = new Scenario();
    const log = node.file('app.log', 'cri');
    log.write('a', 'b');
    await node.start();
    await node.pass(1000);
    log.replace(log.content());
    await node.pass(2000);
    log.write('c');
    await node.delivers('a', 'b', 'c');
  });
});

describe('a file whose head was short when it was saved', () => {
  it('is the same file when it has grown from 10 bytes to 5 KiB', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('123456789');
    await node.start();
    await node.pass(2000);
    await node.stop();
    const rest = Array.from({ length: 50 }, (_, line) => `${line}`.padEnd(100, '.'));
    log.write(...rest);
    await node.start();
    await node.delivers('123456789', ...rest);
  });
});

describe('links', () => {
  const linked = (node: Scenario, target: string): ScenarioLog =>
    new ScenarioLog(node.world, target, 'app.log', 'raw');

  it('of three hops lead to one stream, named by the first', async () => {
    const node = new Scenario();
    const { disk } = node.world;
    disk.makeDirectory('/srv/a');
    disk.makeDirectory('/srv/b');
    const log = linked(node, '/srv/b/real.log');
    disk.symlink('/srv/a/second.log', `${LOGS}/app.log`);
    disk.symlink('/srv/a/third.log', '/srv/a/second.log');
    disk.symlink('/srv/b/real.log', '/srv/a/third.log');
    log.write('a');
    await node.start();
    await node.pass(3000);
    log.rotate('1');
    log.write('b');
    await node.deliversOf(log, 'a', 'b');
  });

  it('that are turned to another file: the old one is drained, the new one read from its beginning', async () => {
    const node = new Scenario();
    const { disk } = node.world;
    disk.makeDirectory('/srv');
    const [old, young] = [linked(node, '/srv/old.log'), linked(node, '/srv/new.log')];
    old.write('a');
    disk.symlink(old.path, `${LOGS}/app.log`);
    await node.start();
    await node.pass(1000);
    old.write('b');
    young.write('c');
    disk.unlink(`${LOGS}/app.log`);
    disk.symlink(young.path, `${LOGS}/app.log`);
    await node.delivers('a', 'b', 'c');
  });

  it('that dangle are waited for', async () => {
    const node = new Scenario();
    node.world.disk.makeDirectory('/srv');
    node.world.disk.symlink('/srv/real.log', `${LOGS}/app.log`);
    await node.start();
    await node.pass(10_000);
    linked(node, '/srv/real.log').write('a');
    await node.delivers('a');
  });

  it('that are removed while their target lives: a container is still followed in the pods directory', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(1000);
    for (const name of node.world.disk.names(LOGS)) node.world.disk.unlink(`${LOGS}/${name}`);
    log.write('b');
    await node.pass(10_000);
    log.write('c');
    await node.delivers('a', 'b', 'c');
  });

  it('whose name was cut at 255 characters: the names come from the pods directory', async () => {
    const node = new Scenario();
    const pod = 'p'.repeat(240);
    const directory = `${PODS}/shop_${pod}_uid-1/app`;
    node.world.disk.makeDirectory(directory);
    const log = new ScenarioLog(node.world, `${directory}/0.log`, `${pod}#0`, 'cri');
    log.write('a');
    node.world.disk.symlink(log.path, `${LOGS}/${`${pod}_shop_app-${'c'.repeat(64)}`.slice(0, 251)}.log`);
    await node.start();
    await node.deliversOf(log, 'a');
    expect(node.texts()).toEqual(['a']);
  });
});

describe('a compressed generation', () => {
  it('that was read in part, then compressed while the agent was stopped, goes on where it stood', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a', 'b');
    await node.start();
    await node.pass(2000);
    await node.stop();
    log.write('c', 'd');
    log.gzip(log.rotate());
    log.write('e');
    await node.start();
    await node.delivers('a', 'b', 'c', 'd', 'e');
  });

  it('whose plain file was held open is finished through that', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.container('web');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd');
    await node.start();
    await node.pass(1000);
    log.gzip(log.rotate());
    log.write('e');
    await node.pass(10_000);
    sink.works();
    await node.delivers('a', 'b', 'c', 'd', 'e');
  });

  it.each([false, true])(
    'is read once at the first start, beside a plain file, a .tmp and the live one (slow inflater: %s)',
    async (slowGunzip) => {
      const node = new Scenario({ world: { slowGunzip } });
      const log = node.container('web');
      for (const message of ['a', 'b', 'c']) {
        log.write(message);
        log.rotate();
      }
      const [first = '', second = ''] = node.world.disk
        .names(`${PODS}/shop_web_uid-web/app`)
        .filter((name) => name !== '0.log')
        .map((name) => `${PODS}/shop_web_uid-web/app/${name}`)
        .toSorted();
      log.gzip(first);
      node.world.disk.append(node.world.disk.create(`${second}.gz.tmp`), Buffer.from('half'));
      log.write('d');
      await node.start();
      await node.delivers('a', 'b', 'c', 'd');
    },
  );

  it('that is damaged is told once, and the next file is read', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    const gz = node.world.disk.inodeAt(log.gzip(log.rotate()));
    if (gz !== undefined) node.world.disk.writeAt(gz, Buffer.from('junk'), 0, 4, 20);
    log.write('b');
    await node.start();
    await node.deliversBut(['corrupt ?'], 'b');
    await node.stop();
    await node.start();
    await node.deliversBut(['corrupt ?'], 'b');
  });

  it('that breaks off is delivered as far as it goes', async () => {
    const node = new Scenario();
    const log = node.container('web');
    const messages = Array.from({ length: 200 }, (_, line) => `${line} ${Math.sin(line)}`);
    log.write(...messages);
    const gz = node.world.disk.inodeAt(log.gzip(log.rotate()));
    if (gz !== undefined) node.world.disk.truncate(gz, gz.getSize() - 500);
    log.write('next');
    await node.start();
    await node.until(() => node.texts().includes('next'));
    const whole = node.texts().slice(0, -2);
    expect(whole.length).toBeGreaterThan(50);
    expect(whole).toEqual(messages.slice(0, whole.length));
    expect(node.gaps()).toEqual(['corrupt ?']);
    expect(node.records().at(-2)).toMatchObject({ partial: true });
  });
});

describe('a half line at the end of a file that is moved away', () => {
  it('is delivered although a next file came and went empty', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.delivers('a');
    node.world.disk.makeDirectory('/srv');
    log.moveTo('/srv/elsewhere.log');
    await node.pass(2000);
    log.append('half');
    log.reopen();
    await node.pass(500);
    log.remove();
    await node.delivers('a', 'half');
    expect(node.records().at(-1)).toMatchObject({ partial: true });
  });
});
