import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Account } from '../support/account.ts';
import { gapsOf, readStatus } from '../support/agent-status.ts';
import { copyTruncate } from '../support/copy-truncate.ts';
import { Logrotate } from '../support/logrotate.ts';
import { messageText } from '../support/messages.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { readOutput } from '../support/output-lines.ts';
import { PlainWriter } from '../support/plain-writer.ts';
import { TempNode } from '../support/temp-node.ts';
import { until, untilStill } from '../support/until.ts';
import { allDelivered, type Verdict } from '../support/verify.ts';

const plainLog = (node: TempNode): PlainWriter =>
  new PlainWriter(join(node.logs, 'app.log'), new Account('file/app.log'));

/** The measured loss, and what birler says of it, must be the same where the size can be known. */
function expectHonestLoss(verdict: Verdict): void {
  expect(verdict).toMatchObject({ doubled: 0, swapped: 0, changed: 0 });
  expect({ missing: verdict.missing, isTold: verdict.gaps.length > 0 }).toEqual({
    missing: verdict.missing,
    isTold: verdict.missing > 0,
  });
  if (verdict.gaps.some((gap) => gap.bytes === null)) return;
  expect(verdict.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0)).toBe(verdict.missingBytes);
}

const untilNextSecond = async (): Promise<void> => {
  const second = Math.floor(Date.now() / 1_000);
  await until('the next second', () => Math.floor(Date.now() / 1_000) > second);
};

/** The last message is there, and nothing more comes: what is missing now is lost. */
async function untilSettled(agent: NodeAgent, app: PlainWriter): Promise<void> {
  const last = messageText('plain', app.account.count - 1);
  await agent.until('the last message', () =>
    readOutput(agent.node.output).some((line) => line.log === last),
  );
  await untilStill('the output is complete', () => agent.delivered, 1_500);
}

describe('real logrotate', () => {
  it.each([
    ['create', ['create']],
    ['compress', ['create', 'compress']],
    ['delaycompress', ['create', 'compress', 'delaycompress']],
    ['dateext', ['create', 'dateext', 'dateformat -%Y%m%d-%s']],
    ['nocreate', ['nocreate']],
  ])('delivers everything through %s', async (_, directives) => {
    using node = new TempNode();
    using app = plainLog(node);
    const logrotate = new Logrotate(node.dir, app.path, directives);
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 3; turn++) {
      app.write(100);
      await agent.untilDelivered([app.account]);
      app.write(100);
      logrotate.rotate();
      if (directives.includes('dateext')) await untilNextSecond(); // Or the next name would be the same.
      if (!directives.includes('compress') || directives.includes('delaycompress')) app.write(50); // Not yet told of it.
      app.reopen();
      await agent.untilDelivered([app.account]);
    }
    app.write(100);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(app.account.count));
  });

  it.each([
    ['create', ['create']],
    ['compress', ['create', 'compress']],
    ['delaycompress', ['create', 'compress', 'delaycompress']],
    ['dateext', ['create', 'dateext', 'dateformat -%Y%m%d-%s']],
  ])('delivers what %s left behind while the agent was stopped', async (_, directives) => {
    using node = new TempNode();
    using app = plainLog(node);
    const logrotate = new Logrotate(node.dir, app.path, directives);
    app.write(100);
    await collectOnce(node);
    app.write(100);
    logrotate.rotate();
    app.reopen();
    app.write(100);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(300));
  });

  it.each([['copytruncate'], ['copy']])('does not read the copies that %s makes', async (directive) => {
    using node = new TempNode();
    using app = plainLog(node);
    const logrotate = new Logrotate(node.dir, app.path, [directive]);
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 5; turn++) {
      app.write(100);
      await agent.untilDelivered([app.account]);
      logrotate.rotate();
    }
    app.write(100);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(600));
  });

  it.each([
    ['is small afterwards', 10],
    ['has grown past the old place before the next look', 900],
  ])('says what copytruncate took away when the file %s', async (_, linesAfter) => {
    using node = new TempNode();
    using app = plainLog(node);
    const logrotate = new Logrotate(node.dir, app.path, ['copytruncate']);
    app.write(100);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.freeze();
    app.write(300);
    logrotate.rotate();
    app.write(linesAfter);
    agent.thaw();
    await untilSettled(agent, app);
    app.write(50);
    await untilSettled(agent, app);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    const verdict = verifyNode(node, [app.account]);
    expect(verdict.missing).toBeLessThanOrEqual(300);
    expectHonestLoss(verdict);
    if (verdict.missing > 0)
      expect(gapsOf(await readStatus(node.state))).toMatchObject([{ reason: 'truncated' }]);
  });

  it('knows what copytruncate took away under load', async () => {
    using node = new TempNode();
    using app = plainLog(node);
    // With fewer, copies are removed before anybody could look: of those nobody knows.
    const logrotate = new Logrotate(node.dir, app.path, ['copytruncate', 'rotate 30']);
    app.write(1);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    for (let turn = 0; turn < 20; turn++) {
      app.write(500);
      logrotate.rotate();
      app.write(100);
    }
    await untilSettled(agent, app);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(12_001));
  });

  it.each([
    ['nothing is written between copy and cut', 0],
    ['lines are written between copy and cut', 7],
  ])('keeps the order of many cuts between two looks when %s', async (_, linesBetween) => {
    using node = new TempNode();
    using app = plainLog(node);
    app.write(1);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    for (let turn = 0; turn < 20; turn++) {
      app.write(500);
      copyTruncate(app.path, () => app.write(linesBetween));
      app.write(100);
    }
    await untilSettled(agent, app);
    await agent.stop();
    const verdict = verifyNode(node, [app.account]);
    expect(verdict).toMatchObject({ doubled: 0, swapped: 0, changed: 0 });
    // What was written between copy and cut is nowhere, and what birler says of it is not more than it was.
    expect(verdict.missing).toBeLessThanOrEqual(20 * linesBetween);
    expect(verdict.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0)).toBeLessThanOrEqual(
      verdict.missingBytes,
    );
  });
});
