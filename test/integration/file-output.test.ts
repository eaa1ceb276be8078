import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { realFiles } from '../../src/system/real-files.ts';
import { runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import type { CriWriterOptions } from '../support/cri-writer.ts';
import { TinyDisk } from '../support/mounted.ts';
import { NodeAgent, verifyNode } from '../support/node-agent.ts';
import { openPaths } from '../support/process-usage.ts';
import { TempNode } from '../support/temp-node.ts';
import { untilStill } from '../support/until.ts';
import { allDelivered, verifyOutput } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const MEBIBYTE = 1 << 20;
const shortLines: CriWriterOptions = { kindOf: () => 'plain' };

describe('the file output', () => {
  it('is written in the loop itself only where no disk can hang: in memory, and to /dev/null', async () => {
    using node = new TempNode();
    using disk = new TinyDisk(node.dir.join('memory'), '1m');
    const canNow = async (path: string): Promise<boolean> => {
      const file = await realFiles.openForWriting(path, 0o600);
      try {
        const text = Buffer.from('--two');
        if (file.writeNow === undefined) return false;
        expect(file.writeNow(text, 2, 3, 4)).toBe(3);
        return true;
      } finally {
        await file.close();
      }
    };
    const inMemory = `${disk.path}/output`;
    expect([await canNow(inMemory), await canNow('/dev/null'), await canNow('/dev/full')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(readFileSync(inMemory, 'latin1')).toBe('\0\0\0\0two');
    execFileSync('mount', ['-t', 'ramfs', 'ramfs', disk.path]);
    expect(await canNow(inMemory)).toBe(false);
    execFileSync('umount', [disk.path]);
  });

  it('waits for room on a full disk, says so once, and then goes on without loss or repetition', async () => {
    using node = new TempNode();
    using disk = new TinyDisk(node.dir.join('disk'), '2m');
    const output = node.dir.join('disk', 'output.json');
    writeFileSync(node.dir.join('disk', 'ballast'), Buffer.alloc(MEBIBYTE));
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(4_000);
    await using agent = new NodeAgent(
      node,
      configFlags(node, { outputs: [{ type: 'file', path: output, format: 'json' }] }),
    );
    await agent.untilSaid(/ENOSPC|no space/i);
    await untilStill('the output does not grow', () => readFileSync(output).length);
    expect(
      agent.stderr.split('\n').filter((line) => /ENOSPC|no space/i.test(line)).length,
    ).toBeLessThanOrEqual(3);
    disk.makeRoom();
    app.write(10);
    await agent
      .until('everything is there', () => verifyOutput(output, [app.account]).delivered === 4_010)
      .catch(() => undefined);
    await agent.stop();
    expect(verifyOutput(output, [app.account])).toMatchObject(allDelivered(4_010));
  });

  it('delivers to a file while another output hangs in a FIFO, and ends within its grace', async () => {
    using node = new TempNode();
    const fifo = node.dir.join('fifo');
    execFileSync('mkfifo', [fifo]);
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(5_000);
    const outputs = [
      { type: 'file', path: fifo, format: 'json' },
      { type: 'file', path: node.output, format: 'json' },
    ];
    await using agent = new NodeAgent(node, configFlags(node, { outputs }, '--grace', '1s'));
    await agent.untilDelivered([app.account]);
    const asked = performance.now();
    expect(await agent.stop(10_000)).toMatchObject({ code: 0 });
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(5_000));
  });

  it('opens its file anew on SIGHUP after logrotate has moved it', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    const moved = `${node.output}.1`;
    renameSync(node.output, moved);
    app.write(100);
    await agent.until(
      'the renamed file still gets the lines',
      () => verifyOutput(moved, [app.account]).delivered === 300,
    );
    agent.signal('SIGHUP');
    await agent.until('the file is there again', () => existsSync(node.output));
    app.write(200);
    await agent.until(
      'the new file has the rest',
      () => verifyOutput(node.output, [app.account]).delivered === 200,
    );
    expect(openPaths(agent.pid)).not.toContain(moved);
    await agent.stop();
    writeFileSync(node.output, readFileSync(moved, 'utf8') + readFileSync(node.output, 'utf8'));
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(500));
  });

  it('stays exact when the agent is killed after it opened its file anew and before the next checkpoint', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const flags = configFlags(node, { state: { checkpoint_interval: '1m' } });
    app.write(100);
    {
      await using agent = new NodeAgent(node, flags);
      await agent.untilDelivered([app.account]);
      expect(await agent.stop()).toMatchObject({ code: 0 });
    }
    const moved = `${node.output}.1`;
    {
      await using agent = new NodeAgent(node, flags);
      app.write(100);
      await agent.untilLines(200);
      renameSync(node.output, moved);
      agent.signal('SIGHUP');
      await agent.until('the file is there again', () => existsSync(node.output));
      app.write(100);
      await agent.untilLines(100);
      await agent.killHard();
    }
    expect(await runBirler([...flags, '--once'])).toMatchObject({ code: 0 });
    writeFileSync(node.output, readFileSync(moved, 'utf8') + readFileSync(node.output, 'utf8'));
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(300));
  });
});
