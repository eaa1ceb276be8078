import { describe, expect, it } from 'vitest';
import { podOf, ToldPods } from '../../support/pods.ts';
import { Scenario, type ScenarioOptions } from '../../support/scenario.ts';
import type { ScenarioLog } from '../../support/scenario-log.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const RATE = 10_000;
/** One turn may take more than what is left of the rate; it is waited for afterwards. */
const TURN = 2048;

const setUp = (
  onExcess: 'delay' | 'drop',
  sinks?: Readonly<Record<string, ScenarioSink>>,
  limits?: ScenarioOptions['limits'],
) =>
  new Scenario({
    limits: { ratePerPodBytes: RATE, onExcess, readShareBytes: TURN, ...limits },
    ...(sinks && { sinks }),
  });

const linesOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${String(index).padStart(5, '0')} ${'x'.repeat(43)}`);

/** Bytes of a log whose lines have arrived; all of them are equally long. */
const arrivedBytes = (node: Scenario, log: ScenarioLog, lineBytes: number): number =>
  node.textsOf(log).length * lineBytes;

describe('a pod that may be read slowly', () => {
  it('is read at its rate after a first second at once, and loses nothing', async () => {
    const node = setUp('delay');
    const log = node.container('web');
    const lines = linesOf('web', 1000);
    const lineBytes = log.write(...lines) / lines.length;
    await node.start();
    for (let second = 1; second < 8; second++) {
      await node.pass(1000);
      const most = RATE * (1 + second) + TURN;
      expect(arrivedBytes(node, log, lineBytes)).toBeLessThanOrEqual(most);
      expect(arrivedBytes(node, log, lineBytes)).toBeGreaterThan(RATE * (1 + second) - 2 * TURN);
    }
    await node.delivers(...lines);
  });

  it('does not delay other pods', async () => {
    const node = setUp('delay');
    const noisy = node.container('noisy');
    noisy.write(...linesOf('noisy', 1000));
    const other = node.container('other');
    await node.start();
    for (let second = 0; second < 5; second++) {
      other.write(`at ${second}`);
      await node.pass(100);
      expect(node.textsOf(other).at(-1)).toBe(`at ${second}`);
      await node.pass(900);
    }
  });

  it('is waited for by --once', async () => {
    const node = setUp('delay');
    const lines = linesOf('web', 500);
    const log = node.container('web');
    const bytes = log.write(...lines);
    await node.start(true);
    await node.ends();
    expect(node.texts()).toEqual(lines);
    const seconds = node.world.clock.monotonic / 1000;
    expect(seconds).toBeGreaterThan(bytes / RATE - 1.5);
    expect(seconds).toBeLessThan(bytes / RATE + 1.5);
  });

  it('is read as one with all its containers, and goes on by its rate when one of them is gone', async () => {
    const node = setUp('delay');
    const first = node.container('web', 0);
    const lineBytes = first.write(...linesOf('a', 20)) / 20;
    const second = node.container('web', 1);
    second.write(...linesOf('b', 4000));
    await node.start();
    first.remove();
    const seconds = 20;
    await node.pass(seconds * 1000);
    expect(node.said).toContain('a container stream is gone and fully read, or nobody wants it');
    const bytes = arrivedBytes(node, first, lineBytes) + arrivedBytes(node, second, lineBytes);
    expect(bytes).toBeLessThanOrEqual(RATE * (1 + seconds) + 2 * TURN);
    expect(bytes).toBeGreaterThan(RATE * (1 + seconds) - 2 * TURN);
  });

  it('does not make the agent spin while an output beside it takes nothing', async () => {
    const [a, b] = [new ScenarioSink(), new ScenarioSink()];
    const node = setUp('delay', { a, b }, { inFlightBytes: 2048 });
    const log = node.container('web');
    const lines = linesOf('web', 600);
    log.write(...lines);
    await node.start();
    await node.pass(2000);
    b.mood = 'hangs';
    // They fill the output that all share while the other pod waits for its rate.
    const others = Array.from({ length: 20 }, (_, index) => node.container(`other-${index}`));
    for (const other of others) other.write(...linesOf('other', 100));
    // The fake clock fails where timers are due again and again.
    await node.pass(3000);
    b.works();
    for (const output of ['a', 'b']) {
      await node.until(() => node.texts(output).length === lines.length + 2000);
      expect(node.textsOf(log, output)).toEqual(lines);
    }
  });

  it('goes on at once when its limit is taken away', async () => {
    const pods = new ToldPods();
    const node = new Scenario({ pods, limits: { readShareBytes: TURN } });
    const tell = (rate: string): void =>
      pods.listener?.onPod(
        podOf({ uid: 'uid-web', name: 'web', annotations: { 'birler.io/rate-limit': rate } }),
      );
    await node.start();
    tell('1KiB');
    const lines = linesOf('web', 1000);
    node.container('web').write(...lines);
    await node.pass(5000);
    expect(node.texts().length).toBeLessThan(200);
    tell('none');
    await node.pass(500);
    expect(node.texts()).toEqual(lines);
  });

  it('stops cleanly in the middle, and the next run has the rest', async () => {
    const node = setUp('delay');
    const lines = linesOf('web', 1000);
    node.container('web').write(...lines);
    await node.start();
    await node.pass(1500);
    expect(await node.stop()).toBeLessThan(1000);
    await node.start();
    await node.delivers(...lines);
  });
});

describe('a pod whose excess is dropped', () => {
  it('keeps its rate, and each byte of a message is delivered or in the ledger', async () => {
    const node = setUp('drop');
    const log = node.container('web');
    await node.start();
    let written = 0;
    const seconds = 20;
    for (let tick = 0; tick < seconds * 10; tick++) {
      const lines = linesOf(`web ${tick}`, 30);
      log.write(...lines);
      written += lines.join('').length;
      await node.pass(100);
    }
    await node.pass(2000);
    const delivered = node.texts().join('').length;
    const share = delivered / written;
    await node.stop();
    const [gap = ''] = await node.ledger();
    expect(gap).toBe(`rate_limit ${written - delivered}`);
    // It wrote three times as much as it may, headers included: it gets its rate, and no less because it asks for more.
    const bytesPerSecond = (share * log.size) / seconds;
    expect(bytesPerSecond).toBeGreaterThan(RATE * 0.9);
    expect(bytesPerSecond).toBeLessThan(RATE * 1.2);
  });

  it('is told as gaps between the records, in order', async () => {
    const node = setUp('drop');
    const log = node.container('web');
    const lines = linesOf('web', 500);
    log.write(...lines);
    await node.start();
    await node.pass(5000);
    log.write('after');
    await node.until(() => node.texts().at(-1) === 'after');
    const texts = node.texts();
    expect(texts).toEqual([...lines.slice(0, texts.length - 1), 'after']);
    const lost = lines.slice(texts.length - 1).join('').length;
    const told = node.gaps().map((gap) => Number(/^rate_limit (\d+)$/.exec(gap)?.[1]));
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(lost);
    expect((await node.snapshot()).counters.rateLimitWaits).toBe(1);
  });

  it('is not dropped while it keeps to its rate', async () => {
    const node = setUp('drop');
    const log = node.container('web');
    await node.start();
    const lines: string[] = [];
    for (let tick = 0; tick < 100; tick++) {
      const some = linesOf(`web ${tick}`, 8);
      log.write(...some);
      lines.push(...some);
      await node.pass(100);
    }
    await node.delivers(...lines);
  });
});
