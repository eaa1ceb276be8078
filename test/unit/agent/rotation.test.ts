import { describe, expect, it } from 'vitest';
import { Scenario } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

/** More than a fingerprint looks at. */
const SAME_HEAD = 'the same at every start '.repeat(60);

describe('a log that is rotated by renaming', () => {
  it('is read to its end if it was renamed before, and then the new file', async () => {
    const node = new Scenario();
    const log = node.container('web');
    await node.start();
    log.write('a', 'b');
    log.rotate();
    log.write('c');
    await node.delivers('a', 'b', 'c');
  });

  it('keeps what its writer still writes to the old file, before the new one', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.rename();
    log.write('b');
    await node.pass(5000);
    log.write('c');
    log.reopen();
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('keeps a line that is finished in the old file just after the new one has begun', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.append('half');
    const writer = node.world.disk.inodeAt(log.path);
    log.rotate('1');
    log.write('c');
    await node.pass(100);
    if (writer !== undefined) node.world.disk.append(writer, Buffer.from(' whole\n'));
    await node.delivers('a', 'half whole', 'c');
  });

  it('may be absent from its path for five seconds', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.rename('1');
    await node.pass(5000);
    log.reopen();
    log.write('b');
    await node.delivers('a', 'b');
  });

  it.each([2, 3])('may be rotated %i times between two looks', async (rotations) => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('0');
    await node.start();
    await node.pass(3000);
    const messages = Array.from({ length: rotations }, (_, at) => `${at + 1}`);
    for (const message of messages) {
      log.rotate();
      log.write(message);
    }
    await node.delivers('0', ...messages);
  });

  it('is not read again when `.1` becomes `.2`', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    await node.start();
    for (const message of ['a', 'b', 'c', 'd']) {
      log.write(message);
      await node.pass(3000);
      log.shift();
    }
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('is read to its end where its new name is no name of a log', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.write('b');
    log.rename('old-and-kept');
    log.write('c');
    log.reopen();
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('is read through the held descriptor when it was deleted unread, which is then given back', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 64 } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a');
    await node.start();
    for (const message of ['b', 'c', 'd']) {
      await node.pass(500);
      log.remove(log.rotate('1'));
      log.write(message);
    }
    await node.pass(500);
    sink.works();
    await node.delivers('a', 'b', 'c', 'd');
    await node.pass(20_000);
    expect(node.openPaths.filter((path) => path.endsWith('.log'))).toEqual([log.path]);
  });

  it('is given up, and counted to the byte, when deleted files hold more disk than they may', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({
      sinks: { slow: sink },
      limits: { inFlightBytes: 2, recordsPerBatch: 1, heldDeletedBytes: 100 },
    });
    const log = node.file('app.log');
    log.write('a', 'b');
    await node.start();
    await node.pass(1000);
    sink.mood = 'hangs';
    log.write('c'.repeat(50), 'd'.repeat(50), 'e'.repeat(50), 'f'.repeat(50), 'g'.repeat(50));
    await node.pass(1000);
    log.remove(log.rotate('1'));
    log.write('h');
    await node.pass(5000);
    sink.works();
    await node.until(() => node.texts().includes('h'));
    const lost = 5 * 51 - node.texts().filter((text) => text.length === 50).length * 51;
    expect(node.gaps()).toEqual([`held_bytes ${lost}`]);
    expect(lost).toBeGreaterThan(0);
    await node.stop();
    expect(await node.ledger()).toEqual([`held_bytes ${lost}`]);
  });

  it('moves the position in the old file when that is acknowledged after the rename', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink } });
    const log = node.container('web');
    sink.mood = 'hangs';
    log.write('a');
    await node.start();
    await node.pass(500);
    log.rotate();
    log.write('b');
    await node.pass(500);
    sink.works();
    await node.pass(2000);
    node.crash();
    await node.start();
    await node.delivers('a', 'b');
  });

  it('is told from a new file that begins with the same kilobyte', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write(SAME_HEAD, 'a');
    await node.start();
    await node.pass(3000);
    log.rotate('1');
    log.write(SAME_HEAD, 'b');
    const cut = SAME_HEAD.slice(0, 1024);
    await node.delivers(cut, 'a', cut, 'b');
  });

  it('tells late writes to a rotated file that everybody has left', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    const old = node.world.disk.inodeAt(log.path);
    log.rotate('1');
    log.write('b');
    await node.pass(5000);
    if (old !== undefined) node.world.disk.append(old, Buffer.from('too late\n'));
    await node.deliversBut(['late_write 9'], 'a', 'b');
  });
});

describe('a log that is rotated while the agent is stopped', () => {
  it('once: the rest of the old file comes first, then the new one', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.delivers('a');
    await node.stop();
    log.write('b');
    log.rotate();
    log.write('c');
    await node.start();
    await node.delivers('a', 'b', 'c');
  });

  it('three times, one of the files compressed: all of them come, in order', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.delivers('a');
    await node.stop();
    log.write('b');
    const first = log.rotate();
    log.write('c');
    log.rotate();
    log.gzip(first);
    log.write('d');
    log.rotate();
    log.write('e');
    await node.start();
    await node.delivers('a', 'b', 'c', 'd', 'e');
  });

  it('and deleted with a rest that nobody read: the ledger does not claim that it was delivered', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.delivers('a');
    log.write('b');
    await node.pass(2000);
    await node.stop();
    log.remove(log.rotate());
    log.write('c');
    await node.start();
    await node.deliversBut(['deleted ?'], 'a', 'b', 'c');
  });
});
