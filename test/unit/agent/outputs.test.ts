import { describe, expect, it } from 'vitest';
import { Scenario } from '../../support/scenario.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const two = () => {
  const [a, b] = [new ScenarioSink(), new ScenarioSink()];
  const node = new Scenario({ sinks: { a, b }, limits: { inFlightBytes: 400, recordsPerBatch: 2 } });
  return { node, a, b, log: node.container('web') };
};

const messages = Array.from({ length: 40 }, (_, at) => `message ${at}`);

describe('an output that hangs', () => {
  it('does not delay the other, and catches up over five rotations when it works again', async () => {
    const { node, a, log } = two();
    a.mood = 'hangs';
    await node.start();
    for (let at = 0; at < 40; at += 8) {
      log.write(...messages.slice(at, at + 8));
      await node.pass(1000);
      expect(node.texts('b')).toEqual(messages.slice(0, at + 8));
      log.rotate();
      await node.pass(119_000);
    }
    a.works();
    await node.deliversTo('a', ...messages);
    await node.deliversTo('b', ...messages);
    expect(node.gaps('a')).toEqual([]);
  });

  it('shares the read with the other again once it has caught up', async () => {
    const { node, a, log } = two();
    a.mood = 'hangs';
    await node.start();
    log.write(...messages);
    await node.pass(2000);
    a.works();
    await node.deliversTo('a', ...messages);
    await node.pass(5000);
    let reads = 0;
    node.faults.before = (call, path) => {
      if (call === 'read' && path === log.path) reads++;
    };
    log.write('one more');
    await node.pass(500);
    expect(node.texts('a').at(-1)).toBe('one more');
    expect(node.texts('b').at(-1)).toBe('one more');
    const alone = new Scenario();
    const other = alone.container('web');
    other.write(...messages);
    await alone.start();
    await alone.pass(20_000);
    let readsAlone = 0;
    alone.faults.before = (call, path) => {
      if (call === 'read' && path === other.path) readsAlone++;
    };
    other.write('one more');
    await alone.pass(500);
    expect(reads).toBe(readsAlone);
  });

  it('does not keep the agent from stopping within its grace period; its positions stay', async () => {
    const { node, a, log } = two();
    await node.start();
    log.write('one');
    await node.pass(3000);
    a.mood = 'hangs';
    log.write('two');
    await node.pass(3000);
    expect(await node.stop()).toBeLessThanOrEqual(node.config.graceMs + 1000);
    a.works();
    await node.start();
    await node.deliversTo('a', 'one', 'two');
    await node.deliversTo('b', 'one', 'two');
  });
});

describe('an output that fails', () => {
  it('is tried again until it takes its records, in order', async () => {
    const { node, a, log } = two();
    a.mood = 'fails';
    await node.start();
    log.write(...messages.slice(0, 20));
    await node.pass(30_000);
    log.write(...messages.slice(20));
    a.mood = 'works';
    await node.deliversTo('a', ...messages);
    expect(node.said).toContain('the output works again');
  });

  it('for good loses what it refused, counted, and moves on', async () => {
    const { node, a, log } = two();
    a.mood = 'refuses';
    await node.start();
    log.write('refused');
    await node.pass(2000);
    a.mood = 'works';
    log.write('taken');
    await node.deliversTo('a', 'taken');
    await node.stop();
    expect((await node.ledger('a')).map((gap) => gap.split(' ')[0])).toEqual(['rejected']);
    expect(await node.ledger('b')).toEqual([]);
  });
});

describe('with --once', () => {
  it('the agent delivers what is there, oldest first, half a line too, and ends', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    log.gzip(log.rotate());
    log.write('b');
    log.rotate();
    log.write('c');
    log.line('cut ', 'P');
    await node.start(true);
    await node.ends();
    expect(node.texts()).toEqual(['a', 'b', 'c', 'cut ']);
  });

  it('a second run delivers what came since, and nothing else', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start(true);
    await node.ends();
    log.write('b');
    log.rotate();
    log.write('c');
    await node.start(true);
    await node.ends();
    expect(node.texts()).toEqual(['a', 'b', 'c']);
  });
});
