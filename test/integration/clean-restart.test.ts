import { describe, expect, it } from 'vitest';
import { LoadedNode } from '../support/loaded-node.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { until } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';

describe('a clean stop and start', () => {
  it('loses nothing and repeats nothing, twenty times under load and rotation', async () => {
    await using load = new LoadedNode({
      containers: 4,
      linesPerSecond: 2_000,
      rotateEveryLines: 1_500,
      maxFiles: 20,
    });
    load.resume();
    for (let turn = 0; turn < 20; turn++) {
      await using agent = new NodeAgent(load.node);
      const before = agent.delivered;
      await agent.until('it delivers', () => agent.delivered > before);
      const last = load.written + 500;
      await until('the load has gone on', () => load.written >= last);
      expect(await agent.stop()).toEqual({ code: 0, signal: null });
    }
    await load.pause();
    expect(await collectOnce(load.node)).toMatchObject({ code: 0 });
    expect(verifyNode(load.node, load.accounts)).toMatchObject(allDelivered(load.written));
    expect(load.rotations).toBeGreaterThan(8);
  });
});
