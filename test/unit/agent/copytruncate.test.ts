import { describe, expect, it } from 'vitest';
import { Scenario } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const LONG = 'x'.repeat(100);

const started = async (...messages: readonly string[]) => {
  const node = new Scenario();
  const log = node.file('app.log');
  log.write(...messages);
  await node.start();
  await node.pass(3000);
  return { node, log };
};

describe('a log that is copied and cut', () => {
  it('and then grows a little: only the new lines come, the copy is not read', async () => {
    const { node, log } = await started('a', 'b', 'c');
    log.copytruncate();
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('and grows past its old size before the next look: nothing comes from the middle of a line', async () => {
    const { node, log } = await started('a', 'b', 'c');
    log.copytruncate();
    log.write(LONG, LONG);
    await node.delivers('a', 'b', 'c', LONG, LONG);
  });

  it('and grows to exactly its old size: noticed', async () => {
    const { node, log } = await started('a', 'b', 'c');
    log.copytruncate();
    log.write('d', 'e', 'f');
    await node.delivers('a', 'b', 'c', 'd', 'e', 'f');
  });

  it('with lines that nobody had read yet: they come from the copy', async () => {
    const { node, log } = await started('a');
    log.write('b', 'c');
    log.copytruncate();
    log.write('d');
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('again and again: each line once', async () => {
    const { node, log } = await started('0');
    const expected = ['0'];
    for (let round = 1; round <= 5; round++) {
      log.write(`${round}`, `${round}${LONG}`);
      expected.push(`${round}`, `${round}${LONG}`);
      await node.pass(700);
      log.copytruncate(`${round}`);
    }
    await node.delivers(...expected);
  });

  it('and then stays empty: the agent does not run in circles', async () => {
    const { node, log } = await started('a');
    log.copytruncate();
    await node.pass(60_000);
    let calls = 0;
    node.faults.before = () => {
      calls++;
    };
    await node.pass(10_000);
    expect(calls).toBeLessThan(200);
    expect(node.texts()).toEqual(['a']);
  });

  it('in CRI format, half a line in hand: its beginning comes from the copy, marked', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    log.line('begun ', 'P');
    await node.start();
    await node.pass(1000);
    log.copytruncate();
    log.line('ended', 'F');
    await node.delivers('a', 'begun ended');
  });
});

describe('a log that is cut, and no copy made', () => {
  it('loses what was not read, and says how much', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    log.write('a');
    await node.start();
    await node.pass(1000);
    sink.mood = 'hangs';
    log.write(...Array.from({ length: 10 }, () => LONG));
    await node.pass(1000);
    log.truncate();
    log.write('z');
    await node.pass(1000);
    sink.works();
    await node.until(() => node.texts().includes('z'));
    const lost = (10 - node.texts().filter((text) => text === LONG).length) * 101;
    expect(lost).toBeGreaterThan(0);
    expect(node.gaps()).toEqual([`truncated ${lost}`]);
  });

  it('counts what it had seen of an unfinished line', async () => {
    const { node, log } = await started('a');
    log.append('unfinished');
    await node.pass(1000);
    log.truncate();
    log.write('b');
    await node.deliversBut(['truncated 10'], 'a', 'b');
  });

  it('to a part of itself: what stands there comes as a new file', async () => {
    const { node, log } = await started('a', 'b', 'c');
    log.truncate(4);
    log.write('d');
    await node.delivers('a', 'b', 'c', 'a', 'b', 'd');
  });

  it('and overwritten with as many bytes between two looks: noticed', async () => {
    const { node, log } = await started('a', 'b', 'c');
    log.truncate();
    log.write('d', 'e', 'f');
    await node.delivers('a', 'b', 'c', 'd', 'e', 'f');
  });

  it.each([1024, 8192, 100_000, 3_000_000])(
    'by a writer that does not append: a hole of %i NULs is stepped over, and is no loss',
    async (hole) => {
      for (const format of ['raw', 'cri'] as const) {
        const node = new Scenario();
        const log = node.file('app.log', format);
        log.write('a', 'b');
        await node.start();
        await node.pass(3000);
        log.truncate();
        log.leaveHole(hole);
        log.write('c', 'd');
        await node.delivers('a', 'b', 'c', 'd');
        expect(node.said).toContain('skipped NUL bytes that a truncation left in a file');
        await node.stop();
        expect(await node.ledger()).toEqual([]);
        log.write('e');
        await node.start();
        await node.delivers('a', 'b', 'c', 'd', 'e');
      }
    },
  );

  it('by a writer that does not append, within the first kilobyte: the lines of a known format are whole', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(3000);
    log.truncate();
    log.leaveHole(60);
    log.write('b', 'c');
    await node.delivers('a', 'b', 'c');
  });
});

describe('a log that is cut while the agent is stopped', () => {
  const stoppedAfter = async (...messages: readonly string[]) => {
    const { node, log } = await started(...messages);
    await node.stop();
    return { node, log };
  };

  it('below where the agent stood: all of the new content comes', async () => {
    const { node, log } = await stoppedAfter('a', 'b', 'c');
    log.truncate();
    log.write('d');
    await node.start();
    await node.delivers('a', 'b', 'c', 'd');
  });

  it('and regrown to where the agent stood: all of the new content comes', async () => {
    const { node, log } = await stoppedAfter('a', 'b', 'c');
    log.truncate();
    log.write('d', 'e', 'f');
    await node.start();
    await node.delivers('a', 'b', 'c', 'd', 'e', 'f');
  });

  it('and regrown beyond: all of the new content comes', async () => {
    const { node, log } = await stoppedAfter('a', 'b', 'c');
    log.truncate();
    log.write('d', LONG, 'e');
    await node.start();
    await node.delivers('a', 'b', 'c', 'd', LONG, 'e');
  });

  it('with a rest that only the copy has: the rest comes from the copy', async () => {
    const node = new Scenario();
    const log = node.file('app.log', 'cri');
    log.write('a');
    await node.start();
    await node.pass(2000);
    await node.stop();
    log.write('b');
    log.copytruncate();
    log.write('c');
    await node.start();
    await node.delivers('a', 'b', 'c');
  });
});

describe('a log that is cut while its output is blocked', () => {
  it('goes on from the copy when the output works again', async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { inFlightBytes: 2, recordsPerBatch: 1 } });
    const log = node.file('app.log');
    sink.mood = 'hangs';
    log.write('a', 'b', 'c', 'd', 'e');
    await node.start();
    await node.pass(1000);
    log.copytruncate();
    log.write('f');
    await node.pass(20_000);
    sink.works();
    await node.delivers('a', 'b', 'c', 'd', 'e', 'f');
  });
});
