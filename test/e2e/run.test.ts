import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lagOf, readStatus } from '../support/agent-status.ts';
import { BIRLER, BirlerProcess, runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import { messageText, mixedKind } from '../support/messages.ts';
import { agentFlags, collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { readOutput } from '../support/output-lines.ts';
import { readCri } from '../support/reference-reader.ts';
import { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const places = (node: TempNode): string[] => [
  '--logs',
  node.logs,
  '--pods',
  node.pods,
  '--state',
  node.state,
];

/** Runs a command on a terminal of its own. */
async function onTerminal(args: readonly string[]): Promise<string> {
  const command = [BIRLER, ...args].map((word) => `'${word}'`).join(' ');
  const { NO_COLOR: _, ...environment } = process.env;
  const words = ['--quiet', '--return', '--command', command, '/dev/null'];
  const { stdout } = await promisify(execFile)('script', words, {
    env: { ...environment, TERM: 'xterm-256color' },
  });
  return stdout;
}

describe('birler run', () => {
  it('delivers what is there with --once and ends with 0; a second run has nothing to add', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(300);
    expect(await collectOnce(node)).toMatchObject({ code: 0, stdout: '' });
    expect(await collectOnce(node)).toMatchObject({ code: 0, stdout: '' });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(300));
  });

  it('prints JSON lines on stdout where that is no terminal, and its own messages on stderr only', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    const { code, stdout, stderr } = await runBirler(['run', ...places(node), '--once']);
    expect(code).toBe(0);
    writeFileSync(node.output, stdout);
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(100));
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  });

  it('carries the names of pod and container in every line', async () => {
    using node = new TempNode();
    const pod = node.pod({ namespace: 'shop', name: 'web-7d9f-x2x' });
    using app = new WrittenContainer(pod.container('nginx', 3));
    app.write(1);
    await collectOnce(node);
    const [line] = readOutput(node.output);
    expect(line?.time).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}Z$/);
    expect(line?.kubernetes?.host).not.toBe('');
    expect(line).toMatchObject({
      stream: 'stdout',
      log: messageText(mixedKind(0), 0),
      kubernetes: {
        namespace_name: 'shop',
        pod_name: 'web-7d9f-x2x',
        pod_id: pod.uid,
        container_name: 'nginx',
        container_id: app.container.id,
        restart_count: 3,
      },
    });
  });

  it('is pretty on a terminal', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    app.write(3);
    const shown = await onTerminal(['run', ...places(node), '--once', '--log-level', 'silent']);
    expect(shown).toContain('\u001B[');
    expect(shown.split('\n').filter((line) => line.includes('GET /orders/'))).toHaveLength(3);
    expect(shown).toMatch(/app-0.*app/);
  });

  it('writes several outputs in several formats, each with positions of its own', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    const [raw, cri] = [node.dir.join('deep', 'er', 'raw.log'), node.dir.join('cri.log')];
    const outputs = [
      { type: 'file', path: node.output, format: 'json' },
      { type: 'file', path: raw, format: 'raw' },
    ];
    expect(await runBirler(configFlags(node, { outputs }, '--once'))).toMatchObject({ code: 0 });
    app.write(100);
    const more = [...outputs, { type: 'file', path: cri, format: 'cri' }];
    expect(await runBirler(configFlags(node, { outputs: more }, '--once'))).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(300));
    const messages = readOutput(node.output).map((line) => line.log);
    expect(readFileSync(raw, 'utf8').trimEnd().split('\n')).toEqual(messages);
    expect(readCri(readFileSync(cri)).map(({ message }) => message.toString('utf8'))).toEqual(messages);
  });

  it('gives the same record the same id on every machine, and every record its own', async () => {
    const uid = '00000000-0000-4000-8000-000000000001';
    const idsOf = async (bytes: Buffer): Promise<string[]> => {
      using node = new TempNode();
      const container = node.pod({ namespace: 'shop', name: 'web-0', uid }).container('app');
      writeFileSync(container.log, bytes);
      container.link();
      const outputs = [{ type: 'file', path: node.output, format: 'json', record_id: true }];
      expect(await runBirler(configFlags(node, { outputs }, '--once'))).toMatchObject({ code: 0 });
      return readOutput(node.output).map((line) => line.id ?? '');
    };
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    const bytes = readFileSync(app.container.log);
    const ids = await idsOf(bytes);
    expect(new Set(ids).size).toBe(200);
    expect(await idsOf(bytes)).toEqual(ids);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('delivers, checkpoints and ends with 0 on %s', async (signal) => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(500);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    agent.signal(signal);
    expect(await agent.ended()).toEqual({ code: 0, signal: null });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(500));
    const status = await readStatus(node.state);
    expect(status === undefined ? -1 : lagOf(status)).toBe(0);
  });

  it('ends at once on a second signal', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    app.write(60_000);
    await using agent = new BirlerProcess(['run', ...places(node), '--grace', '60s'], { readStdout: false });
    await agent.untilSaid(/started/);
    agent.signal('SIGTERM');
    await agent.untilSaid(/stopping/);
    agent.signal('SIGTERM');
    await agent.ended(5_000);
    expect(agent.isRunning).toBe(false);
  });

  it('takes the directory of the logs from CONTAINER_LOG_DIRECTORY', async () => {
    using node = new TempNode();
    writeFileSync(join(node.logs, 'app.log'), 'one\ntwo\n');
    const environment = { CONTAINER_LOG_DIRECTORY: node.logs };
    const { stdout } = await runBirler(['run', '--state', node.state, '--once', '--format', 'raw'], {
      environment,
    });
    expect(stdout).toBe('one\ntwo\n');
  });
});

describe('birler status', () => {
  it('tells where every stream stands, of a running and of a stopped agent', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(50);
    await using agent = new NodeAgent(node, agentFlags(node));
    await until('the status shows that everything is delivered', async () => {
      const status = await readStatus(node.state);
      return status?.outputs[0]?.ledger.delivered.records === 50 && lagOf(status) === 0;
    });
    const running = await runBirler(['status', '--state', node.state]);
    expect(running).toMatchObject({ code: 0, stderr: '' });
    expect(running.stdout).toMatch(/is running/);
    expect(running.stdout).toContain('shop/app-0/app');
    await agent.stop();
    app.write(50);
    const stopped = await runBirler(['status', '--state', node.state]);
    expect(stopped.stdout).toMatch(/not running/);
    expect(lagOf((await readStatus(node.state)) ?? { outputs: [] })).toBeGreaterThan(0);
  });

  it('sees a lag that has grown over a rotation since the agent was stopped', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(50);
    await collectOnce(node);
    const sizes = [app.write(50).sizeBytes];
    await app.rotate();
    sizes.push(app.write(50).sizeBytes);
    const status = await readStatus(node.state);
    const read = status?.outputs[0]?.streams[0]?.generations[0]?.offset ?? 0;
    expect(status === undefined ? 0 : lagOf(status)).toBe(sizes.reduce((sum, size) => sum + size, -read));
  });
});
