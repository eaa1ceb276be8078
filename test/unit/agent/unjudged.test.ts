import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LOGS, Scenario } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const OLDER = `${LOGS}/app.log.1`;
const OLDER_TEXT = 'older\nthan the rest\n';
const GAP = `deleted ${OLDER_TEXT.length}`;

const put = ({ world: { disk } }: Scenario, path: string, content: string | Uint8Array): void =>
  disk.append(disk.create(path), Buffer.from(content));

/** A rotated name turned up beside a live file that stays: it may be a copy in the making, and is not judged for 5 s. */
const withUnjudged = async (node = new Scenario()): Promise<Scenario> => {
  node.file('app.log').write('live');
  await node.start();
  await node.pass(6000);
  put(node, OLDER, OLDER_TEXT);
  await node.pass(2000);
  expect(node.openPaths).toContain(OLDER);
  return node;
};

/** More than is looked at of a file's beginning: what a program writes first into every log. */
const BANNER = ['=', '-', '='].map((sign) => sign.repeat(500));

describe('a copy that was seen beside its file before the agent ended', () => {
  /** Lines are written between copy and cut, and are seen: the copy is shorter than what is known. */
  const withCopy = async (): Promise<Scenario> => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write(...BANNER, 'a');
    await node.start();
    await node.delivers(...BANNER, 'a');
    const inode = node.world.disk.inodeAt(log.path);
    if (inode === undefined) throw new Error('no log');
    put(node, OLDER, node.world.disk.content(inode));
    log.write('b');
    await node.delivers(...BANNER, 'a', 'b');
    return node;
  };

  it.each<readonly [string, (node: Scenario) => Promise<unknown> | void]>([
    ['a stop', (node) => node.stop()],
    ['a kill', (node) => node.crash()],
  ])('is known as one after %s, when its file was cut meanwhile', async (_, end) => {
    const node = await withCopy();
    await end(node);
    const inode = node.world.disk.inodeAt(`${LOGS}/app.log`);
    if (inode !== undefined) node.world.disk.truncate(inode, 0);
    put(node, `${LOGS}/app.log`, `${BANNER.join('\n')}\nc\n`);
    await node.start();
    await node.delivers(...BANNER, 'a', 'b', ...BANNER, 'c');
  });
});

describe('a file that is not judged yet when the agent ends', () => {
  it.each<readonly [string, (node: Scenario) => Promise<unknown> | void]>([
    ['stops', (node) => node.stop()],
    ['is killed', (node) => node.crash()],
  ])('is told with its size, once, if it is removed while nobody runs: the agent %s', async (_, end) => {
    const node = await withUnjudged();
    await end(node);
    node.world.disk.unlink(OLDER);
    await node.start();
    await node.deliversBut([GAP], 'live');
    await node.stop();
    expect(await node.ledger()).toEqual([GAP]);
    await node.start();
    await node.deliversBut([GAP], 'live');
  });

  it('is told if it was removed before the stop, and is held', async () => {
    const node = await withUnjudged();
    node.world.disk.unlink(OLDER);
    await node.stop();
    await node.start();
    await node.deliversBut([GAP], 'live');
  });

  it('is told although all files of its stream are gone with it', async () => {
    const node = await withUnjudged();
    await node.stop();
    node.world.disk.unlink(OLDER);
    node.world.disk.unlink(`${LOGS}/app.log`);
    await node.start();
    await node.deliversBut([GAP, 'deleted ?'], 'live');
    await node.stop();
    expect((await node.checkpoint()).streams.size).toBe(0);
  });

  it('is told once to each output, also if only one of them takes it before a kill', async () => {
    const sinks = { quick: new ScenarioSink(), slow: new ScenarioSink() };
    const node = await withUnjudged(new Scenario({ sinks }));
    await node.stop();
    node.world.disk.unlink(OLDER);
    sinks.slow.mood = 'hangs';
    await node.start();
    await node.pass(3000);
    expect([node.gaps('quick'), node.gaps('slow')]).toEqual([[GAP], []]);
    node.crash();
    sinks.slow.works();
    await node.start();
    await node.pass(12_000);
    expect([node.gaps('quick'), node.gaps('slow')]).toEqual([[GAP], [GAP]]);
  });

  it.each<readonly [string, (node: Scenario) => void]>([
    ['stays', () => undefined],
    ['has another name by then', ({ world }) => world.disk.rename(OLDER, `${LOGS}/app.log.2`)],
    [
      'is packed by then',
      (node) => {
        node.world.disk.unlink(OLDER);
        put(node, `${OLDER}.gz`, gzipSync(OLDER_TEXT));
      },
    ],
    [
      'is on a device with another number by then, as after a reboot',
      ({ world }) => {
        const inode = world.disk.inodeAt(OLDER);
        if (inode !== undefined) Object.assign(inode, { dev: 77 });
      },
    ],
  ])('is read by the next one, and not told, if it %s', async (_, act) => {
    const node = await withUnjudged();
    await node.stop();
    act(node);
    await node.start();
    await node.delivers('live', 'older', 'than the rest');
    await node.stop();
    const { streams } = await node.checkpoint();
    expect([...streams.values()].map(({ unjudged }) => unjudged)).toEqual([undefined, undefined]);
  });

  it('is known although it was cut and written to since anybody looked', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.write('before');
    await node.start();
    await node.delivers('before');
    const inode = node.world.disk.inodeAt(log.path);
    if (inode !== undefined) node.world.disk.truncate(inode, 0);
    const after = log.write('after the cut');
    await node.stop();
    node.world.disk.unlink(log.path);
    await node.start();
    await node.deliversBut([`deleted ${after}`, 'deleted ?'], 'before');
  });

  it('is handed over at a reload, and told when it goes', async () => {
    const node = await withUnjudged();
    await node.reload({ graceMs: 1234 });
    expect(node.openPaths).toContain(OLDER);
    node.world.disk.unlink(OLDER);
    await node.deliversBut([GAP], 'live');
    await node.stop();
    expect(await node.ledger()).toEqual([GAP]);
  });

  it('is not told if nobody wants its stream any more', async () => {
    const node = await withUnjudged();
    await node.reload({
      sources: { ...node.config.sources, files: { include: ['*.log'], exclude: ['app.log'] } },
    });
    node.world.disk.unlink(OLDER);
    await node.pass(12_000);
    expect(node.gaps()).toEqual([]);
  });
});
