import { appendFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import { ReadOnlyMount, TinyDisk } from '../support/mounted.ts';
import { agentFlags, collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

/** The files of the state directory, the one that was written last at the end. */
const stateFiles = (node: TempNode): string[] =>
  readdirSync(node.state, { recursive: true, encoding: 'utf8' })
    .map((name) => join(node.state, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size > 0)
    .toSorted((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);

const newest = (node: TempNode): string => stateFiles(node).at(-1) ?? '';

/** Something that changes with every checkpoint. */
const signatureOf = (node: TempNode): string =>
  stateFiles(node)
    .map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).size}`)
    .join();

/** Runs an agent that delivers in three steps, so that its checkpoint has something to lose. */
async function deliverInSteps(node: TempNode, app: WrittenContainer): Promise<void> {
  await using agent = new NodeAgent(node);
  for (let turn = 0; turn < 3; turn++) {
    app.write(100);
    await agent.untilDelivered([app.account]);
    const before = signatureOf(node);
    await agent.until('a checkpoint', () => signatureOf(node) !== before);
  }
  await agent.stop();
}

describe('the checkpoint', () => {
  it('refuses a second agent on the same state directory, and leaves the first alone', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await using first = new NodeAgent(node);
    await first.untilDelivered([app.account]);
    const second = await runBirler(agentFlags(node, '--once'));
    expect([1, 2]).toContain(second.code);
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect(second.stderr).toContain(node.state);
    app.write(100);
    await first.untilDelivered([app.account]);
    expect(await first.stop()).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(200));
  });

  it.each(['10ms', '1m'])(
    'goes on without a duplicate after kill -9, with a checkpoint every %s',
    async (interval) => {
      using node = new TempNode();
      using app = new WrittenContainer(node.container());
      const flags = configFlags(node, { state: { checkpoint_interval: interval } });
      app.write(100);
      for (let turn = 0; turn < 3; turn++) {
        await using agent = new NodeAgent(node, flags);
        await agent.untilDelivered([app.account]);
        app.write(50);
        await agent.untilDelivered([app.account]);
        await agent.killHard();
        app.write(50);
      }
      expect(await runBirler([...flags, '--once'])).toMatchObject({ code: 0 });
      expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
    },
  );

  it.each([1, 7, 40])('goes on at the last good entry when the last %i bytes are torn off', async (bytes) => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    await deliverInSteps(node, app);
    truncateSync(newest(node), Math.max(0, statSync(newest(node)).size - bytes));
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });

  it('goes on at the last good entry when garbage stands behind it', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    await deliverInSteps(node, app);
    appendFileSync(newest(node), Buffer.from('\u0000\u0001garbage\n{"half":'));
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['garbage', Buffer.alloc(5_000, '\u0007x\n')],
  ])('starts with a state of %s files, loses nothing, and says what happened', async (_, content) => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    await deliverInSteps(node, app);
    for (const path of stateFiles(node)) writeFileSync(path, content);
    app.write(100);
    const { code, stderr } = await collectOnce(node);
    expect(code).toBe(0);
    expect(verifyNode(node, [app.account])).toMatchObject({ delivered: 400, missing: 0, changed: 0 });
    if (content.length > 0) expect(stderr).toMatch(/checkpoint|state|journal/i);
  });

  it('ships on and says so when the state directory is full', async () => {
    using node = new TempNode();
    using disk = new TinyDisk(node.state, '128k');
    disk.fill();
    using app = new WrittenContainer(node.container());
    app.write(100);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.untilSaid(/ENOSPC|no space/i);
    app.write(100);
    await agent.untilDelivered([app.account]);
    disk.makeRoom();
    app.write(100);
    await agent.untilDelivered([app.account]);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(300));
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });

  it('ships on and says so when the state directory is read-only', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(100);
    using _ = new ReadOnlyMount(node.state);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.untilSaid(/EROFS|read-only/i);
    app.write(100);
    await agent.untilDelivered([app.account]);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(200));
  });
});
