import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import { KubernetesApi } from '../support/kubernetes-api.ts';
import { agentFlags, NodeAgent } from '../support/node-agent.ts';
import { TempNode } from '../support/temp-node.ts';
import { WrittenContainer } from '../support/written-container.ts';

const findingsSchema = z.array(
  z.object({
    subject: z.string(),
    level: z.enum(['ok', 'warn', 'fail']),
    message: z.string(),
    advice: z.string(),
  }),
);

const placesOf = (node: TempNode): string[] => [
  '--logs',
  node.logs,
  '--pods',
  node.pods,
  '--state',
  node.state,
];

describe('birler doctor', () => {
  it('finds a node with a running agent in order, and who holds the state', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(10);
    await using agent = new NodeAgent(node, agentFlags(node));
    await agent.untilDelivered([app.account]);
    const { code, stdout, stderr } = await runBirler(['doctor', '--json', ...placesOf(node)]);
    const findings = findingsSchema.parse(JSON.parse(stdout));
    expect([code, stderr]).toEqual([0, '']);
    expect(findings.filter(({ level }) => level === 'fail')).toEqual([]);
    const told = findings.map(({ subject, message }) => `${subject}: ${message}`);
    expect(told).toContain(`logs directory: ${node.logs} can be read`);
    expect(told).toContain('links: all 1 lead to a file');
    expect(told).toContain('log files: all 2 can be opened');
    expect(told.find((each) => each.includes(`an agent is using it (pid ${agent.pid} on `))).toBeDefined();
    expect(told.find((each) => /^clock: .* old$/.test(each))).toBeDefined();
    expect(told.find((each) => /^file descriptors: \d+ may be open/.test(each))).toBeDefined();
    expect(await agent.stop()).toMatchObject({ code: 0 });
  });

  it('ends with 1 where something is wrong, and says what to do', async () => {
    using node = new TempNode();
    const { code, stdout } = await runBirler([
      'doctor',
      '--logs',
      node.dir.join('nowhere'),
      '--state',
      '/dev/null/x',
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {2}logs directory .*nowhere does not exist\n +→ in a container, mount/m);
    expect(stdout).toMatch(/^FAIL {2}state directory .*is no directory\n +→ name another one/m);
    expect(stdout).toMatch(/2 failed\n$/);
  });

  it('asks the API server as the agent would, and tells a refusal, a wrong certificate and silence apart', async () => {
    using node = new TempNode();
    const [caFile, tokenFile] = [node.dir.join('ca.crt'), node.dir.join('token')];
    const api = await KubernetesApi.start(node.dir.path);
    api.token = 'the-token';
    writeFileSync(tokenFile, 'the-token\n');
    const doctor = async (ca = caFile): Promise<string> => {
      const kubernetes = { node: 'node-a', server: api.url, ca_file: ca, token_file: tokenFile };
      const [, , config = ''] = configFlags(node, { kubernetes, http: { listen: 'off' } });
      const { stdout } = await runBirler(['doctor', '--json', '--config', config]);
      const found = findingsSchema.parse(JSON.parse(stdout)).find(({ subject }) => subject === 'Kubernetes');
      return `${found?.level}: ${found?.message} -> ${found?.advice}`;
    };
    expect(await doctor()).toBe(`ok: ${api.url} lists the pods of node-a -> `);
    expect(api.requests).toMatchObject([
      { method: 'GET', path: '/api/v1/pods', query: { fieldSelector: 'spec.nodeName=node-a', limit: '1' } },
    ]);
    api.refuse('list', 403);
    expect(await doctor()).toMatch(/^fail: .* does not let birler list the pods of node-a \(403\) -> bind/);
    api.token = 'another';
    expect(await doctor()).toMatch(/^fail: .* does not accept the token \(401\)/);
    using other = new TempNode();
    const stranger = await KubernetesApi.start(other.dir.path);
    await stranger.stop();
    expect(await doctor(other.dir.join('ca.crt'))).toMatch(
      /^fail: .* -> the server's certificate is not signed by .*ca.crt/,
    );
    await api.stop();
  });
});
