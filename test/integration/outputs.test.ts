import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BirlerProcess } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import type { CriWriterOptions } from '../support/cri-writer.ts';
import { agentFlags, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { openPaths, usageOf } from '../support/process-usage.ts';
import { TempNode } from '../support/temp-node.ts';
import { UnreadPipe } from '../support/unread-pipe.ts';
import { untilStill } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const MEBIBYTE = 1 << 20;

/** Far more than a pipe and the bytes in flight can hold. */
const MANY_LINES = 60_000;

const stdoutFlags = (node: TempNode, ...more: readonly string[]): string[] => {
  const flags = agentFlags(node, ...more);
  return flags.map((flag) => (flag === `file:${node.output}` ? 'stdout' : flag));
};

const shortLines: CriWriterOptions = { kindOf: () => 'plain' };

/** Waits until the agent has begun to read and then can do nothing more: its pipe is full. */
async function untilBlocked(agent: BirlerProcess, log: string): Promise<void> {
  await agent.until('the agent reads', () => openPaths(agent.pid).includes(log));
  await untilStill('the agent waits', () => Math.round(usageOf(agent.pid).cpuSeconds * 20));
}

describe('an output that hangs', () => {
  it('waits for a slow reader of stdout within bounded memory', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(MANY_LINES);
    await using agent = new BirlerProcess(stdoutFlags(node), { readStdout: false });
    await untilBlocked(agent, app.container.log);
    expect(usageOf(agent.pid).rssBytes).toBeLessThan(160 * MEBIBYTE);
    agent.readStdout();
    await agent.until('all lines', () => agent.out.lines >= MANY_LINES, 60_000);
    expect(await agent.stop()).toMatchObject({ code: 0 });
    writeFileSync(node.output, agent.stdout);
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(MANY_LINES));
  });

  it('ends with 1 and a message when the reader of stdout goes, and loses nothing', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(500);
    let text = '';
    {
      await using agent = new BirlerProcess(stdoutFlags(node));
      await agent.until('the first lines', () => agent.out.lines >= 500);
      text = agent.stdout;
      agent.child.stdout?.destroy();
      app.write(500);
      expect(await agent.ended()).toEqual({ code: 1, signal: null });
      expect(agent.stderr).toMatch(/stdout|standard output/i);
    }
    await using next = new BirlerProcess(stdoutFlags(node));
    await next.until('the rest', () => next.out.endsAround('#999"'));
    await next.stop();
    writeFileSync(node.output, text + next.stdout);
    expect(verifyNode(node, [app.account])).toMatchObject({ delivered: 1_000, missing: 0, changed: 0 });
  });

  it('delivers to a file while nobody reads stdout', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(MANY_LINES);
    const outputs = [
      { type: 'stdout', format: 'json' },
      { type: 'file', path: node.output, format: 'json' },
    ];
    await using agent = new NodeAgent(node, configFlags(node, { outputs }, '--grace', '1s'), {
      readStdout: false,
    });
    await agent.untilDelivered([app.account]);
    app.write(1_000);
    await agent.untilDelivered([app.account]);
    expect(await agent.stop(10_000)).toMatchObject({ code: 0 });
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(MANY_LINES + 1_000));
  });

  it('ends within its grace when stdout hangs, and delivers the rest on the next start', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), shortLines);
    app.write(MANY_LINES);
    using pipe = new UnreadPipe(node.dir.join('pipe'));
    {
      await using agent = new BirlerProcess(stdoutFlags(node, '--grace', '1s'), { stdout: pipe.writeEnd });
      await untilBlocked(agent, app.container.log);
      agent.signal('SIGTERM');
      expect(await agent.ended(10_000)).toMatchObject({ code: 0 });
    }
    // What was cut off in the middle of a line when the agent gave up comes again as a whole line.
    const text = pipe.readRest().replace(/[^\n]*$/, '');
    expect(text).not.toBe('');
    await using next = new BirlerProcess(stdoutFlags(node));
    await next.until('the rest', () => next.out.endsAround(`#${MANY_LINES - 1}"`), 60_000);
    await next.stop();
    writeFileSync(node.output, text + next.stdout);
    expect(verifyNode(node, [app.account])).toMatchObject({ delivered: MANY_LINES, missing: 0, changed: 0 });
  });

  it('gives up the oldest deleted bytes over its bound, and says exactly how many', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), shortLines);
    const sections = {
      limits: { held_deleted_bytes: '64KiB', bytes_in_flight: '64KiB' },
      sources: { rescan_interval: '200ms' },
    };
    const flags = configFlags(node, { ...sections, outputs: [{ type: 'stdout', format: 'json' }] });
    await using agent = new BirlerProcess(flags, { readStdout: false });
    app.write(MANY_LINES);
    await untilBlocked(agent, app.container.log);
    for (let turn = 0; turn < 3; turn++) {
      await app.rotate({ maxFiles: 2 });
      app.write(5_000);
      // What comes and goes before the agent has looked, nobody could count.
      await agent.until('the new file is held', () => openPaths(agent.pid).includes(app.container.log));
    }
    const deleted = (): number =>
      openPaths(agent.pid).filter((path) => path.includes('.log') && path.endsWith('(deleted)')).length;
    await agent.until('the deleted files are let go', () => deleted() === 0);
    agent.readStdout();
    await agent.until('the last line', () => agent.out.endsAround(`#${app.account.count - 1}"`), 60_000);
    await agent.stop();
    writeFileSync(node.output, agent.stdout);
    const verdict = verifyNode(node, [app.account]);
    expect(verdict).toMatchObject({ doubled: 0, swapped: 0, changed: 0 });
    expect(verdict.missing).toBeGreaterThan(0);
    expect(new Set(verdict.gaps.map((gap) => gap.reason))).toEqual(new Set(['held_bytes']));
    expect(verdict.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0)).toBe(verdict.missingBytes);
  });
});
