import { readdirSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFlags } from '../support/config-file.ts';
import { Containerd } from '../support/containerd.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { RuntimePod } from '../support/runtime-pod.ts';
import { shellWriter } from '../support/shell-writer.ts';
import { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';

const LINES = 6_000;
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

describe('real containerd', () => {
  let containerd: Containerd;
  beforeAll(async () => {
    containerd = await Containerd.start();
  });
  afterAll(() => containerd[Symbol.asyncDispose]());

  it('is followed through rotations, deletion of the oldest, a restart and the removal of the containers', async () => {
    using node = new TempNode();
    const pod = node.pod({ namespace: 'shop', name: 'web-0' });
    await using runtime = new RuntimePod(containerd.client, pod);
    await using agent = new NodeAgent(node, configFlags(node, { limits: { partial_age: '2s' } }));
    await agent.untilSaid(/started/); // Or the first rotations would be over before it looks.
    const [first, second] = [shellWriter(`${pod.uid}/app/0`, LINES), shellWriter(`${pod.uid}/app/1`, 500)];
    const container = await runtime.start('app', first.script);
    for (let turn = 0; turn < 5; turn++) {
      await until('the log has grown', () => sizeOf(container.log) > 40_000);
      await container.rotate({ maxFiles: 3 });
    }
    await container.untilExited();
    const restarted = await runtime.start('app', second.script, 1);
    await container.remove();
    await restarted.untilExited();
    await agent.untilDelivered([first.account, second.account]);
    await restarted.remove();
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(verifyNode(node, [first.account, second.account], 'std')).toMatchObject(allDelivered(LINES + 502));
  });

  it('is read by a single run when all of its generations are still there', async () => {
    using node = new TempNode();
    const pod = node.pod({ namespace: 'shop', name: 'batch-0' });
    await using runtime = new RuntimePod(containerd.client, pod);
    const writer = shellWriter(`${pod.uid}/job/0`, LINES);
    const container = await runtime.start('job', writer.script);
    for (let turn = 0; turn < 3; turn++) {
      await until('the log has grown', () => sizeOf(container.log) > 40_000);
      await container.rotate();
    }
    await container.untilExited();
    expect(readdirSync(`${pod.directory}/job`).filter((name) => name.endsWith('.gz'))).toHaveLength(2);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    await container.remove();
    expect(verifyNode(node, [writer.account], 'std')).toMatchObject(allDelivered(LINES + 1));
  });
});
