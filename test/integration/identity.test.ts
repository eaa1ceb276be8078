import { renameSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Account } from '../support/account.ts';
import { collectOnce, NodeAgent, verifyNode } from '../support/node-agent.ts';
import { messagesByStream, readOutput } from '../support/output-lines.ts';
import { PlainWriter } from '../support/plain-writer.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

/** For an inode that is free and that nobody else takes. */
const MOST_TRIES = 40;

const inodeOf = (path: string): bigint => statSync(path, { bigint: true }).ino;
const textOf = (word: string, lines: number): string =>
  Array.from({ length: lines }, (_, index) => `${word} ${index}\n`).join('');
const messagesOf = (node: TempNode): string[] =>
  messagesByStream(readOutput(node.output)).get('file/app.log') ?? [];
const linesOf = (text: string): string[] => text.trimEnd().split('\n');

describe('telling files apart on a real file system', () => {
  it('reads a file from its beginning that was made anew on the same inode while the agent was stopped', async () => {
    const [first, second] = [textOf('first', 50), textOf('second', 50)];
    // ext4 and overlayfs give the same inode at once. If somebody else on this disk is quicker and keeps it, it never comes again.
    for (let tries = 1; ; tries++) {
      using node = new TempNode();
      const log = join(node.logs, 'app.log');
      writeFileSync(log, first);
      await collectOnce(node);
      const inode = inodeOf(log);
      unlinkSync(log);
      writeFileSync(log, second);
      if (inodeOf(log) !== inode && tries < MOST_TRIES) continue;
      expect(inodeOf(log)).toBe(inode);
      expect(await collectOnce(node)).toMatchObject({ code: 0 });
      expect(messagesOf(node)).toEqual([...linesOf(first), ...linesOf(second)]);
      return;
    }
  });

  it('reads a file from its beginning that was deleted and made anew in one tick', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    await using agent = new NodeAgent(node);
    const expected: string[] = [];
    for (const word of ['one', 'two', 'three', 'four', 'five']) {
      const text = textOf(word, 40);
      if (expected.length > 0) unlinkSync(log);
      writeFileSync(log, text);
      expected.push(...linesOf(text));
      await agent.untilLines(expected.length);
    }
    await agent.stop();
    expect(messagesOf(node)).toEqual(expected);
  });

  it('keeps forty rotations apart that keep two files and so use the same few inodes again and again', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    using app = new PlainWriter(log, new Account('file/app.log'));
    await using agent = new NodeAgent(node);
    for (let turn = 0; turn < 40; turn++) {
      app.write(25);
      await agent.untilDelivered([app.account]);
      app.write(25);
      renameSync(log, `${log}.1`);
      app.reopen();
    }
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(2_000));
  });

  it('keeps rotations apart that reuse inodes while the agent is stopped', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    for (let turn = 0; turn < 6; turn++) {
      app.write(50);
      expect(await collectOnce(node)).toMatchObject({ code: 0 });
      await app.rotate({ maxFiles: 2 });
    }
    app.write(50);
    await collectOnce(node);
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(350));
  });

  it('goes on in a file that grew from ten bytes to five KiB over a restart', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    const text = textOf('growing', 500);
    writeFileSync(log, text.slice(0, 10));
    await collectOnce(node);
    writeFileSync(log, text);
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(messagesOf(node)).toEqual(linesOf(text));
  });

  it.each([
    ['below', 20],
    ['at', 50],
    ['above', 80],
  ])('notices a file that was truncated while stopped and is now %s the old size', async (_, lines) => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    const [before, after] = [textOf('before', 50), textOf('after.', lines)];
    writeFileSync(log, before);
    await collectOnce(node);
    truncateSync(log, 0);
    writeFileSync(log, after, { flag: 'a' });
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    expect(messagesOf(node)).toEqual([...linesOf(before), ...linesOf(after)]);
  });

  it('delivers an atomically replaced file from its beginning', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    const [first, second] = [textOf('first', 30), textOf('second', 30)];
    writeFileSync(log, first);
    await using agent = new NodeAgent(node);
    await agent.untilLines(30);
    writeFileSync(`${log}.new`, second);
    renameSync(`${log}.new`, log);
    await agent.untilLines(60);
    await agent.stop();
    expect(messagesOf(node)).toEqual([...linesOf(first), ...linesOf(second)]);
  });
});
