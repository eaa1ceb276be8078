import { describe, expect, it } from 'vitest';
import { Scenario, STATE } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, at) => `${from + at}`);

describe('after a crash', () => {
  it('the file output is exact, whatever became of the last write', async () => {
    for (const unfinished of ['lost', 'half', 'whole'] as const) {
      const node = new Scenario();
      const log = node.container('web');
      await node.start();
      for (let round = 0; round < 6; round++) {
        log.write(...numbers(10 * round, 10 * round + 10));
        await node.pass(137 * (round + 1));
        if (round % 2 === 1) log.rotate();
        node.crash(unfinished);
        await node.start();
      }
      await node.delivers(...numbers(0, 60));
      await node.stop();
    }
  });

  it('another output gets nothing twice but what was sent since the last checkpoint', async () => {
    const node = new Scenario({ sinks: { server: new ScenarioSink() }, checkpointIntervalMs: 1000 });
    const log = node.container('web');
    await node.start();
    for (let line = 0; line < 58; line++) {
      log.write(`${line}`);
      await node.pass(100);
    }
    node.crash();
    await node.start();
    await node.pass(5500);
    const texts = node.texts();
    const again = texts.slice(58);
    expect(texts.slice(0, 58)).toEqual(numbers(0, 58));
    expect(again).toEqual(numbers(58 - again.length, 58));
    expect(again.length).toBeLessThanOrEqual(11);
    expect(again.length).toBeGreaterThan(0);
  });

  it('an open partial line comes whole, and once', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('begun ', 'P');
    log.line('other', 'F', 'stderr');
    await node.start();
    await node.pass(2500);
    node.crash();
    log.line('ended', 'F');
    await node.start();
    await node.delivers('other', 'begun ended');
  });
});

describe('after a clean stop', () => {
  it('under load nothing is lost and nothing comes twice', async () => {
    const node = new Scenario();
    const log = node.container('web');
    for (let round = 0; round < 5; round++) {
      await node.start();
      log.write(...numbers(100 * round, 100 * round + 50));
      await node.pass(round * 7);
      log.write(...numbers(100 * round + 50, 100 * round + 100));
      if (round % 2 === 0) log.rotate();
      await node.stop();
    }
    await node.start();
    await node.delivers(...numbers(0, 500));
  });

  it('partial lines that are open on both streams come whole, and neither holds up the other', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('out 1 ', 'P');
    log.line('err 1 ', 'P', 'stderr');
    log.line('err 2', 'F', 'stderr');
    log.line('err 3 ', 'P', 'stderr');
    await node.start();
    await node.pass(2000);
    await node.stop();
    expect(node.texts()).toEqual(['err 1 err 2']);
    log.line('err 4', 'F', 'stderr');
    log.line('out 2', 'F');
    await node.start();
    await node.delivers('err 1 err 2', 'err 3 err 4', 'out 1 out 2');
  });

  it('a partial line on one stream, and then a rotation while stopped: nothing of the other comes twice', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.line('out 1 ', 'P');
    log.line('err 1', 'F', 'stderr');
    await node.start();
    await node.pass(2000);
    await node.stop();
    log.rotate();
    log.line('err 2', 'F', 'stderr');
    log.line('out 2', 'F');
    await node.start();
    await node.delivers('err 1', 'err 2', 'out 1 out 2');
  });
});

describe('a checkpoint', () => {
  const afterStop = async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(2500);
    log.write('b');
    await node.pass(2500);
    node.crash();
    const file = (name: string) => node.world.disk.create(`${STATE}/${name}`);
    return { node, log, file };
  };

  it('whose journal is torn is used up to its last good entry; the file output stays exact', async () => {
    const { node, log, file } = await afterStop();
    node.world.disk.truncate(file('journal'), file('journal').getSize() - 10);
    log.write('c');
    await node.start();
    await node.delivers('a', 'b', 'c');
    expect(node.said.some((message) => message.includes('journal was damaged'))).toBe(true);
  });

  it.each(['', 'garbage\n\0\0\0', '{"streams":'])(
    'that holds %j does not keep the agent from starting, and it says so',
    async (content) => {
      const { node, log, file } = await afterStop();
      for (const name of ['snapshot', 'journal']) {
        node.world.disk.truncate(file(name), 0);
        node.world.disk.append(file(name), Buffer.from(content));
      }
      log.write('c');
      await node.start();
      await node.pass(10_000);
      expect(node.texts().slice(-3)).toEqual(['a', 'b', 'c']);
      expect(node.said.some((message) => /checkpoint.*(cannot be used|was damaged)/.test(message))).toBe(
        true,
      );
    },
  );

  it('that cannot be written (disk full) does not stop the shipping, and is told once', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    node.faults.freeBytes = (path) => (path.startsWith(STATE) ? 0 : 1e9);
    await node.start();
    await node.pass(10_000);
    log.write('b');
    await node.delivers('a', 'b');
    expect(node.said.filter((message) => message.includes('positions cannot be saved'))).toHaveLength(1);
    delete node.faults.freeBytes;
    await node.pass(10_000);
    expect(node.said).toContain('positions are saved again');
    node.crash();
    await node.start();
    await node.delivers('a', 'b');
  });

  it('in a directory that another agent uses is refused', async () => {
    const node = new Scenario();
    await node.start();
    await node.pass(1000);
    await node.start();
    const error = await node.fails();
    expect(String(error)).toContain('another birler uses this state directory');
  });

  it('forgets files that are gone, and keeps idle ones', async () => {
    const node = new Scenario();
    const [gone, idle] = [node.container('gone'), node.container('idle')];
    gone.write('a');
    idle.write('b');
    await node.start();
    await node.pass(2000);
    gone.remove();
    await node.pass(120_000);
    await node.stop();
    const { streams } = await node.checkpoint();
    expect([...streams.keys()]).toEqual(['uid-idle/app/0']);
    await node.start();
    idle.write('c');
    await node.deliversOf(idle, 'b', 'c');
  });

  it('keeps the positions of a generation until they are acknowledged', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink } });
    const log = node.container('web');
    sink.mood = 'hangs';
    log.write('a');
    await node.start();
    await node.pass(20_000);
    log.rotate();
    log.write('b');
    await node.pass(200_000);
    node.crash();
    sink.works();
    await node.start();
    await node.delivers('a', 'b');
  });
});
