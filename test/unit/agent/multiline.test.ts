import { describe, expect, it } from 'vitest';
import type { Transform } from '../../../src/shape/transforms.ts';
import { podOf, ToldPods } from '../../support/pods.ts';
import { Scenario, type ScenarioOptions } from '../../support/scenario.ts';
import type { ScenarioLog } from '../../support/scenario-log.ts';
import { ScenarioSink } from '../../support/scenario-output.ts';

const WAIT_MS = 500;

const newNode = (options: ScenarioOptions = {}): Scenario =>
  new Scenario({ ...options, multiline: { mode: 'auto', waitMs: WAIT_MS, ...options.multiline } });

const traceOf = (name: string, frames = 3): readonly string[] => [
  `java.lang.IllegalStateException: ${name}`,
  ...Array.from({ length: frames }, (_, index) => `\tat shop.Cart.f${index}(Cart.java:${index})`),
];

const TRACE = traceOf('no');
const JOINED = TRACE.join('\n');

const stderr = (log: ScenarioLog, ...lines: readonly string[]): void => {
  for (const line of lines) log.line(line, 'F', 'stderr');
};

describe('a stack trace becomes one record', () => {
  it('between ordinary lines', async () => {
    const node = newNode();
    node.container('web').write('before', ...TRACE, 'after');
    await node.start();
    await node.delivers('before', JOINED, 'after');
  });

  it('although its lines come one by one', async () => {
    const node = newNode();
    const log = node.container('web');
    await node.start();
    for (const line of TRACE) {
      log.write(line);
      await node.pass(WAIT_MS - 100);
    }
    log.write('after');
    await node.delivers(JOINED, 'after');
  });

  it('in batches of one record, and in reads of a few lines', async () => {
    const node = newNode({ limits: { recordsPerBatch: 1, readShareBytes: 200 } });
    const log = node.container('web');
    const expected: string[] = [];
    for (let round = 0; round < 20; round++) {
      const trace = traceOf(`round ${round}`, round);
      log.write(`before ${round}`, ...trace);
      expected.push(`before ${round}`, trace.join('\n'));
    }
    await node.start();
    await node.delivers(...expected);
  });

  it('on each std stream by itself', async () => {
    const node = newNode();
    const log = node.container('web');
    const [out, err] = [traceOf('out'), traceOf('err')];
    for (const [index, line] of out.entries()) {
      log.write(line);
      stderr(log, err[index] ?? '');
    }
    log.write('out after');
    stderr(log, 'err after');
    await node.start();
    await node.until(() => node.texts().length === 4);
    const of = (stream: string) => node.records().filter((record) => record.stream === stream);
    expect(of('stdout').map(({ text }) => text)).toEqual([out.join('\n'), 'out after']);
    expect(of('stderr').map(({ text }) => text)).toEqual([err.join('\n'), 'err after']);
  });

  it('over a rotation, after its pieces were joined', async () => {
    const node = newNode();
    const log = node.container('web');
    await node.start();
    log.line('java.lang.Illegal', 'P');
    log.line('StateException: no', 'F');
    log.write(TRACE[1] ?? '');
    await node.pass(50);
    log.line('\tat shop.Cart', 'P');
    log.gzip(log.rotate());
    log.line('.f1(Cart.java:1)', 'F');
    log.write(TRACE[3] ?? '', 'after');
    await node.delivers(JOINED, 'after');
  });
});

describe('a trace that nothing follows', () => {
  it.each([500, 2000, 7000])(
    'goes out %d ms after its last line, however seldom its file is looked at',
    async (waitMs) => {
      const node = newNode({ multiline: { waitMs } });
      const log = node.container('web');
      await node.start();
      await node.pass(20_000);
      const seen = node.world.clock.monotonic;
      log.write(...TRACE);
      await node.pass(waitMs - 20);
      expect(node.texts()).toEqual([]);
      await node.pass(120);
      expect(node.texts()).toEqual([JOINED]);
      expect(node.world.clock.monotonic - seen).toBe(waitMs + 100);
    },
  );

  it('goes out in time while its other std stream goes on writing', async () => {
    const node = newNode();
    const log = node.container('web');
    await node.start();
    stderr(log, ...TRACE);
    for (let tick = 0; tick < 6; tick++) {
      log.write(`tick ${tick}`);
      await node.pass(100);
    }
    expect(node.texts()).toContain(JOINED);
  });

  it('goes out with --once at once', async () => {
    const node = newNode();
    node.container('web').write(...TRACE);
    await node.start(true);
    await node.ends();
    expect(node.texts()).toEqual([JOINED]);
    expect(node.world.clock.monotonic).toBeLessThan(WAIT_MS);
  });

  it('goes out when its file is deleted and the agent stops', async () => {
    const node = newNode({ multiline: { waitMs: 10_000 } });
    const log = node.container('web');
    await node.start();
    log.write('before', ...TRACE);
    await node.pass(200);
    log.remove();
    await node.pass(200);
    await node.stop();
    expect(node.texts()).toEqual(['before', JOINED]);
    expect(await node.ledger()).toEqual([]);
  });

  it('does not go on in the log of a container that is started anew', async () => {
    const node = newNode({ multiline: { waitMs: 30_000 } });
    const first = node.container('web', 0);
    await node.start();
    first.write(...TRACE.slice(0, 2));
    await node.pass(100);
    const second = node.container('web', 1);
    second.write(...TRACE.slice(2));
    await node.until(() => node.textsOf(first).length > 0);
    expect(node.textsOf(first)).toEqual([TRACE.slice(0, 2).join('\n')]);
    await node.stop();
    await node.start(true);
    await node.ends();
    expect(node.textsOf(second).join('\n')).toBe(TRACE.slice(2).join('\n'));
  });

  it('is not joined with what comes behind a loss', async () => {
    const sink = new ScenarioSink();
    const node = newNode({
      sinks: { slow: sink },
      limits: { inFlightBytes: 2048 },
      multiline: { waitMs: 30_000 },
    });
    const log = node.container('web');
    await node.start();
    log.write(...TRACE.slice(0, 2));
    await node.pass(2000);
    sink.mood = 'hangs';
    stderr(log, ...Array.from({ length: 1000 }, (_, index) => `filler ${index} ${'x'.repeat(100)}`));
    await node.pass(2000);
    log.truncate();
    log.write(...TRACE.slice(2), 'after');
    sink.works();
    await node.until(() => node.texts().at(-1) === 'after');
    expect(node.gaps()).toMatchObject([expect.stringMatching(/^truncated \d+$/)]);
    const texts = node.records().flatMap(({ text, stream }) => (stream === 'stdout' ? [text] : []));
    expect(texts[0]).toBe(TRACE.slice(0, 2).join('\n'));
    expect(texts.slice(1).join('\n')).toBe([...TRACE.slice(2), 'after'].join('\n'));
  });
});

describe('an end of the agent in the middle of a trace', () => {
  const halves = [1, 2, 3];

  it.each(halves)('a clean stop after %d lines: neither lost, nor cut, nor twice', async (lines) => {
    const node = newNode();
    const log = node.container('web');
    await node.start();
    log.write('before', ...TRACE.slice(0, lines));
    stderr(log, 'beside');
    await node.pass(200);
    expect(node.texts()).toEqual(['before', 'beside']);
    await node.stop();
    expect(node.texts()).toEqual(['before', 'beside']);
    log.write(...TRACE.slice(lines), 'after');
    await node.start();
    await node.delivers('before', 'beside', JOINED, 'after');
  });

  it.each(halves)('kill -9 after %d lines: neither lost, nor cut, nor twice', async (lines) => {
    const node = newNode({ checkpointIntervalMs: 100 });
    const log = node.container('web');
    await node.start();
    log.write('before', ...TRACE.slice(0, lines));
    stderr(log, 'beside');
    await node.pass(300);
    node.crash();
    log.write(...TRACE.slice(lines), 'after');
    await node.start();
    await node.delivers('before', 'beside', JOINED, 'after');
  });

  it('with a rotation meanwhile', async () => {
    const node = newNode();
    const log = node.container('web');
    await node.start();
    log.write('before', ...TRACE.slice(0, 2));
    await node.pass(200);
    await node.stop();
    log.gzip(log.rotate());
    log.write(...TRACE.slice(2), 'after');
    await node.start();
    await node.delivers('before', JOINED, 'after');
  });
});

describe('traces for outputs that stand apart', () => {
  it('are the same for both, once each', async () => {
    const [fast, slow] = [new ScenarioSink(), new ScenarioSink()];
    const node = newNode({ sinks: { fast, slow }, limits: { inFlightBytes: 4096 } });
    const log = node.container('web');
    const expected: string[] = [];
    await node.start();
    for (let round = 0; round < 30; round++) {
      if (round === 5) slow.mood = 'hangs';
      if (round === 25) slow.works();
      const trace = traceOf(`round ${round} ${'x'.repeat(200)}`);
      for (const line of trace) {
        log.write(line);
        await node.pass(37);
      }
      expected.push(trace.join('\n'));
    }
    await node.deliversTo('fast', ...expected);
    await node.deliversTo('slow', ...expected);
  });
});

describe('how lines are joined may change', () => {
  it('by annotation, and what was held back by the old way goes out', async () => {
    const pods = new ToldPods();
    const node = newNode({ pods, multiline: { waitMs: 5000 } });
    const tell = (mode: string): void =>
      pods.listener?.onPod(
        podOf({ uid: 'uid-web', name: 'web', annotations: { 'birler.io/multiline': mode } }),
      );
    await node.start();
    tell('auto');
    const log = node.container('web');
    log.write(...TRACE);
    await node.pass(100);
    tell('off');
    log.write(...TRACE.slice(1));
    await node.pass(200);
    log.write(...TRACE);
    await node.pass(200);
    tell('java');
    log.write(...TRACE, 'after');
    await node.pass(200);
    const texts = node.texts();
    expect(texts.join('\n').split('\n')).toEqual([...TRACE, ...TRACE.slice(1), ...TRACE, ...TRACE, 'after']);
    expect(texts.slice(-6)).toEqual([...TRACE, JOINED, 'after']);
  });
});

describe('a trace and a transform', () => {
  it('that drops it: positions move behind it', async () => {
    const node = newNode({ transforms: [DROP_JAVA] });
    const log = node.container('web');
    await node.start();
    log.write(...TRACE, ...TRACE, 'after');
    await node.delivers('after');
    await node.stop();
    const { outputs } = await node.checkpoint();
    const [position] = [...(outputs.get('out')?.positions.values() ?? [])];
    expect(position?.stdout.offset).toBe(log.size);
    expect(await node.ledger()).toEqual([]);
  });
});

const DROP_JAVA: Transform = {
  type: 'drop',
  match: [],
  contains: ['IllegalStateException'],
  regex: null,
  levels: [],
  fields: [],
  stream: null,
};
