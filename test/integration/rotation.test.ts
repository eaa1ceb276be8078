import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Account } from '../support/account.ts';
import { criLine } from '../support/cri-writer.ts';
import { compress } from '../support/kubelet-rotation.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { messagesByStream, readOutput } from '../support/output-lines.ts';
import { PlainWriter } from '../support/plain-writer.ts';
import { openPaths } from '../support/process-usage.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

describe('rotation by the kubelet, while the agent runs', () => {
  it('delivers across ten rotations, with writes to the renamed file and deletion of the oldest', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 10; turn++) {
      app.write(100);
      await app.rotate({ inTheGap: () => void app.write(20) });
      await agent.untilDelivered([app.account]);
    }
    app.write(100);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(1_400));
  });

  it('keeps reading the renamed file for as long as the path does not exist', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(10);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await app.rotate({
      inTheGap: async () => {
        app.write(50);
        await agent.untilDelivered([app.account]);
        app.write(50);
      },
    });
    app.write(10);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(120));
  });

  it('takes no harm from a rotation that the kubelet had to undo', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 3; turn++) {
      app.write(50);
      const undone = app.rotate({
        inTheGap: () => agent.untilDelivered([app.account]),
        reopen: () => Promise.reject(new Error('the runtime is busy')),
      });
      await expect(undone).rejects.toThrow('the runtime is busy');
      app.write(50);
      await agent.untilDelivered([app.account]);
    }
    await app.rotate();
    app.write(50);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(350));
  });

  it('finds everything of three rotations that happened between two looks', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.freeze();
    for (let turn = 0; turn < 3; turn++) {
      app.write(500);
      await app.rotate();
    }
    app.write(10);
    agent.thaw();
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(1_610));
  });

  it('drains a file by its descriptor that was rotated and deleted unread', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(10);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.freeze();
    app.write(5_000);
    const { rotatedTo } = await app.rotate();
    unlinkSync(rotatedTo);
    app.write(10);
    agent.thaw();
    await agent.untilDelivered([app.account]);
    await agent.until(
      'the deleted file is let go',
      () => !openPaths(agent.pid).some((path) => path.endsWith('(deleted)')),
    );
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(5_020));
  });

  it('drains what a removed pod has left behind', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(10);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.freeze();
    app.write(2_000);
    app.removeFiles();
    app.container.pod.remove();
    agent.thaw();
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(2_010));
  });

  it('delivers the open end of a deleted file when it is stopped: nobody can come back to it', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(5);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    app.writer.writeBytes(criLine('stdout', 'P', 'last words'));
    app.writer.writeBytes(criLine('stderr', 'F', 'meanwhile'));
    await agent.untilLines(6);
    app.removeFiles();
    expect(await agent.stop()).toMatchObject({ code: 0 });
    await collectOnce(node);
    const messages = messagesByStream(readOutput(node.output)).get(app.container.key);
    expect(messages).toContain('last words');
  });

  it('joins a line that a rotation has cut', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'plain' });
    await using agent = new NodeAgent(node);
    app.writer.writeBytes(criLine('stdout', 'P', 'the head #0, '));
    await app.rotate();
    app.writer.writeBytes(criLine('stderr', 'F', 'between'));
    app.writer.writeBytes(criLine('stdout', 'P', 'the middle, '));
    await app.rotate();
    app.writer.writeBytes(criLine('stdout', 'F', 'the tail'));
    await agent.untilLines(2);
    await agent.stop();
    expect(messagesByStream(readOutput(node.output)).get(app.container.key)).toEqual([
      'between',
      'the head #0, the middle, the tail',
    ]);
  });

  it('tells a new file from the old one though both begin with the same 4 KiB', async () => {
    using node = new TempNode();
    const head = `${'same banner\n'.repeat(350)}`;
    const log = join(node.logs, 'app.log');
    writeFileSync(log, `${head}first\n`);
    await using agent = new NodeAgent(node);
    await agent.untilLines(351);
    renameSync(log, `${log}.1`);
    writeFileSync(log, `${head}second\n`);
    await agent.untilLines(702);
    await agent.stop();
    const messages = messagesByStream(readOutput(node.output)).get('file/app.log') ?? [];
    expect(messages).toHaveLength(702);
    expect([messages[350], messages[701]]).toEqual(['first', 'second']);
  });

  it('keeps a shifting row of .1 .2 .3 apart and reads none of them twice', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    using app = new PlainWriter(log, new Account('file/app.log'));
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 8; turn++) {
      app.write(50);
      for (const number of [2, 1]) {
        if (turn > number) renameSync(`${log}.${number}`, `${log}.${number + 1}`);
      }
      if (turn > 0) renameSync(`${log}.0`, `${log}.1`);
      renameSync(log, `${log}.0`);
      app.reopen();
      await agent.untilDelivered([app.account]);
    }
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });
});

describe('rotation by the kubelet, while the agent is stopped', () => {
  it('reads the rest of the old file and then the new one', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(300);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    app.write(300);
    await app.rotate();
    app.write(300);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(900));
  });

  it('goes on at the same place in a file that was read in part and then compressed', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(500);
    await collectOnce(node);
    app.write(500);
    compress((await app.rotate()).rotatedTo);
    app.write(10);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(1_010));
  });

  it('delivers three generations, two of them compressed', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await collectOnce(node);
    for (let turn = 0; turn < 3; turn++) {
      app.write(400);
      await app.rotate();
    }
    app.write(10);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(1_310));
  });

  it('puts generations into the order of their times where a step of the clock has misordered their names', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    for (const stamp of ['20261025-030500', '20261025-020400', '20261025-021500']) {
      app.write(100);
      renameSync((await app.rotate()).rotatedTo, `${app.container.log}.${stamp}`);
    }
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });

  it('reads each line once where plain, .tmp and .gz stand side by side', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    await app.rotate();
    app.write(200);
    const { rotatedTo: second } = await app.rotate();
    app.write(200);
    // The kubelet was killed twice: while it wrote the .tmp, and after the rename to .gz.
    writeFileSync(`${second}.tmp`, gzipSync(readFileSync(second)).subarray(0, 1_000));
    writeFileSync(`${second}.gz`, gzipSync(readFileSync(second)));
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(600));
  });

  it('tells exactly what was deleted while it was away', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await collectOnce(node);
    app.write(100);
    unlinkSync((await app.rotate()).rotatedTo);
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    const verdict = verifyNode(node, [app.account]);
    expect(verdict).toMatchObject({ delivered: 200, missing: 100, doubled: 0, swapped: 0, changed: 0 });
    // How long the file had become nobody can know any more; that there was one, the checkpoint does.
    expect(verdict.gaps).toHaveLength(1);
    expect(verdict.gaps[0]).toMatchObject({ reason: 'deleted' });
    expect([null, verdict.missingBytes]).toContain(verdict.gaps[0]?.bytes);
  });
});
