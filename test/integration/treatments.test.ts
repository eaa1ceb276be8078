import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fixtureLog, STD_STREAMS, type Std } from '../support/fixture-log.ts';
import { KnownPod } from '../support/known-pod.ts';
import { NodeAgent } from '../support/node-agent.ts';
import type { OutputLine } from '../support/output-lines.ts';
import { openPaths } from '../support/process-usage.ts';
import { scrape } from '../support/scraped.ts';
import { until } from '../support/until.ts';

const REPLICA_SET = {
  labels: { app: 'gopanic', 'pod-template-hash': '5d4f8' },
  ownerReferences: [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shop-5d4f8', uid: 'x', controller: true },
  ],
};

const textsOf = (lines: readonly OutputLine[]): readonly string[] => lines.map(({ log }) => log ?? '');
const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix} ${at}`);

describe('the records of a pod that the API server knows', () => {
  it('carry labels, owner and image, in every output; changed labels from then on', async () => {
    await using known = await KnownPod.start(REPLICA_SET);
    const { node, container } = known;
    const outputs = [node.output, node.dir.join('second.json')];
    known.write(...numbered('early', 100));
    container.link();
    const flags = known.flags({ outputs: outputs.map((path) => ({ type: 'file', path, format: 'json' })) });
    await using agent = new NodeAgent(node, flags);
    for (const output of outputs) {
      await agent.until(`all is in ${output}`, () => known.lines(output).length === 100);
      for (const { kubernetes } of known.lines(output))
        expect(kubernetes).toMatchObject({
          pod_id: container.pod.uid,
          labels: REPLICA_SET.labels,
          owner: { kind: 'Deployment', name: 'shop' },
          container_image: 'localhost/hostusr:1',
        });
    }
    const labels = { app: 'renamed' };
    await known.change({ labels });
    for (const output of outputs) {
      await known.writeUntil(
        `for ${output}`,
        ({ kubernetes }) => kubernetes?.labels?.['app'] === 'renamed',
        output,
      );
      // Once they have changed, they stay so.
      const apps = known.lines(output).map(({ kubernetes }) => kubernetes?.labels?.['app']);
      const first = apps.indexOf('renamed');
      expect(new Set(apps.slice(first))).toEqual(new Set(['renamed']));
      expect(new Set(apps.slice(0, first))).toEqual(new Set(['gopanic']));
    }
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });

  it('take questions about the own node and its namespaces, and about nothing else', async () => {
    await using known = await KnownPod.start();
    known.write('one');
    known.container.link();
    await using agent = new NodeAgent(known.node, known.flags());
    await agent.untilLines(1);
    await agent.until('it watches', () => known.api.watches.size === 1);
    known.tellOfStranger('elsewhere');
    await known.change({ labels: { app: 'heard' } });
    await known.writeUntil('later', ({ kubernetes }) => kubernetes?.labels?.['app'] === 'heard');
    await agent.stop();
    for (const { kind, method, path, query, token } of known.api.requests) {
      expect([method, token]).toEqual(['GET', 'one']);
      if (kind === 'namespace') expect(path).toBe('/api/v1/namespaces/shop');
      else
        expect([path, query]).toEqual([
          '/api/v1/pods',
          expect.objectContaining({ fieldSelector: 'spec.nodeName=node-a' }),
        ]);
    }
    expect(known.api.asked('list')).toHaveLength(1);
    expect(known.api.asked('namespace')).toHaveLength(1);
  });

  it('stop while the pod excludes itself, and go on with what is written afterwards', async () => {
    await using known = await KnownPod.start();
    const { container } = known;
    const wanted = numbered('wanted', 50);
    known.write(...wanted);
    container.link();
    await using agent = new NodeAgent(known.node, known.flags());
    await agent.untilLines(50);
    await known.change({ annotations: { 'birler.io/exclude': 'true' } });
    await agent.until('the log is closed', () => !openPaths(agent.pid).includes(container.log));
    known.write(...numbered('unwanted', 50));
    await known.change({ annotations: {} });
    await agent.until('the log is open again', () => openPaths(agent.pid).includes(container.log));
    await known.writeUntil('again', () => true);
    known.write('the last one');
    await agent.until('the last one came', () => known.lines().at(-1)?.log === 'the last one');
    await agent.stop();
    const texts = textsOf(known.lines());
    expect(texts.slice(0, 50)).toEqual(wanted);
    // From some message on all of them, and nothing of what was written while nobody wanted it.
    const written = readFileSync(container.log, 'utf8').trimEnd().split('\n');
    const messages = written.map((line) => line.split(' ').slice(3).join(' '));
    expect(texts.slice(50)).toEqual(messages.slice(messages.indexOf(texts[50] ?? '')));
    expect(texts[50]).toMatch(/^again \d+$/);
  });
});

/** A server that takes connections and never says a word. */
const silentServer = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};

const WAIT_MS = 1_000;

describe('the records of a pod that nobody tells of', () => {
  /** Starts over an empty node, so that the log is new to an agent that runs. */
  const expectPathFacts = async (known: KnownPod, server = known.server): Promise<void> => {
    const flags = known.flags({
      kubernetes: { server, wait: `${WAIT_MS}ms` },
      sources: { rescan_interval: '100ms' },
    });
    await using agent = new NodeAgent(known.node, flags);
    await agent.untilSaid(/birler started/);
    const beganAt = performance.now();
    known.write('one', 'two');
    known.container.link();
    await agent.untilLines(2);
    const tookMs = performance.now() - beganAt;
    expect(tookMs).toBeGreaterThan(WAIT_MS * 0.9);
    // What is more than the wait is the machine's.
    expect(tookMs).toBeLessThan(WAIT_MS + 5_000);
    const { pod, name, restart } = known.container;
    for (const { kubernetes } of known.lines()) {
      expect(kubernetes).toMatchObject({
        namespace_name: 'shop',
        pod_name: pod.name,
        pod_id: pod.uid,
        container_name: name,
        restart_count: restart,
      });
      for (const fact of ['labels', 'owner', 'container_image']) expect(kubernetes).not.toHaveProperty(fact);
    }
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  };

  it('because the server is away: come after the wait, with what the path says', async () => {
    await using known = await KnownPod.start();
    const { port } = known.api;
    await known.api.stop();
    await expectPathFacts(known);
    await known.api.restart(port);
  });

  it('because the server refuses the token: the same', async () => {
    await using known = await KnownPod.start();
    known.api.token = 'another';
    await expectPathFacts(known);
    expect(known.api.requests.length).toBeGreaterThan(0);
  });

  it('because the server says nothing: the same', async () => {
    await using known = await KnownPod.start();
    await using silent = await silentServer();
    await expectPathFacts(known, silent.url);
  });

  it('carry labels as soon as somebody does', async () => {
    await using known = await KnownPod.start();
    known.api.token = 'rotated';
    known.write('one');
    known.container.link();
    await using agent = new NodeAgent(known.node, known.flags({ kubernetes: { wait: '50ms' } }));
    await agent.untilLines(1);
    expect(known.lines()[0]?.kubernetes).not.toHaveProperty('labels');
    writeFileSync(known.node.dir.join('token'), 'rotated');
    await known.writeUntil('later', ({ kubernetes }) => kubernetes?.labels?.['app'] === 'gopanic');
    await agent.stop();
    const counts = known.lines().map(({ log }) => log ?? '');
    expect(counts).toEqual(['one', ...numbered('later', counts.length - 1)]);
  });
});

describe('transforms in a configuration file', () => {
  it('lift fields, find levels and hide secrets, in every output', async () => {
    await using known = await KnownPod.start();
    const { node, container } = known;
    const outputs = [node.output, node.dir.join('second.json')];
    known.write(
      '{"level":"warning","msg":"paid","amount":1.50,"password":"hunter2"}',
      'ERROR login failed password=hunter2 user=ann',
      'nothing to see',
    );
    container.link();
    const flags = known.flags({
      outputs: outputs.map((path) => ({ type: 'file', path, format: 'json' })),
      transforms: [{ type: 'redact' }, { type: 'merge_json' }, { type: 'level' }],
    });
    await using agent = new NodeAgent(node, flags);
    for (const output of outputs) {
      await agent.until(`all is in ${output}`, () => known.lines(output).length === 3);
      expect(known.lines(output)).toMatchObject([
        {
          level: 'warn',
          msg: 'paid',
          amount: 1.5,
          password: '[redacted]',
          log: '{"level":"warning","msg":"paid","amount":1.50,"password":"[redacted]"}',
        },
        { level: 'error', log: 'ERROR login failed password=[redacted] user=ann' },
        { log: 'nothing to see' },
      ]);
      expect(known.lines(output)[2]).not.toHaveProperty('level');
      const text = readFileSync(output, 'utf8');
      expect(text).not.toContain('hunter2');
      expect(text).toContain('"amount":1.50');
    }
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('the log of a Java program', () => {
  it.each(['conmon', 'containerd'])('as %s wrote it: every trace is one record', async (writer) => {
    await using known = await KnownPod.start();
    const { text, messages } = fixtureLog(`multiline/logs/${writer}-checkout-java.log.gz`);
    writeFileSync(known.container.log, text);
    known.container.link();
    await using agent = new NodeAgent(known.node, known.flags({}, '--multiline', 'auto'));
    /** Lines of a std stream, whatever records they are in. */
    const linesOf = (std: Std): readonly string[] =>
      textsOf(known.lines().filter(({ stream }) => stream === std)).flatMap((record) => record.split('\n'));
    await agent.until('all lines have come', () =>
      STD_STREAMS.every((std) => linesOf(std).length >= messages[std].length),
    );
    await agent.stop();
    for (const std of STD_STREAMS) expect(linesOf(std)).toEqual(messages[std]);
    const { stderr } = messages;
    const begins = stderr.indexOf('java.util.concurrent.ExecutionException: outer');
    const trace = stderr.slice(begins, stderr.indexOf('\t... 3 more', begins) + 1);
    expect(trace).toHaveLength(16);
    const records = textsOf(known.lines());
    expect(records.filter((record) => record.includes('ExecutionException: outer'))).toEqual(
      Array.from({ length: 4 }, () => trace.join('\n')),
    );
    const overflow = records.filter((record) => record.includes('at Main.so('));
    expect(overflow).toHaveLength(1);
    expect(overflow[0]?.split('\n')[0]).toBe('Exception in thread "main" java.lang.StackOverflowError');
  });
});

describe('what a scrape tells of treatments', () => {
  it('is how many records were dropped, and that a pod had to wait for its rate', async () => {
    await using known = await KnownPod.start();
    const wanted = numbered(`order ${'x'.repeat(1_000)}`, 200);
    const healthy = numbered('GET /healthz', 40);
    known.write(...wanted.flatMap((message, at) => [message, ...healthy.slice(at, at + 1)]));
    known.container.link();
    const flags = known.flags({
      limits: { rate_per_pod: '64KiB', read_share: '32KiB' },
      transforms: [{ type: 'drop', contains: ['GET /healthz'] }],
    });
    await using agent = new NodeAgent(known.node, [...flags, '--http', '127.0.0.1:0']);
    const port = await agent.until('it says where it answers', () =>
      agent.diagnostics.map(({ port: told }) => Number(told)).find((told) => told > 0),
    );
    await agent.untilLines(wanted.length);
    const scraped = await until('all is counted', async () => {
      const now = await scrape(port);
      return now.value('birler_delivered_records_total') === wanted.length ? now : undefined;
    });
    expect(scraped.value('birler_filtered_records_total')).toBe(healthy.length);
    expect(scraped.value('birler_filtered_bytes_total')).toBe(healthy.join('').length);
    expect(scraped.value('birler_rate_limit_waits_total')).toBeGreaterThan(0);
    expect(scraped.value('birler_losses_total')).toBe(0);
    expect(textsOf(known.lines())).toEqual(wanted);
    await agent.stop();
  });
});
