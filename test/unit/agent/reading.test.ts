import { describe, expect, it } from 'vitest';
import { lowWater } from '../../../src/core/position.ts';
import { Scenario } from '../../support/scenario.ts';
import type { ScenarioLog } from '../../support/scenario-log.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

/** After a stop: where the checkpoint says the output stands in this plain file. */
const savedOffset = async (node: Scenario, log: ScenarioLog): Promise<number | undefined> => {
  const { outputs } = await node.checkpoint();
  const position = outputs.get('out')?.positions.get(`file/${log.origin}`);
  return position && lowWater(position).offset;
};

describe('a line', () => {
  it('written in two goes is one record', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.append('abc');
    await node.start();
    await node.pass(10_000);
    expect(node.texts()).toEqual([]);
    log.append('def\n');
    await node.delivers('abcdef');
  });

  it('written byte by byte, through its characters, is one record', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    await node.start();
    for (const byte of Buffer.from('größe 日本語 🪵\n')) {
      log.append(Uint8Array.of(byte));
      await node.pass(30);
    }
    await node.delivers('größe 日本語 🪵');
  });

  it('that has no end when the container is gone is delivered, marked partial', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    log.append('2026-11-20T20:19:53.1Z stdout F cut o');
    await node.start();
    await node.pass(1000);
    log.remove();
    await node.delivers('a', 'cut o');
    expect(node.records().map(({ partial }) => partial)).toEqual([false, true]);
  });

  it.each([
    ['CRLF', 'a\r\nb\r\n', ['a\r', 'b\r']],
    ['nothing in it', '\n\na\n\n', ['', '', 'a', '']],
    ['bytes that are not UTF-8', Buffer.from('caf\xe9\n\xff\xfe\nok\n', 'latin1'), ['caf�', '��', 'ok']],
  ])('with %s leaves the offset exact', async (_, bytes, messages) => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.append(bytes);
    await node.start();
    await node.delivers(...messages);
    await node.stop();
    expect(await savedOffset(node, log)).toBe(log.size);
  });

  it.each([
    ['the limit', 1024, 0],
    ['one byte more', 1025, 1],
    ['ten times the limit', 10_240, 9216],
    ['thousands of times the limit', 3_000_000, 2_998_976],
  ])(
    'as long as %s is cut there, marked and counted, and the next one is intact',
    async (_, length, lost) => {
      const node = new Scenario();
      const log = node.file('app.log');
      log.write('before', 'x'.repeat(length), 'after');
      await node.start();
      await node.delivers('before', 'x'.repeat(1024), 'after');
      expect(node.records().map(({ truncated }) => truncated)).toEqual([false, lost > 0, false]);
      await node.stop();
      expect(await node.ledger()).toEqual(lost > 0 ? [`oversize ${lost}`] : []);
      expect(await savedOffset(node, log)).toBe(log.size);
    },
  );

  it('that is longer than the limit and has no end yet is not read from its start again and again', async () => {
    const node = new Scenario();
    const log = node.file('app.log');
    log.append('x'.repeat(100_000));
    await node.start();
    await node.pass(1000);
    let reads = 0;
    node.faults.before = (call) => {
      if (call === 'read') reads++;
    };
    for (let piece = 0; piece < 20; piece++) {
      log.append('x'.repeat(1000));
      await node.pass(200);
    }
    expect(reads).toBeLessThan(20 * 10);
    log.append('\nafter\n');
    await node.delivers('x'.repeat(1024), 'after');
  });
});

describe('a backlog', () => {
  it('of one pod does not keep the line of another waiting', async () => {
    const node = new Scenario();
    const noisy = node.container('noisy');
    const quiet = node.container('quiet');
    for (let line = 0; line < 5000; line++) noisy.write('n'.repeat(200));
    quiet.write('here');
    await node.start();
    await node.until(() => node.texts().length === 5001);
    expect(node.texts().indexOf('here')).toBeLessThan(200);
  });
});

describe('idle files', () => {
  it('cost one look a second each', async () => {
    const node = new Scenario({ limits: { openFiles: 1000 } });
    for (let file = 0; file < 300; file++) node.file(`app-${file}.log`).write('a');
    await node.start();
    await node.pass(60_000);
    let calls = 0;
    node.faults.before = () => {
      calls++;
    };
    await node.pass(20_000);
    expect(calls / 20).toBeLessThan(2.5 * 300);
    expect(node.texts()).toHaveLength(300);
  });

  it('that are closed for others cost no line when they are written to again, or rotated meanwhile', async () => {
    const node = new Scenario({ limits: { openFiles: 4 } });
    const logs = Array.from({ length: 12 }, (_, file) => node.file(`app-${file}.log`));
    for (const log of logs) log.write('a');
    await node.start();
    await node.pass(60_000);
    for (const log of logs) log.write('b');
    await node.pass(60_000);
    for (const [at, log] of logs.entries()) {
      if (at % 2 === 0) log.rotate('1');
      log.write('c');
    }
    await node.pass(60_000);
    for (const log of logs) expect([log.origin, ...node.textsOf(log)]).toEqual([log.origin, 'a', 'b', 'c']);
    expect(node.openLogs).toBeLessThanOrEqual(4 + 2);
  });
});

/** One record in flight, and one in the batch behind it. */
const TIGHT = { inFlightBytes: 2, recordsPerBatch: 1 };

describe('a stream for which no descriptor is left when birler starts', () => {
  /** One descriptor, two logs of which one cannot be left: nobody takes its lines. The other one was rotated meanwhile. */
  const setUp = async () => {
    const sink = new ScenarioSink();
    const node = new Scenario({ sinks: { slow: sink }, limits: { openFiles: 1, ...TIGHT } });
    const held = node.file('a.log');
    const waiting = node.file('b.log', 'cri');
    held.write('a');
    waiting.write('b');
    await node.start();
    await node.delivers('a', 'b');
    await node.stop();
    waiting.write('c');
    waiting.rotate('1');
    waiting.write('d');
    held.write('e', 'f', 'g', 'h');
    sink.mood = 'hangs';
    await node.start();
    await node.pass(3000);
    return { node, sink, waiting };
  };

  it('is not gone, though nothing is where a checkpoint knew it: its lines come later', async () => {
    const { node, sink } = await setUp();
    sink.works();
    await node.until(() => node.texts().length === 8, 'all lines');
    expect(node.gaps()).toEqual([]);
  });

  it('is told as lost if its files are removed before it had one', async () => {
    const { node, sink, waiting } = await setUp();
    for (const path of [waiting.path, `${waiting.path}.1`]) node.world.disk.unlink(path);
    await node.pass(10_000);
    sink.works();
    await node.until(() => node.gaps().length > 0, 'the gap');
    expect(node.gaps().join()).toContain('deleted');
  });
});
