import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpConfig } from '../../src/config/http.ts';
import type { Batch } from '../../src/core/batch.ts';
import { HttpServer } from '../../src/serve/http-server.ts';
import { Overview } from '../../src/serve/overview.ts';
import { realClock } from '../../src/system/real-clock.ts';
import { realMachine } from '../../src/system/real-machine.ts';
import { Events } from '../../src/telemetry/events.ts';
import type { AgentSnapshot } from '../../src/telemetry/snapshot.ts';
import { makeBatch } from '../support/batches.ts';
import { ask, RawClient } from '../support/http.ts';
import { ownAddress } from '../support/own-address.ts';
import { until } from '../support/until.ts';
import { lag, output, podOrigin, snapshot } from '../unit/serve/fake-snapshot.ts';

const servers: HttpServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server over an agent that a test can make say anything. */
const setUp = async (parts: Partial<HttpConfig> = {}, agent: AgentSnapshot = snapshot()) => {
  const said: Record<string, unknown>[] = [];
  const stream = new Writable({
    write: (line: Buffer, _encoding, done) => {
      said.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  const world = { agent, said, port: 0 };
  const tapped: { name: string; onBatch: ((batch: Batch) => void) | undefined } = {
    name: 'out',
    onBatch: undefined,
  };
  const overview = new Overview({
    clock: realClock,
    kernel: 'wasm',
    discovery: { snapshot: () => world.agent.directories },
    tailing: {
      streamKeys: world.agent.lags.map(({ key }) => key),
      snapshot: () => world.agent.reading,
      lags: () => world.agent.lags,
      describe: () => [],
    },
    outputs: [Object.assign(tapped, { snapshot: () => world.agent.outputs[0] ?? output() })],
    checkpointer: { snapshot: () => world.agent.checkpoint },
    counters: world.agent.counters,
  });
  const server = new HttpServer(
    { host: '127.0.0.1', port: 0, debug: 'loopback', ...parts },
    {
      overview,
      machine: realMachine(false),
      clock: realClock,
      events: new Events(pino(stream), () => realClock.monotonic()),
      version: '1.2.3',
    },
  );
  servers.push(server);
  server.start();
  await until('the server says something', () => said.length > 0);
  world.port = Number(said[0]?.['port']);
  return { ...world, world, tapped };
};

describe('the server', () => {
  it('answers what there is, and says what there is to those who ask for something else', async () => {
    const { port } = await setUp();
    expect(await ask(port, '/livez')).toMatchObject({ status: 200, body: 'ok\n' });
    expect(await ask(port, '/readyz')).toMatchObject({ status: 200, body: 'ok\n' });
    const metrics = await ask(port, '/metrics');
    expect(metrics).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    expect(metrics.body).toContain('\nbirler_streams 2\n');
    expect(await ask(port, '/metrics', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(await ask(port, '/')).toMatchObject({ status: 200, body: /\/debug\/state/ });
    expect((await ask(port, '/../etc/passwd')).status).toBe(404);
  });

  it('is not ready with reasons, as text and as JSON', async () => {
    const { world, port } = await setUp();
    world.agent = snapshot({ directories: { ...world.agent.directories, isMissing: true } });
    const missing = 'the logs directory /var/log/containers does not exist';
    expect(await ask(port, '/readyz')).toMatchObject({ status: 503, body: `not ready: ${missing}\n` });
    const { body } = await ask(port, '/readyz', { headers: { accept: 'application/json' } });
    expect(JSON.parse(body)).toEqual({ ready: false, reasons: [missing] });
    expect((await ask(port, '/livez')).status).toBe(200);
  });

  it('shows the state, with so many streams as are asked for', async () => {
    const lags = [lag(podOrigin('web-0'), 5)];
    const { port } = await setUp({}, snapshot({ lags }));
    const { body, status } = await ask(port, '/debug/state?streams=1');
    expect([status, JSON.parse(body)]).toMatchObject([
      200,
      { version: '1.2.3', notReady: [], reading: { streams: 2 }, streamsNotShown: 2 },
    ]);
    for (const streams of ['x', '-1', '1.5'])
      expect((await ask(port, `/debug/state?streams=${streams}`)).status).toBe(400);
  });

  it('goes on without its port, says so, and takes it when it is free', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => {
      holder.listen(0, '127.0.0.1', resolve);
    });
    const address = holder.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const { said } = await setUp({ port });
    expect(said[0]).toMatchObject({ level: 50, listen: `127.0.0.1:${port}`, reason: /EADDRINUSE/ });
    await new Promise((resolve) => {
      holder.close(resolve);
    });
    await until('it answers', () => said.some((line) => line['port'] === port), 20_000);
    expect((await ask(port, '/livez')).status).toBe(200);
  });
});

describe('/debug', () => {
  it('is refused to web pages, which come with a name or an origin of their own', async () => {
    const { port } = await setUp();
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await ask(port, '/debug/state', { headers })).status;
    expect(await status({ host: `evil.example:${port}` })).toBe(403);
    expect(await status({ host: `127.0.0.1.evil.example:${port}` })).toBe(403);
    expect(await status({ host: `127.0.0.1:${port}`, origin: 'http://evil.example' })).toBe(403);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `[::1]:${port}` })).toBe(200);
    expect(await status({ host: '10.1.2.3' })).toBe(200);
  });

  it('is for programs on this machine only, unless the configuration says otherwise', async () => {
    const own = ownAddress();
    for (const [debug, status] of [
      ['loopback', 403],
      ['all', 200],
      ['off', 403],
    ] as const) {
      const { port } = await setUp({ host: '0.0.0.0', debug });
      if (own !== undefined) expect((await ask(port, '/debug/state', { host: own })).status).toBe(status);
      expect((await ask(port, '/debug/state')).status).toBe(debug === 'off' ? 403 : 200);
      expect((await ask(port, '/metrics')).status).toBe(200);
    }
  });
});

describe('a tap', () => {
  it('shows what the output is given while somebody listens, and nobody looks before and after', async () => {
    const { port, tapped } = await setUp();
    expect(tapped.onBatch).toBeUndefined();
    const client = new RawClient(
      port,
      `GET /debug/tap?format=raw&stream=shop/** HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    const onBatch = await until('somebody looks', () => tapped.onBatch);
    onBatch(makeBatch({ records: [{ message: 'hello' }] }));
    await until('it is shown', () => client.received.includes('hello\n'));
    client.socket.destroy();
    await until('nobody looks any more', () => tapped.onBatch === undefined);
  });

  it('is refused for outputs and formats that do not exist, and when there are four', async () => {
    const { port, tapped } = await setUp();
    expect(await ask(port, '/debug/tap?output=x')).toMatchObject({
      status: 400,
      body: 'no output is called "x"; there is out\n',
    });
    expect((await ask(port, '/debug/tap?format=xml')).status).toBe(400);
    expect((await ask(port, `/debug/tap?stream=${'*'.repeat(600)}`)).status).toBe(400);
    const text = 'GET /debug/tap HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const clients = Array.from({ length: 4 }, () => new RawClient(port, text));
    await until('all are open', () => clients.every(({ received }) => received.includes('200 OK')));
    expect(await ask(port, '/debug/tap')).toMatchObject({ status: 503 });
    for (const { socket } of clients) socket.destroy();
    await until('they are closed', () => tapped.onBatch === undefined);
  });

  it('does not gather memory for a client that takes nothing', async () => {
    const { port, tapped } = await setUp();
    const client = new RawClient(port, 'GET /debug/tap?format=raw HTTP/1.1\r\nHost: localhost\r\n\r\n');
    client.socket.pause();
    const onBatch = await until('somebody looks', () => tapped.onBatch);
    const batch = makeBatch({ records: [{ message: 'x'.repeat(200_000) }] });
    const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    for (let time = 0; time < 5_000; time++) onBatch(batch);
    const gathered = process.memoryUsage().external + process.memoryUsage().arrayBuffers - before;
    expect(gathered).toBeLessThan(16 * 1024 ** 2);
    client.socket.destroy();
  });
});

describe('hostile clients', () => {
  it('cannot send bodies, other methods, large headers or things that are no HTTP', async () => {
    const { port } = await setUp();
    expect((await ask(port, '/metrics', { method: 'POST' })).status).toBe(405);
    expect((await ask(port, '/livez', { method: 'DELETE' })).status).toBe(405);
    for (const [text, answer] of [
      ['GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello', /^HTTP\/1.1 413/],
      ['GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', /^HTTP\/1.1 413/],
      ['GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n', /^HTTP\/1.1 413/],
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /^$/],
      [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, /^$/],
      ['GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n', /^$/],
      ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400/],
      ['\u0016\u0003\u0001\u0002\u0000\u0001', /^$/],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^$/],
    ] as const) {
      using client = new RawClient(port, text);
      await until(
        () => `it hangs up after ${JSON.stringify(text.slice(0, 60))}`,
        () => client.isClosed,
      );
      expect(client.received).toMatch(answer);
    }
    expect((await ask(port, '/livez')).status).toBe(200);
  });

  it('cannot take their time for the headers', async () => {
    const { port } = await setUp();
    using client = new RawClient(port, 'GET / HTTP/1.1\r\nHost: a\r\n');
    await until('it hangs up', () => client.isClosed, 15_000);
    expect(client.received).toMatch(/^$|408/);
  });

  it('cannot keep others out by holding connections open', async () => {
    const { port } = await setUp();
    const clients = Array.from(
      { length: 200 },
      () => new RawClient(port, 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'),
    );
    await until(
      'somebody else gets an answer',
      async () => {
        try {
          return (await ask(port, '/livez')).status === 200;
        } catch {
          return false; // Dropped: there is room a moment later.
        }
      },
      20_000,
    );
    // One that was never answered is not the server's: where its queue was full, the kernel lets the client believe for
    // seconds that it is connected.
    const open = (): number =>
      clients.filter(({ isClosed, received }) => !isClosed && received !== '').length;
    await until(
      () => `${open()} are open`,
      () => open() <= 64,
    );
    expect(open()).toBeLessThanOrEqual(64);
    for (const { socket } of clients) socket.destroy();
  });

  it('cannot make it gather answers that nobody takes', async () => {
    const lags = Array.from({ length: 2_000 }, (_, at) => lag(podOrigin(`web-${at}`), 5));
    const { port } = await setUp({}, snapshot({ lags }));
    const request = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';
    const clients = Array.from({ length: 20 }, () => {
      const client = new RawClient(port, request.repeat(500));
      client.socket.pause();
      return client;
    });
    const before = process.memoryUsage().rss;
    await until('it still answers', async () => (await ask(port, '/livez')).status === 200);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
    for (const { socket } of clients) socket.destroy();
    await until('there is room again', async () => (await ask(port, '/metrics')).status === 200);
  });
});
