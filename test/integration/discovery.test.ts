import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Account } from '../support/account.ts';
import { readStatus } from '../support/agent-status.ts';
import { runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import { CriWriter } from '../support/cri-writer.ts';
import { agentFlags, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { PlainWriter } from '../support/plain-writer.ts';
import { usageOf } from '../support/process-usage.ts';
import { TempNode } from '../support/temp-node.ts';
import { untilStill } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

describe('finding logs', () => {
  it('delivers what is there at the start and what is written later', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    app.write(200);
    await agent.untilDelivered([app.account]);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(400));
  });

  it('leaves out what was there before with --start end, and reads later files from their beginning', async () => {
    using node = new TempNode();
    using old = new WrittenContainer(node.container('old'));
    old.write(50);
    await using agent = new NodeAgent(node, agentFlags(node, '--start', 'end'));
    await agent.until(
      'the agent stands at the end',
      async () => (await readStatus(node.state))?.outputs[0]?.streams.length,
    );
    const before = old.account.count;
    old.write(20);
    using young = new WrittenContainer(node.container('young'));
    young.write(30);
    await agent.untilLines(50);
    await agent.stop();
    const verdict = verifyNode(node, [old.account, young.account]);
    expect(verdict).toMatchObject({ delivered: 50, missing: before, doubled: 0, swapped: 0, changed: 0 });
  });

  it('opens no FIFO and no directory that is named like a log', async () => {
    using node = new TempNode();
    const fifo = join(node.logs, 'pipe.log');
    execFileSync('mkfifo', [fifo]);
    mkdirSync(join(node.logs, 'directory.log'));
    writeFileSync(join(node.logs, 'notes.txt'), 'not a log\n');
    using app = new PlainWriter(join(node.logs, 'app.log'), new Account('file/app.log'));
    app.write(10);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    // Opening a FIFO for writing without waiting fails as long as nobody has it open for reading.
    expect(() => closeSync(openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK))).toThrow('ENXIO');
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(10));
  });

  it('waits for a directory that is missing, and says so', async () => {
    using node = new TempNode();
    rmSync(join(node.dir.path, 'var'), { recursive: true });
    await using agent = new NodeAgent(node);
    await agent.untilSaid(/containers/);
    mkdirSync(node.logs, { recursive: true });
    using app = new WrittenContainer(node.container());
    app.write(100);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(100));
  });

  it('goes on when the directories are removed and made again', async () => {
    using node = new TempNode();
    using first = new WrittenContainer(node.container('first'));
    first.write(100);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([first.account]);
    rmSync(join(node.dir.path, 'var'), { recursive: true });
    mkdirSync(node.logs, { recursive: true });
    using second = new WrittenContainer(node.container('second'));
    second.write(100);
    await agent.untilDelivered([first.account, second.account]);
    await agent.stop();
    expect(verifyNode(node, [first.account, second.account])).toMatchObject(allDelivered(200));
  });

  it('delivers 1,000 files of 10 lines that appear at once, within its bound of descriptors', async () => {
    using node = new TempNode();
    const bound = 256;
    await using agent = new NodeAgent(node, configFlags(node, { limits: { open_files: bound } }));
    const accounts = Array.from({ length: 1_000 }, (_, index) => {
      const container = node.container(`c${index}`);
      const account = new Account(container.key);
      using writer = new CriWriter(container.log, account);
      writer.write(10);
      container.link();
      return account;
    });
    let most = 0;
    await agent.until(
      '10,000 lines',
      () => {
        most = Math.max(most, usageOf(agent.pid).descriptors);
        return agent.delivered >= 10_000;
      },
      60_000,
    );
    await agent.stop();
    expect(verifyNode(node, accounts)).toMatchObject(allDelivered(10_000));
    // Sixty for Node itself, the watcher, the state and the output.
    expect(most).toBeLessThan(bound + 60);
  });

  it('delivers everything without the watcher', async () => {
    using node = new TempNode();
    const flags = configFlags(node, { sources: { watch: 'off', rescan_interval: '200ms' } });
    await using agent = new NodeAgent(node, flags);
    using app = new WrittenContainer(node.container());
    for (let turn = 0; turn < 4; turn++) {
      app.write(200);
      await app.rotate();
      await agent.untilDelivered([app.account]);
    }
    app.write(200);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(1_000));
  });

  it('refuses to write its output among the logs that it reads', async () => {
    using node = new TempNode();
    const path = join(node.logs, 'birler.log');
    const { code, stderr } = await runBirler(
      configFlags(node, { outputs: [{ type: 'file', path }] }, '--once'),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/outputs\[0\]\.path.*own output/);
  });

  it('does not collect its own output through a link among the logs', async () => {
    using node = new TempNode();
    symlinkSync(node.output, join(node.logs, 'mirror.log'));
    using app = new PlainWriter(join(node.logs, 'app.log'), new Account('file/app.log'));
    app.write(10);
    await using agent = new NodeAgent(node, configFlags(node, { sources: { rescan_interval: '100ms' } }));
    await agent.untilDelivered([app.account]);
    expect(await untilStill('the output stays as it is', () => agent.delivered)).toBe(10);
  });
});
