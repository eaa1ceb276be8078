import { describe, expect, it } from 'vitest';
import { PODS, Scenario } from '../../support/scenario.ts';

describe('a record in pieces', () => {
  it('is joined although the other stream wrote between them', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('a1 ', 'P');
    log.line('b1 ', 'P', 'stderr');
    log.line('a2 ', 'P');
    log.line('b2', 'F', 'stderr');
    log.line('a3', 'F');
    await node.start();
    await node.delivers('b1 b2', 'a1 a2 a3');
  });

  it('that begins in one generation and ends in the next is one record', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('begun ', 'P');
    log.rotate();
    log.line('ended', 'F');
    log.write('next');
    await node.start();
    await node.delivers('begun ended', 'next');
    expect(node.records()[0]).toMatchObject({ partial: false, stream: 'stdout' });
  });

  it('that spans three generations, one of them compressed, is one record', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('1 ', 'P');
    log.gzip(log.rotate());
    log.line('2 ', 'P');
    log.rotate();
    log.line('3', 'F');
    await node.start();
    await node.delivers('1 2 3');
  });

  describe('that is open at a stop', () => {
    const openOverRotation = async () => {
      const node = new Scenario({ limits: { partialAgeMs: 20_000 } });
      const log = node.container('web');
      log.line('begun ', 'P');
      await node.start();
      await node.pass(1000);
      const rotated = log.rotate();
      log.line('here ', 'P');
      await node.pass(3000);
      return { node, log, rotated };
    };

    it('is handed out if the file in which it began is gone: nobody can read that again', async () => {
      const { node, log, rotated } = await openOverRotation();
      log.remove(rotated);
      await node.stop();
      log.line('ended', 'F');
      await node.start();
      await node.delivers('begun here ', 'ended');
      expect(node.records()[0]).toMatchObject({ partial: true });
      await node.stop();
    });

    it('waits for its end if that file is still there, under whatever name', async () => {
      const { node, log, rotated } = await openOverRotation();
      log.gzip(rotated);
      await node.stop();
      log.line('ended', 'F');
      await node.start();
      await node.delivers('begun here ended');
      await node.stop();
    });
  });

  it('that is never ended is delivered, marked partial, when it has waited long enough', async () => {
    const node = new Scenario({ limits: { partialAgeMs: 5000 } });
    const log = node.container('web');
    log.line('begun', 'P');
    await node.start();
    await node.pass(3000);
    expect(node.texts()).toEqual([]);
    await node.delivers('begun');
    expect(node.records()[0]).toMatchObject({ partial: true });
  });

  it('that is never ended is delivered when its container is gone', async () => {
    const node = new Scenario({ limits: { partialAgeMs: 1e9 } });
    const log = node.container('web');
    log.line('begun', 'P');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.delivers('begun');
    expect(node.records()[0]).toMatchObject({ partial: true });
  });

  it('that is longer than the limit is cut, marked, and counted', async () => {
    const node = new Scenario({ limits: { lineBytes: 100 } });
    const log = node.container('web');
    for (let piece = 0; piece < 5; piece++) log.line('x'.repeat(40), 'P');
    log.line('end', 'F');
    log.write('next');
    await node.start();
    await node.delivers('x'.repeat(100), 'next');
    expect(node.records()[0]).toMatchObject({ truncated: true });
    await node.stop();
    expect(await node.ledger()).toEqual(['oversize 103']);
  });
});

describe('a container', () => {
  it('that is started anew: both of its logs are read to their ends', async () => {
    const node = new Scenario();
    const first = node.container('web', 0);
    first.write('a');
    await node.start();
    await node.pass(1000);
    first.write('b');
    const second = node.container('web', 1);
    second.write('c');
    first.write('late');
    await node.deliversOf(first, 'a', 'b', 'late');
    expect(node.textsOf(second)).toEqual(['c']);
  });

  it('of a pod that lives for two seconds is delivered, with what its path says', async () => {
    const node = new Scenario();
    await node.start();
    await node.pass(7777);
    const log = node.container('brief');
    log.write('hello');
    await node.pass(2000);
    log.write('goodbye');
    node.world.disk.removeTree(`${PODS}/shop_brief_uid-brief`);
    await node.deliversOf(log, 'hello', 'goodbye');
    expect(node.said).not.toContain('a file cannot be read; trying again');
  });

  it('of a pod with the same name and another uid is never mixed with the first', async () => {
    const node = new Scenario();
    const old = node.container('web', 0, 'uid-1');
    old.write('a');
    old.line('open ', 'P');
    await node.start();
    await node.pass(1000);
    const young = node.container('web', 0, 'uid-2');
    young.write('b');
    node.world.disk.removeTree(`${PODS}/shop_web_uid-1`);
    await node.until(() => node.texts().length === 3);
    expect(node.texts().toSorted()).toEqual(['a', 'b', 'open ']);
    await node.pass(60_000);
    await node.stop();
    const { streams } = await node.checkpoint();
    expect([...streams.keys()]).toEqual(['uid-2/app/0']);
  });
});
