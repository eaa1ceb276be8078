import { describe, expect, it } from 'vitest';
import { gapsOf, readStatus } from '../support/agent-status.ts';
import { agentFlags, collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { TempNode } from '../support/temp-node.ts';
import { WrittenContainer } from '../support/written-container.ts';

/** What the kubelet removed while no agent was there to see it. */
describe('files that vanished while the agent was stopped', () => {
  it('keep --once from nothing when all of them had been delivered', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(50);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    app.removeFiles();
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    // Nothing that was seen is missing; what may have been written after the last look, nobody can know.
    expect(verifyNode(node, [app.account])).toMatchObject({ delivered: 50, missing: 0 });
    expect(gapsOf(await readStatus(node.state))).toMatchObject([
      { reason: 'deleted', events: 1, bytes: 0, unknownEvents: 1 },
    ]);
  });

  it('are told as lost when they had been seen and not delivered', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(50);
    // A pipe that nobody reads: the agent sees the file, and delivers no more than fits into the pipe.
    const flags = agentFlags(node).with(agentFlags(node).indexOf(`file:${node.output}`), 'stdout');
    app.write(5_000);
    await using agent = new NodeAgent(node, flags, { readStdout: false });
    await agent.until('a checkpoint that knows the file', async () => {
      const status = await readStatus(node.state);
      return status?.outputs.some(({ streams }) => streams.some(({ lagBytes }) => lagBytes > 0));
    });
    await agent.killHard();
    app.removeFiles();
    await using next = new NodeAgent(node, [...flags, '--once']);
    expect(await next.ended()).toMatchObject({ code: 0 });
    expect(gapsOf(await readStatus(node.state))).toMatchObject([
      { reason: 'deleted', events: 2, unknownEvents: 1 },
    ]);
  });
});
