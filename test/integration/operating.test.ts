import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BirlerProcess } from '../support/birler-process.ts';
import { ask, RawClient } from '../support/http.ts';
import { agentFlags, NodeAgent } from '../support/node-agent.ts';
import { type Scraped, scrape } from '../support/scraped.ts';
import { TempNode } from '../support/temp-node.ts';
import { WrittenContainer } from '../support/written-container.ts';

const HTTP = ['--http', '127.0.0.1:0'] as const;

const portOf = async (agent: BirlerProcess): Promise<number> => {
  const line = await agent.until('the agent answers', () =>
    agent.diagnostics.find((each) => typeof each['port'] === 'number'),
  );
  return Number(line['port']);
};

/** Waits for a scrape that is as it should be. */
const untilScraped = (
  agent: BirlerProcess,
  port: number,
  what: string,
  condition: (scraped: Scraped) => boolean,
): Promise<Scraped> =>
  agent.until(what, async () => {
    const scraped = await scrape(port);
    return condition(scraped) ? scraped : undefined;
  });

describe('an agent that is asked', () => {
  it('tells what it has read and delivered, and promtool finds nothing wrong', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(1_000);
    await using agent = new NodeAgent(node, agentFlags(node, ...HTTP));
    await agent.untilDelivered([app.account]);
    const port = await portOf(agent);
    const scraped = await untilScraped(
      agent,
      port,
      'all is acknowledged',
      (now) => now.value('birler_lag_bytes') === 0,
    );
    const labels = { output: `file:${node.output}` };
    expect(scraped.value('birler_read_bytes_total')).toBe(statSync(app.container.log).size);
    expect(scraped.value('birler_delivered_records_total', labels)).toBe(1_000);
    expect(scraped.value('birler_accepted_records_total', labels)).toBe(1_000);
    expect(scraped.value('birler_delivered_bytes_total', labels)).toBe(statSync(node.output).size);
    expect(scraped.value('birler_losses_total')).toBe(0);
    expect(scraped.value('birler_streams')).toBe(1);
    expect(scraped.value('birler_open_files')).toBe(1);
    expect(scraped.matching('birler_stream_lag_bytes')).toEqual([]);
    expect(scraped.value('process_resident_memory_bytes')).toBeGreaterThan(20e6);
    expect(scraped.value('process_open_fds')).toBeGreaterThan(5);
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: scraped.text, encoding: 'utf8' });
    expect([checked.error, checked.status, checked.stdout + checked.stderr]).toEqual([undefined, 0, '']);
    expect(await agent.stop()).toMatchObject({ code: 0 });
  });

  it('tells which streams are behind an output that takes nothing, and forgets them when they are gone', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    app.write(60_000);
    const flags = agentFlags(node, ...HTTP).map((flag) => (flag === `file:${node.output}` ? 'stdout' : flag));
    await using agent = new BirlerProcess(flags, { readStdout: false });
    const port = await portOf(agent);
    const size = statSync(app.container.log).size;
    const isBehind = (now: Scraped): boolean => now.value('birler_blocked_seconds') > 0.5;
    const behind = await untilScraped(agent, port, 'the output is blocked', isBehind);
    const stream = { log_namespace: 'shop', log_pod: 'app-0', log_container: 'app' };
    const delivered = behind.value('birler_delivered_records_total');
    expect(delivered).toBeLessThan(60_000);
    const lagBytes = behind.value('birler_stream_lag_bytes', stream);
    expect(lagBytes).toBeGreaterThan(0);
    expect(lagBytes).toBeLessThanOrEqual(size);
    expect(behind.value('birler_lag_bytes')).toBe(lagBytes);
    expect(behind.value('birler_stream_lag_seconds', stream)).toBeGreaterThan(0);
    expect(behind.value('birler_in_flight_bytes')).toBeGreaterThan(0);
    app.container.unlink();
    app.container.pod.remove();
    const held = await untilScraped(
      agent,
      port,
      'the file is held',
      (now) => now.value('birler_held_deleted_bytes') > 0,
    );
    expect(held.value('birler_held_deleted_bytes')).toBe(size);
    agent.readStdout();
    const gone = await untilScraped(
      agent,
      port,
      'nothing is left',
      (now) => now.value('birler_streams') === 0,
    );
    expect(gone.matching('birler_stream_lag_bytes')).toEqual([]);
    expect(gone.value('birler_delivered_records_total')).toBe(60_000);
    expect(gone.value('birler_held_deleted_bytes')).toBe(0);
  });

  it('is not ready while its directory is missing', async () => {
    using node = new TempNode();
    rmSync(node.logs, { recursive: true });
    await using agent = new NodeAgent(node, agentFlags(node, ...HTTP));
    const port = await portOf(agent);
    await agent.until('it is not ready', async () => {
      const { status, body } = await ask(port, '/readyz');
      return status === 503 && body === `not ready: the logs directory ${node.logs} does not exist\n`;
    });
    expect((await ask(port, '/livez')).status).toBe(200);
    mkdirSync(node.logs);
    await agent.until('it is ready', async () => (await ask(port, '/readyz')).status === 200);
  });

  it('shows its state, and live what comes, without an effect on what is delivered', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    using other = new WrittenContainer(node.container('other'), { kindOf: () => 'plain' });
    await using agent = new NodeAgent(node, agentFlags(node, ...HTTP));
    const port = await portOf(agent);
    app.write(5);
    other.write(5);
    await agent.untilLines(10);
    const request = 'GET /debug/tap?format=json&stream=*/app-0/* HTTP/1.1\r\nHost: localhost\r\n\r\n';
    using client = new RawClient(port, request);
    await agent.until('the tap is open', async () => (await scrape(port)).value('birler_taps') === 1);
    app.write(3);
    other.write(3);
    await agent.untilDelivered([app.account, other.account]);
    await agent.until('it is shown', () => client.received.split('"pod_name":"app-0"').length === 4);
    expect(client.received).not.toContain('other-0');
    const { body } = await ask(port, '/debug/state');
    expect(JSON.parse(body)).toMatchObject({
      notReady: [],
      taps: 1,
      streams: [{ lanes: [{ outputs: [`file:${node.output}`] }] }, {}],
    });
  });

  it('is shown by birler tap, until the agent ends', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    await using agent = new NodeAgent(node, agentFlags(node, ...HTTP));
    const port = await portOf(agent);
    await using tap = new BirlerProcess([
      'tap',
      'shop/**',
      '--format',
      'raw',
      '--url',
      `http://127.0.0.1:${port}`,
    ]);
    await agent.until('the tap is open', async () => (await scrape(port)).value('birler_taps') === 1);
    app.write(3);
    await tap.until('three lines', () => tap.out.lines >= 3);
    await agent.stop();
    expect(await tap.ended()).toMatchObject({ code: 0 });
    expect(tap.stderr).toBe('birler: the agent has hung up\n');
  });

  it('is let go by birler tap when nobody reads that any more', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    await using agent = new NodeAgent(node, agentFlags(node, ...HTTP));
    const port = await portOf(agent);
    await using tap = new BirlerProcess(['tap', '--url', `http://127.0.0.1:${port}`], { readStdout: false });
    await agent.until('the tap is open', async () => (await scrape(port)).value('birler_taps') === 1);
    tap.child.stdout?.destroy();
    await tap.until('it ends', () => {
      app.write(1);
      return !tap.isRunning;
    });
    expect(await tap.exit).toMatchObject({ code: 0 });
  });

  it('says so when the port is taken, and delivers', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    await using first = new NodeAgent(node, agentFlags(node, ...HTTP));
    const port = await portOf(first);
    node.forAnotherAgent();
    await using second = new NodeAgent(node, agentFlags(node, '--http', `127.0.0.1:${port}`));
    await second.untilSaid(/cannot answer on HTTP/);
    app.write(10);
    await second.untilDelivered([app.account]);
    expect(second.isRunning).toBe(true);
  });

  it('does not answer with --once', async () => {
    using node = new TempNode();
    await using agent = new NodeAgent(node, agentFlags(node, '--once', ...HTTP));
    expect(await agent.ended()).toMatchObject({ code: 0 });
    expect(agent.stderr).not.toContain('HTTP');
  });
});
