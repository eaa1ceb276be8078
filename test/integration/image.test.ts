/**
 * The Dockerfile, built for real and run as the DaemonSet runs it: read-only root, no capabilities, no network.
 *
 * No registry is needed. The build image is made by hand: busybox for a shell, the libraries of the pinned Node,
 * and the packages that the bundle is made of, which the Dockerfile then finds and does not fetch.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxRoot } from '../support/busybox-image.ts';
import { DockerEngine } from '../support/docker-engine.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { readManifest } from '../support/manifest.ts';
import { TempDir } from '../support/temp-dir.ts';
import { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';
import { allDelivered, verifyOutput } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const { config, container: manifest } = readManifest(renderKustomization('base'));

/** What is written has traces in it, and what is counted are lines. */
const LINE_BY_LINE = ['--multiline', 'off'] as const;
const ONCE = ['--once', ...LINE_BY_LINE] as const;

describe('the Dockerfile', () => {
  it("names the program's version, and the Node of the lock file", () => {
    const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
    const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly version: string;
      readonly dependencies: Readonly<Record<string, string>>;
    };
    expect(text).toContain(`org.opencontainers.image.version="${version}"`);
    expect(text).toMatch(new RegExp(`^ARG BUILD_IMAGE=node:${dependencies['node']}-`, 'm'));
  });
});

describe('the image', () => {
  let engine: DockerEngine;

  beforeAll(async () => {
    engine = await DockerEngine.start();
    importBuildImage(engine);
    engine.docker([
      'build',
      '--network',
      'none',
      '--build-arg',
      'BUILD_IMAGE=birler-build',
      '--tag',
      'birler',
      ROOT,
    ]);
  });

  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
  });

  const run = (node: TempNode, ...args: string[]): string =>
    engine.docker(['run', '--rm', ...asOn(node), ...args]);

  it('ships what two pods wrote when run as the manifest runs it, and each line once', () => {
    using node = new TempNode();
    mkdirSync(node.state);
    mkdirSync(node.dir.join('config'));
    writeFileSync(node.dir.join('config', 'birler.yaml'), config);
    using shop = new WrittenContainer(node.container('shop'));
    using bank = new WrittenContainer(node.container('bank'));
    for (const { container } of [shop.write(500), bank.write(300)]) {
      linkAsOnTheNode(node, container.linkPath, container.log);
      // As CRI-O leaves them: the owner only, and the owner is root without capabilities.
      chmodSync(container.log, 0o600);
    }
    writeFileSync(node.output, run(node, ...manifest.args, ...ONCE));
    expect(verifyOutput(node.output, [shop.account, bank.account])).toMatchObject(allDelivered(800));
    expect(linesOf(run(node, ...manifest.args, ...ONCE))).toBe(0);
    shop.write(10);
    expect(linesOf(run(node, ...manifest.args, ...ONCE))).toBe(10);
  });

  it('follows until it is told to stop, and then ends by itself with status 0', async () => {
    using node = new TempNode();
    mkdirSync(node.state);
    using app = new WrittenContainer(node.container());
    linkAsOnTheNode(node, app.container.linkPath, app.container.log);
    const id = engine.docker(['run', '--detach', ...asOn(node), 'run', ...LINE_BY_LINE]).trim();
    const lines = (): number => linesOf(engine.docker(['logs', id]));
    app.write(20);
    await until('the first lines are out', () => lines() === 20);
    app.write(5);
    await until('the next lines are out', () => lines() === 25);
    const began = performance.now();
    engine.docker(['stop', '--time', '30', id]);
    expect(engine.docker(['inspect', '--format', '{{.State.ExitCode}}', id]).trim()).toBe('0');
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(lines()).toBe(25);
  });

  it('has a birler for people who look into a running container', async () => {
    using node = new TempNode();
    mkdirSync(node.state);
    const id = engine.docker(['run', '--detach', ...asOn(node), 'run', '--output', 'stdout']).trim();
    const status = (): string => engine.docker(['exec', id, 'birler', 'status', '--json']);
    await until('there is a checkpoint to read', () => existsSync(join(node.state, 'snapshot')));
    expect(JSON.parse(status())).toBeTypeOf('object');
    engine.docker(['stop', '--time', '30', id]);
  });

  it('says its version, and stops with status 2 and one line at a flag that it does not know', () => {
    using node = new TempNode();
    mkdirSync(node.state);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    expect(run(node, '--version').trim()).toBe(version);
    expect(() => run(node, 'run', '--no-such-flag')).toThrow(
      expect.objectContaining({
        status: 2,
        stderr: expect.stringMatching(/^.*--no-such-flag.*\n$/) as string,
      }),
    );
  });

  it('holds Node, its libraries, the bundle and the licences, and nothing else that runs', () => {
    const id = engine.docker(['create', 'birler']).trim();
    using unpacked = new TempDir('image');
    engine.docker(['export', '--output', unpacked.join('image.tar'), id]);
    const names = execFileSync('tar', ['-tf', unpacked.join('image.tar')], { encoding: 'utf8' }).split('\n');
    expect(names).toEqual(
      expect.arrayContaining([
        'usr/local/bin/node',
        'app/birler.mjs',
        expect.stringMatching(/^app\/birler-parts\/run-agent-\w+\.mjs$/) as string,
        expect.stringMatching(/^app\/birler-cache\/.+\/\w+$/) as string,
        'app/LICENSE',
        'app/THIRD-PARTY-LICENSES.txt',
      ]),
    );
    expect(names.filter((name) => /(?:^|\/)s?bin\/./.test(name)).toSorted()).toEqual([
      'usr/local/bin/birler',
      'usr/local/bin/node',
    ]);
    expect(names.filter((name) => name.includes('node_modules'))).toEqual([]);
  });
});

const linesOf = (text: string): number => text.split('\n').length - 1;

/** The arguments of `docker run` that do what the manifest does. */
function asOn(node: TempNode): readonly string[] {
  const mounts = [
    `${node.dir.join('var', 'log')}:/var/log:ro`,
    `${node.state}:/var/lib/birler`,
    `${node.dir.join('config')}:/etc/birler:ro`,
  ].flatMap((mount) => ['--volume', mount]);
  return ['--network', 'none', '--env', 'NODE_NAME=node-7', ...asTheManifestAllows(), ...mounts, 'birler'];
}

/** What the manifest allows the container, in Docker's words. */
function asTheManifestAllows(): readonly string[] {
  const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities, runAsUser, runAsGroup } =
    manifest.securityContext;
  return [
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...capabilities.drop.flatMap((name) => ['--cap-drop', name]),
    ...['--user', `${runAsUser}:${runAsGroup}`],
  ];
}

/** The kubelet's link leads to /var/log/pods, wherever the test keeps that directory. */
function linkAsOnTheNode(node: TempNode, link: string, log: string): void {
  execFileSync('rm', [link]);
  symlinkSync(node.inContainers(log), link);
}

/** Makes the image `birler-build`: a shell, what the pinned Node needs, and /build/node_modules. */
function importBuildImage(engine: DockerEngine): void {
  using dir = new TempDir('birler-build');
  const root = makeBusyboxRoot(dir.join('root'));
  const { sharedObjects } = process.report.getReport() as unknown as {
    readonly sharedObjects: readonly string[];
  };
  for (const library of sharedObjects.filter(isAbsolute)) {
    mkdirSync(dirname(join(root, library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
  }
  for (const path of packagesOfTheBundle()) {
    const from = join(ROOT, path);
    cpSync(from, join(root, 'build', path), {
      recursive: true,
      // The program stands at node/bin/node; the package it came from holds a second copy, headers and all.
      filter: (source) => !/node_modules\/node\/node_modules\/[^/]+\/(?:bin|include|share)$/.test(source),
    });
  }
  const archive = dir.join('base.tar');
  execFileSync('tar', ['-C', root, '--numeric-owner', '--owner=0', '--group=0', '-cf', archive, '.']);
  engine.docker(['import', '--change', 'ENV PATH=/bin', archive, 'birler-build']);
}

/** The installed packages that are not for development, and the bundler. */
function packagesOfTheBundle(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'node_modules', '.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => dev !== true || /^node_modules\/@?esbuild(?:\/|$)/.test(path))
    .map(([path]) => path);
}
