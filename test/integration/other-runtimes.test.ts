import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configFlags } from '../support/config-file.ts';
import { ConmonContainer } from '../support/conmon.ts';
import { Dockerd, linkDockerLog } from '../support/dockerd.ts';
import { rotateAsKubelet } from '../support/kubelet-rotation.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { shellWriter } from '../support/shell-writer.ts';
import { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';

const LINES = 6_000;
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

describe('real conmon', () => {
  it('is followed through rotations, with its 8 KiB pieces and its +00:00', async () => {
    using node = new TempNode();
    const container = node.container();
    const writer = shellWriter(container.key, LINES);
    await using agent = new NodeAgent(node, configFlags(node, { limits: { partial_age: '2s' } }));
    await agent.untilSaid(/started/); // Or the first rotations would be over before it looks.
    await using conmon = await new ConmonContainer(container.log, writer.script).start();
    container.link();
    for (let turn = 0; turn < 4; turn++) {
      await until('the log has grown', () => sizeOf(container.log) > 40_000);
      await rotateAsKubelet(container.log, { maxFiles: 3, reopen: () => conmon.reopenLog() });
    }
    await conmon.untilExited();
    expect(readFileSync(container.log, 'latin1')).toMatch(/\+00:00 stdout P /);
    await agent.untilDelivered([writer.account]);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(verifyNode(node, [writer.account], 'std')).toMatchObject(allDelivered(LINES + 1));
  });
});

describe('real dockerd, json-file', () => {
  it('is followed through max-size rotations with compression, and read again in one run', async () => {
    using node = new TempNode();
    await using docker = await Dockerd.start();
    const pod = node.pod({ namespace: 'shop', name: 'web-0' });
    const writer = shellWriter(`${pod.uid}/app/0`, LINES);
    await using agent = new NodeAgent(node, configFlags(node, { limits: { partial_age: '2s' } }));
    await agent.untilSaid(/started/); // Or the first rotations would be over before it looks.
    const container = docker.run(writer.script, { 'max-size': '100k', 'max-file': '20', compress: 'true' });
    expect(linkDockerLog(pod, 'app', container)).toBe(writer.account.stream);
    await docker.untilExited(container);
    await agent.untilDelivered([writer.account]);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(readdirSync(dirname(container.log)).filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(
      2,
    );
    expect(verifyNode(node, [writer.account], 'std')).toMatchObject(allDelivered(LINES + 1));

    node.forAnotherAgent();
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [writer.account], 'std')).toMatchObject(allDelivered(LINES + 1));
    docker.remove(container);
  });
});
