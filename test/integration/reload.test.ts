import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { LoadedNode } from '../support/loaded-node.ts';
import { NodeAgent, verifyNode } from '../support/node-agent.ts';
import { openPaths } from '../support/process-usage.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered, verifyOutput } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const IN_FORCE = 'the new configuration is in force';
const REFUSED = 'was not taken';

const timesSaid = (agent: NodeAgent, words: string): number => agent.stderr.split(words).length - 1;

interface Changes extends Readonly<Record<string, unknown>> {
  readonly sources?: Readonly<Record<string, unknown>>;
}

/** A configuration in a file that a test rewrites. */
class ConfigOnDisk {
  readonly node: TempNode;
  readonly path: string;

  constructor(node: TempNode, changes: Changes = {}) {
    this.node = node;
    this.path = node.dir.join('birler.yaml');
    this.write(changes);
  }

  text({ sources, ...others }: Changes = {}): string {
    return stringify({
      sources: { logs: this.node.logs, pods: this.node.pods, ...sources },
      state: { directory: this.node.state },
      multiline: { mode: 'off' },
      reload: 'signal',
      outputs: [this.output()],
      ...others,
    });
  }

  output(path = this.node.output): Record<string, unknown> {
    return { type: 'file', path, format: 'json' };
  }

  write(changes?: Changes): void {
    writeFileSync(this.path, this.text(changes));
  }

  get flags(): readonly string[] {
    return ['run', '--config', this.path];
  }
}

const RELOADS = Number(process.env['BIRLER_TEST_RELOADS'] ?? 100);

describe('a configuration that changes', () => {
  it(`${RELOADS} times under load, rotation and deletion: every line comes once, and in order`, async () => {
    await using load = new LoadedNode({
      containers: 4,
      linesPerSecond: 2_000,
      rotateEveryLines: 400,
      maxFiles: 4,
    });
    const config = new ConfigOnDisk(load.node);
    await using agent = new NodeAgent(load.node, config.flags);
    await agent.untilSaid(/birler started/);
    load.resume();
    for (let turn = 1; turn <= RELOADS; turn++) {
      // One of three changes nothing that takes a new agent.
      if (turn % 3 === 0) config.write({ limits: { rate_per_pod: `${100 + turn}MiB` } });
      else config.write({ sources: { rescan_interval: `${4000 + turn}ms` } });
      agent.signal('SIGHUP');
      await agent.until(`reload ${turn}`, () => timesSaid(agent, IN_FORCE) >= turn);
    }
    await load.pause();
    await agent.untilDelivered(load.accounts);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    expect(verifyNode(load.node, load.accounts)).toMatchObject(allDelivered(load.written));
    expect(timesSaid(agent, REFUSED)).toBe(0);
  });

  it('many signals at a time are one reload more, and a stop among them is a clean stop', async () => {
    await using load = new LoadedNode({ containers: 2, linesPerSecond: 1_000, rotateEveryLines: 500 });
    const config = new ConfigOnDisk(load.node);
    await using agent = new NodeAgent(load.node, config.flags);
    await agent.untilSaid(/birler started/);
    load.resume();
    for (let turn = 1; turn <= 10; turn++) {
      config.write({ sources: { rescan_interval: `${4000 + turn}ms` } });
      for (let times = 0; times < 20; times++) agent.signal('SIGHUP');
      const known = timesSaid(agent, IN_FORCE);
      await agent.until(`reload ${turn}`, () => timesSaid(agent, IN_FORCE) > known);
    }
    config.write({ sources: { rescan_interval: '5001ms' } });
    agent.signal('SIGHUP');
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    await load.pause();
    config.write();
    await using next = new NodeAgent(load.node, config.flags);
    await next.untilDelivered(load.accounts);
    expect(await next.stop()).toEqual({ code: 0, signal: null });
    expect(verifyNode(load.node, load.accounts)).toMatchObject(allDelivered(load.written));
  });

  it('does not cost what was not read yet of a file that is deleted', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const config = new ConfigOnDisk(node, { limits: { rate_per_pod: '64KiB' } });
    app.write(2_000);
    await using agent = new NodeAgent(node, config.flags);
    await agent.untilLines(10);
    const { log } = app.container;
    app.removeFiles();
    await agent.until('only the agent holds the file', () =>
      openPaths(agent.pid).includes(`${log} (deleted)`),
    );
    config.write({ sources: { rescan_interval: '1s' } });
    agent.signal('SIGHUP');
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(2_000));
  });

  it('gives a new output what start_at says, and one that is left out nothing more', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const config = new ConfigOnDisk(node);
    const second = node.dir.join('second.json');
    app.write(100);
    await using agent = new NodeAgent(node, config.flags);
    await agent.untilDelivered([app.account]);
    config.write({ outputs: [config.output(), config.output(second)] });
    agent.signal('SIGHUP');
    await agent.until(
      'the new one has all, for it begins at the beginning',
      () => existsSync(second) && verifyOutput(second, [app.account]).delivered === 100,
    );
    config.write({ outputs: [config.output(second)] });
    agent.signal('SIGHUP');
    await agent.until('that is in force', () => timesSaid(agent, IN_FORCE) === 2);
    app.write(100);
    await agent.until(
      'the one that is left has all',
      () => verifyOutput(second, [app.account]).delivered === 200,
    );
    await agent.stop();
    expect(verifyOutput(second, [app.account])).toMatchObject(allDelivered(200));
    expect(verifyNode(node, [app.account])).toMatchObject({ delivered: 100, doubled: 0 });
  });

  it('is refused if it is wrong, with the place, and output files are opened anew all the same', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const config = new ConfigOnDisk(node);
    app.write(100);
    await using agent = new NodeAgent(node, config.flags);
    await agent.untilDelivered([app.account]);
    writeFileSync(config.path, `${config.text()}limits:\n  open_flies: 3\n`);
    renameSync(node.output, `${node.output}.1`);
    agent.signal('SIGHUP');
    await agent.untilSaid(/birler\.yaml:\d+:3: limits\.open_flies: /);
    expect(timesSaid(agent, REFUSED)).toBe(1);
    app.write(100);
    await agent.until(
      'the new file gets the lines',
      () => existsSync(node.output) && verifyOutput(node.output, [app.account]).delivered === 100,
    );
    await agent.stop();
  });

  it('is gone back from if it cannot be put in force', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const config = new ConfigOnDisk(node);
    app.write(100);
    await using agent = new NodeAgent(node, config.flags);
    await agent.untilDelivered([app.account]);
    writeFileSync(node.dir.join('file'), '');
    config.write({ outputs: [config.output(), config.output(node.dir.join('file', 'below', 'x.json'))] });
    agent.signal('SIGHUP');
    await agent.untilSaid(/going back to the old one/);
    app.write(100);
    await agent.untilDelivered([app.account]);
    await agent.stop();
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(200));
  });
});

describe('a ConfigMap that changes', () => {
  it('is noticed by the link that the kubelet swaps, and put in force', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    const config = new ConfigOnDisk(node);
    const mounted = node.dir.join('mounted');
    // As the kubelet does it: ..data -> ..2026_1, birler.yaml -> ..data/birler.yaml; a new ..data is renamed over the old one.
    const publish = (version: number, text: string): void => {
      const directory = `${mounted}/..2026_${version}`;
      mkdirSync(directory, { recursive: true });
      writeFileSync(`${directory}/birler.yaml`, text);
      symlinkSync(`..2026_${version}`, `${mounted}/..data_tmp`);
      renameSync(`${mounted}/..data_tmp`, `${mounted}/..data`);
      if (version > 1) rmSync(`${mounted}/..2026_${version - 1}`, { recursive: true });
    };
    const second = node.dir.join('second.json');
    publish(1, config.text({ reload: 'auto' }));
    symlinkSync('..data/birler.yaml', `${mounted}/birler.yaml`);
    app.write(100);
    await using agent = new NodeAgent(node, ['run', '--config', `${mounted}/birler.yaml`]);
    await agent.untilDelivered([app.account]);
    publish(2, 'outputs: [');
    await agent.untilSaid(/was not taken/);
    publish(3, config.text({ reload: 'auto', outputs: [config.output(), config.output(second)] }));
    await agent.until(
      'the new output has all',
      () => existsSync(second) && verifyOutput(second, [app.account]).delivered === 100,
    );
    await agent.stop();
    expect(verifyOutput(second, [app.account])).toMatchObject(allDelivered(100));
    expect(verifyNode(node, [app.account])).toMatchObject(allDelivered(100));
  });
});
