import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/store.ts';
import { realFiles } from '../../src/system/real-files.ts';
import { gapsOf, readStatus } from '../support/agent-status.ts';
import { agentFlags, collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { messagesByStream, readOutput } from '../support/output-lines.ts';
import { openPaths } from '../support/process-usage.ts';
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

  /** Beside a live file that stays a rotated name may be a copy in the making: it is judged after five seconds. */
  const stopBeforeJudged = async (node: TempNode, end: (agent: NodeAgent) => Promise<unknown>) => {
    const [live, older] = [join(node.logs, 'app.log'), join(node.logs, 'app.log.1')];
    writeFileSync(live, 'live\n');
    await using agent = new NodeAgent(node);
    await agent.untilLines(1);
    writeFileSync(older, 'older\n');
    await agent.until('the older file is held', () => openPaths(agent.pid).includes(older));
    await agent.until('a checkpoint that knows of it', async () => {
      const { streams } = await readCheckpoint(realFiles, node.state);
      return [...streams.values()].some(({ unjudged }) => unjudged?.some(({ path }) => path === older));
    });
    await end(agent);
    return older;
  };
  const gapsTold = (node: TempNode) =>
    readOutput(node.output).flatMap(({ gap }) => (gap === undefined ? [] : [gap]));

  it.each<readonly [string, (agent: NodeAgent) => Promise<unknown>]>([
    ['stopped', (agent) => agent.stop()],
    ['killed', (agent) => agent.killHard()],
  ])('are told with their size when nobody could say yet what they were: %s', async (_, end) => {
    using node = new TempNode();
    unlinkSync(await stopBeforeJudged(node, end));
    for (let turn = 0; turn < 2; turn++) {
      expect(await collectOnce(node)).toMatchObject({ code: 0 });
      expect(gapsTold(node)).toMatchObject([{ reason: 'deleted', bytes: 6 }]);
      expect(gapsOf(await readStatus(node.state))).toMatchObject([
        { reason: 'deleted', events: 1, bytes: 6 },
      ]);
    }
  });

  it('are not told, but read, when they have another name by then', async () => {
    using node = new TempNode();
    const older = await stopBeforeJudged(node, (agent) => agent.stop());
    renameSync(older, join(node.logs, 'app.log.2'));
    await using next = new NodeAgent(node);
    await next.untilLines(2);
    await next.stop();
    expect(messagesByStream(readOutput(node.output)).get('file/app.log')).toEqual(['live', 'older']);
    expect(gapsTold(node)).toEqual([]);
  });
});
