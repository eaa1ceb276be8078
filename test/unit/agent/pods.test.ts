import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/pod.ts';
import { podOf, ToldPods } from '../../support/pods.ts';
import { Scenario, type ScenarioOptions } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const NOISE = { namespace: '*', pod: '*', container: '*', labels: 'app=noise', annotations: null };

/** How long a stream waits for its pod. */
const WAIT_MS = 2000;

const withPods = (options: ScenarioOptions = {}) => {
  const pods = new ToldPods();
  const node = new Scenario({ ...options, pods });
  const tell = (name: string, what: Partial<Pod> = {}): void =>
    pods.listener?.onPod(podOf({ uid: `uid-${name}`, name, ...what }));
  const exclude = (name: string, value: string): void =>
    tell(name, { annotations: { 'birler.io/exclude': value } });
  return { node, pods, tell, exclude };
};

describe('a new stream', () => {
  it('is read at once when its pod is known', async () => {
    const { node, tell } = withPods();
    await node.start();
    tell('web');
    node.container('web').write('one');
    await node.until(() => node.texts().length > 0);
    expect(node.world.clock.monotonic).toBeLessThan(WAIT_MS);
    expect(node.records()[0]?.labels).toEqual({ app: 'web' });
  });

  it('is read as soon as its pod becomes known', async () => {
    const { node, tell } = withPods();
    node.container('web').write('one');
    await node.start();
    await node.pass(WAIT_MS / 2);
    expect(node.texts()).toEqual([]);
    tell('web');
    await node.pass(50);
    expect(node.records()).toMatchObject([{ text: 'one', labels: { app: 'web' } }]);
  });

  it('is read without labels when its pod was waited for long enough, and picks them up later', async () => {
    const { node, tell } = withPods({ sinks: { a: new ScenarioSink(), b: new ScenarioSink() } });
    const log = node.container('web');
    log.write('one');
    await node.start();
    await node.pass(WAIT_MS - 10);
    expect(node.texts('a')).toEqual([]);
    await node.pass(100);
    expect(node.texts('a')).toEqual(['one']);
    tell('web');
    log.write('two');
    for (const output of ['a', 'b']) {
      await node.deliversTo(output, 'one', 'two');
      expect(node.records(output).map(({ labels }) => labels)).toEqual([undefined, { app: 'web' }]);
    }
  });

  it('carries new labels from the record on that comes after them', async () => {
    const { node, tell } = withPods();
    const log = node.container('web');
    log.write('one');
    await node.start();
    tell('web');
    await node.until(() => node.texts().length > 0);
    tell('web', { labels: { app: 'web', version: '2' } });
    log.write('two');
    await node.delivers('one', 'two');
    expect(node.records()[1]?.labels).toEqual({ app: 'web', version: '2' });
  });

  it('of a plain file waits for nobody', async () => {
    const { node } = withPods();
    node.file('app.log').write('one');
    await node.start();
    await node.pass(100);
    expect(node.texts()).toEqual(['one']);
  });

  it('is waited for with --once too', async () => {
    const { node, tell } = withPods();
    node.container('web').write('one');
    node.container('other').write('two');
    await node.start(true);
    tell('web');
    await node.ends();
    expect(node.world.clock.monotonic).toBeGreaterThanOrEqual(WAIT_MS);
    expect(node.records()).toMatchObject([
      { text: 'one', labels: { app: 'web' } },
      { text: 'two', labels: undefined },
    ]);
  });

  it('whose file is deleted while it waits is read all the same', async () => {
    const { node } = withPods();
    const log = node.container('web');
    log.write('one', 'two');
    await node.start();
    log.remove();
    await node.pass(WAIT_MS + 500);
    expect(node.texts()).toEqual(['one', 'two']);
  });

  it('whose file is deleted while it waits is read when the agent stops', async () => {
    const { node } = withPods();
    const log = node.container('web');
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}`);
    log.write(...lines);
    await node.start();
    log.remove();
    await node.pass(500);
    expect(node.texts()).toEqual([]);
    await node.stop();
    expect(node.texts()).toEqual(lines);
    expect(await node.ledger()).toEqual([]);
  });

  it('whose file is deleted while it waits is read when the agent stops, as far as its output takes it, the rest told', async () => {
    const { node } = withPods({ limits: { inFlightBytes: 8192 } });
    const log = node.container('web');
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'x'.repeat(100)}`);
    const sizes = lines.map((line) => log.write(line));
    await node.start();
    await node.pass(500);
    log.remove();
    await node.stop();
    const arrived = node.texts();
    expect(arrived).toEqual(lines.slice(0, arrived.length));
    expect(arrived.length).toBeLessThan(lines.length);
    await node.start();
    await node.pass(WAIT_MS + 500);
    const missing = sizes.slice(arrived.length).reduce((sum, size) => sum + size, 0);
    expect(node.gaps()).toEqual([`deleted ${missing}`, 'deleted ?']);
  });

  it('that waits when the agent is stopped is read by the next one', async () => {
    const { node } = withPods();
    node.container('web').write('one');
    await node.start();
    await node.pass(500);
    await node.stop();
    expect(node.texts()).toEqual([]);
    await node.start();
    await node.pass(WAIT_MS + 500);
    expect(node.texts()).toEqual(['one']);
  });

  it('that waits, with its file deleted, when the agent is killed is told as lost by the next one', async () => {
    const { node } = withPods();
    const log = node.container('web');
    const bytes = log.write('one');
    await node.start();
    await node.pass(1500);
    log.remove();
    node.crash();
    await node.start();
    await node.pass(WAIT_MS + 500);
    expect(node.gaps()).toContain(`deleted ${bytes}`);
  });
});

describe('an excluded stream', () => {
  it('is never read: by annotation', async () => {
    const { node, exclude } = withPods();
    await node.start();
    exclude('web', 'true');
    node.container('web').write('one');
    node.container('other').write('two');
    await node.delivers('two');
    expect(node.openLogs).toBe(1);
    await node.stop();
    expect([...(await node.checkpoint()).streams.keys()]).toEqual(['uid-other/app/0']);
  });

  it('is never read: by a rule on labels', async () => {
    const { node, tell } = withPods({ sources: { exclude: [NOISE] } });
    await node.start();
    tell('web', { labels: { app: 'noise' } });
    tell('other');
    node.container('web').write('one');
    node.container('other').write('two');
    await node.delivers('two');
    expect(node.openLogs).toBe(1);
  });

  it('by a label that is known only after its file was seen: not a line of it comes', async () => {
    const { node, tell } = withPods({ sources: { exclude: [NOISE] } });
    node.container('web').write('one');
    await node.start();
    await node.pass(500);
    expect(node.openLogs).toBe(1);
    tell('web', { labels: { app: 'noise' } });
    await node.delivers();
    expect(node.openLogs).toBe(0);
  });

  it('that was read so far: reading stops, files are closed, positions forgotten, nothing is lost', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    log.write('one');
    await node.until(() => node.texts().length > 0);
    exclude('web', 'true');
    log.write('two');
    log.rotate();
    log.write('three');
    await node.delivers('one');
    expect(node.openLogs).toBe(0);
    await node.stop();
    const { streams, outputs } = await node.checkpoint();
    expect(streams.size).toBe(0);
    expect(outputs.get('out')?.positions.size).toBe(0);
    expect(await node.ledger()).toEqual([]);
  });

  it('with a record in pieces and deleted generations: nothing of them comes', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    log.line('begun ', 'P');
    await node.pass(100);
    log.remove(log.rotate());
    exclude('web', 'true');
    log.line('ended', 'F');
    await node.delivers();
    expect(node.openLogs).toBe(0);
    expect((await node.snapshot()).reading.heldDeletedBytes).toBe(0);
  });

  it('goes on at the end of what is there when it is wanted again', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    log.write('one');
    await node.until(() => node.texts().length > 0);
    exclude('web', 'true');
    await node.pass(1000);
    log.write('two');
    log.append(LINE.slice(0, 40));
    exclude('web', 'false');
    await node.pass(200);
    log.append(LINE.slice(40));
    log.write('four');
    await node.delivers('one', 'three', 'four');
    await node.stop();
    expect(await node.ledger()).toEqual([]);
  });

  it('goes on at the end of what is there although it was rotated meanwhile', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    log.write('one');
    await node.until(() => node.texts().length > 0);
    exclude('web', 'true');
    await node.pass(1000);
    log.write('two');
    log.gzip(log.rotate());
    log.write('three');
    log.rotate();
    log.write('four');
    await node.pass(1000);
    exclude('web', 'false');
    await node.pass(200);
    log.write('five');
    log.rotate();
    log.write('six');
    await node.delivers('one', 'five', 'six');
    await node.stop();
    expect(await node.ledger()).toEqual([]);
  });

  it('goes on there although what it was given before is still on its way', async () => {
    const sink = new ScenarioSink();
    const { node, exclude, tell } = withPods({ sinks: { slow: sink } });
    const log = node.container('web');
    await node.start();
    tell('web');
    log.write('one');
    sink.mood = 'hangs';
    await node.pass(100);
    exclude('web', 'true');
    await node.pass(1000);
    log.write('two', 'three');
    exclude('web', 'false');
    await node.pass(1500);
    sink.works();
    await node.pass(1500);
    node.crash();
    await node.start();
    tell('web');
    log.write('four');
    await node.deliversTo('slow', 'one', 'four');
  });

  it('that changes its mind again and again loses and repeats nothing of what is wanted', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    const wanted: string[] = [];
    for (let round = 0; round < 8; round++) {
      log.write(`wanted ${round}`);
      wanted.push(`wanted ${round}`);
      await node.pass(300);
      exclude('web', 'true');
      if (round % 3 === 1) log.rotate();
      log.write(`unwanted ${round}`);
      if (round % 2 === 0) await node.pass(1700);
      exclude('web', 'false');
      await node.pass(100);
    }
    await node.delivers(...wanted);
  });

  it('that is gone leaves nothing behind', async () => {
    const { node, exclude } = withPods();
    await node.start();
    exclude('web', 'true');
    const log = node.container('web');
    log.write('one');
    await node.pass(6000);
    log.remove();
    await node.pass(12_000);
    // As new as if it had never been there: read from its beginning.
    exclude('web', 'false');
    log.write('two');
    await node.delivers('two');
  });

  it('is not told as lost, nor read, after a restart', async () => {
    const { node, exclude, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web');
    log.write('one');
    await node.until(() => node.texts().length > 0);
    await node.pass(1500);
    await node.stop();
    log.write('two');
    log.remove(log.rotate());
    log.write('three');
    await node.start();
    exclude('web', 'true');
    await node.delivers('one');
    await node.stop();
    const { streams, outputs } = await node.checkpoint();
    expect(streams.size).toBe(0);
    expect(outputs.get('out')?.positions.size).toBe(0);
  });

  it('that could not be opened before it was known to be excluded is forgotten too', async () => {
    const { node, exclude, tell } = withPods({ limits: { openFiles: 1 } });
    await node.start();
    for (const pod of ['web', 'other']) {
      tell(pod);
      node.container(pod).write('one');
    }
    await node.until(() => node.texts().length === 2);
    await node.pass(1500);
    await node.stop();
    expect((await node.checkpoint()).streams.size).toBe(2);
    await node.start();
    await node.pass(100);
    // One waits for its pod, and the other one for its descriptor.
    expect((await node.snapshot()).reading.streams).toBe(1);
    for (const pod of ['web', 'other']) exclude(pod, 'true');
    await node.pass(6000);
    await node.stop();
    const { streams, outputs } = await node.checkpoint();
    expect([streams.size, outputs.get('out')?.positions.size]).toEqual([0, 0]);
  });

  it('does not keep --once from ending', async () => {
    const { node, exclude } = withPods();
    node.container('web').write('one');
    await node.start(true);
    exclude('web', 'true');
    await node.ends();
    expect(node.texts()).toEqual([]);
  });

  it('is excluded for outputs that stand apart too', async () => {
    const [a, b] = [new ScenarioSink(), new ScenarioSink()];
    const { node, exclude, tell } = withPods({ sinks: { a, b } });
    const log = node.container('web');
    await node.start();
    tell('web');
    b.mood = 'hangs';
    for (let line = 0; line < 500; line++) log.write(`line ${line} ${'x'.repeat(500)}`);
    await node.until(() => node.texts('a').length === 500);
    exclude('web', 'true');
    b.works();
    await node.pass(1000);
    const arrived = node.texts('b').length;
    expect(arrived).toBeLessThan(500);
    log.write('unwanted');
    await node.pass(1000);
    exclude('web', 'false');
    await node.pass(200);
    log.write('wanted');
    await node.until(() => node.texts('b').at(-1) === 'wanted');
    expect(node.texts('b')).toHaveLength(arrived + 1);
    expect(node.texts('a')).toHaveLength(501);
    expect([node.gaps('a'), node.gaps('b')]).toEqual([[], []]);
  });
});

describe('a stream that only its labels bring in', () => {
  const wanted = { sources: { include: [{ ...NOISE, labels: 'app=web' }] } };

  it('is read from its beginning once its pod is known, however late', async () => {
    const { node, tell } = withPods(wanted);
    const log = node.container('web');
    log.write('one');
    await node.start();
    await node.pass(10 * WAIT_MS);
    expect(node.texts()).toEqual([]);
    expect(node.openLogs).toBe(0);
    log.write('two');
    log.rotate();
    log.write('three');
    await node.pass(6000);
    tell('web');
    await node.delivers('one', 'two', 'three');
  });

  it('keeps its place over a restart, although its pod becomes known late', async () => {
    const { node, tell } = withPods(wanted);
    const log = node.container('web');
    log.write('one');
    await node.start();
    tell('web');
    await node.until(() => node.texts().length > 0);
    await node.pass(1500);
    await node.stop();
    log.write('two');
    await node.start();
    await node.pass(5 * WAIT_MS);
    log.write('three');
    expect(node.texts()).toEqual(['one']);
    tell('web');
    await node.delivers('one', 'two', 'three');
  });

  it('and do not, is not read, and leaves nothing behind', async () => {
    const { node, tell } = withPods(wanted);
    const log = node.container('web');
    log.write('one');
    await node.start();
    await node.pass(2 * WAIT_MS);
    tell('web', { labels: { app: 'other' } });
    await node.delivers();
    log.remove();
    await node.pass(12_000);
    await node.stop();
    const { streams, outputs } = await node.checkpoint();
    expect([streams.size, outputs.get('out')?.positions.size]).toEqual([0, 0]);
  });

  it('whose pod nobody knows does not keep --once from ending', async () => {
    const { node } = withPods(wanted);
    node.container('web').write('one');
    await node.start(true);
    await node.ends();
    expect(node.texts()).toEqual([]);
  });
});

/** Written in two halves. */
const LINE = `2026-11-20T20:19:53.000000001Z stdout F three\n`;

describe('the format that a pod asks for', () => {
  it('is that of its lines, whatever they look like', async () => {
    const { node, tell } = withPods();
    await node.start();
    tell('web', { annotations: { 'birler.io/format': 'raw' } });
    node.container('web').write('one');
    await node.until(() => node.texts().length > 0);
    expect(node.texts()[0]).toMatch(/^2026-11-20T20:19:\S+ stdout F one$/);
  });
});

describe('what a transform leaves out', () => {
  it('moves positions all the same', async () => {
    const { node, tell } = withPods();
    const log = node.container('web');
    await node.start();
    tell('web', { annotations: { 'fluentbit.io/exclude_stdout': 'true' } });
    log.write('one', 'two');
    await node.pass(3000);
    await node.stop();
    tell('web');
    await node.start();
    log.write('three');
    await node.delivers('three');
    expect(await node.ledger()).toEqual([]);
  });
});
