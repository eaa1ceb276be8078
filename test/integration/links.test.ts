import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Account } from '../support/account.ts';
import { NodeAgent, verifyNode } from '../support/node-agent.ts';
import { messagesByStream, readOutput } from '../support/output-lines.ts';
import { PlainWriter } from '../support/plain-writer.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const dockerLine = (message: string): string =>
  `${JSON.stringify({ log: `${message}\n`, stream: 'stdout', time: '2026-11-20T21:01:41.963043674Z' })}\n`;

describe('links', () => {
  it('follows three hops to a Docker log, and names pod and container', async () => {
    using node = new TempNode();
    const container = node.container();
    const docker = node.dir.join('var', 'lib', 'docker', 'containers', container.id);
    mkdirSync(docker, { recursive: true });
    const log = join(docker, `${container.id}-json.log`);
    writeFileSync(log, dockerLine('one'));
    symlinkSync(log, container.log);
    container.link();
    await using agent = new NodeAgent(node);
    await agent.untilLines(1);
    appendFileSync(log, dockerLine('two'));
    await agent.untilLines(2);
    await agent.stop();
    const lines = readOutput(node.output);
    expect(lines.map((line) => line.log)).toEqual(['one', 'two']);
    expect(lines[0]?.kubernetes).toMatchObject({
      namespace_name: 'shop',
      pod_name: 'app-0',
      container_name: 'app',
      container_id: container.id,
    });
  });

  it('drains the old target of a link that is set anew, then reads the new one from its beginning', async () => {
    using node = new TempNode();
    const files = node.dir.join('files');
    mkdirSync(files);
    const [first, second, link] = [join(files, 'first'), join(files, 'second'), join(node.logs, 'app.log')];
    writeFileSync(first, 'first 1\n');
    symlinkSync(first, link);
    await using agent = new NodeAgent(node);
    await agent.untilLines(1);
    await agent.freeze();
    appendFileSync(first, 'first 2\n');
    writeFileSync(second, 'second 1\n');
    rmSync(link);
    symlinkSync(second, link);
    agent.thaw();
    await agent.untilLines(3);
    await agent.stop();
    expect(messagesByStream(readOutput(node.output)).get('file/app.log')).toEqual([
      'first 1',
      'first 2',
      'second 1',
    ]);
  });

  it('reads the target of a link that dangled, once it is there', async () => {
    using node = new TempNode();
    const container = node.container('late');
    container.link();
    using other = new WrittenContainer(node.container('other'));
    other.write(5);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([other.account]);
    const account = new Account(container.key);
    using writer = new PlainWriter(container.log, account);
    writer.write(5);
    await agent.untilDelivered([other.account, account]);
    await agent.stop();
    expect(messagesByStream(readOutput(node.output)).get(container.key)).toHaveLength(5);
  });

  it('goes on while the target lives when only the link is removed', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(50);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    app.container.unlink();
    app.write(50);
    await agent.untilDelivered([app.account]);
    await app.rotate();
    app.write(50);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(150));
  });

  it('takes the names from the pods path where the name of the link was cut at 255 characters', async () => {
    using node = new TempNode();
    const pod = node.pod({ namespace: 'n'.repeat(40), name: `p${'o'.repeat(150)}d` });
    using app = new WrittenContainer(pod.container('c'.repeat(50)));
    expect(basename(app.container.linkPath)).toHaveLength(255);
    app.write(10);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(10));
    expect(readOutput(node.output)[0]?.kubernetes).toMatchObject({
      namespace_name: pod.namespace,
      pod_name: pod.name,
      pod_id: pod.uid,
      container_name: 'c'.repeat(50),
    });
  });

  it('reads a stream once where the directories of links and of files are the same', async () => {
    using node = new TempNode();
    const log = join(node.logs, 'app.log');
    using app = new PlainWriter(log, new Account('file/app.log'));
    symlinkSync(log, join(node.logs, 'also.log'));
    app.write(20);
    await using agent = new NodeAgent(node);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(readOutput(node.output)).toHaveLength(20);
  });
});
