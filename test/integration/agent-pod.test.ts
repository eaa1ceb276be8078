/**
 * birler as a container of a real containerd, next to the containers whose logs it reads. How it runs is taken from the
 * manifests as kubectl renders them; this test adds nothing but the node's directories.
 */
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentPod } from '../support/agent-pod.ts';
import { makeBirlerImage } from '../support/birler-image.ts';
import { Containerd } from '../support/containerd.ts';
import { renderKustomization } from '../support/kustomize.ts';
import { type Manifest, readManifest } from '../support/manifest.ts';
import { RuntimePod } from '../support/runtime-pod.ts';
import { shellWriter } from '../support/shell-writer.ts';
import { TempDir } from '../support/temp-dir.ts';
import { TempNode } from '../support/temp-node.ts';
import { until } from '../support/until.ts';
import { allDelivered, verifyOutput } from '../support/verify.ts';

const LINES = 3_000;
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const manifestOf = (name: string): Manifest => readManifest(renderKustomization(name));

describe('birler in a pod', () => {
  let containerd: Containerd;

  beforeAll(async () => {
    containerd = await Containerd.start();
    using dir = new TempDir('birler-image');
    // The runtime knows images by their full names only.
    containerd.importImage(
      makeBirlerImage(dir.path, `docker.io/library/${manifestOf('base').container.image}`),
    );
  });
  afterAll(() => containerd[Symbol.asyncDispose]());

  it("delivers other containers' lines under their names through rotation, deletion and restarts, and not its own", async () => {
    using node = new TempNode();
    await using agent = new AgentPod(containerd, node, manifestOf('base'));
    await agent.start();
    await agent.untilSaid(/started/);
    const pod = node.pod({ namespace: 'shop', name: 'web-0' });
    await using runtime = new RuntimePod(containerd.client, pod, 'in-containers');
    const [first, second] = [shellWriter(`${pod.uid}/app/0`, LINES), shellWriter(`${pod.uid}/app/1`, 500)];
    const container = await runtime.start('app', first.script);
    for (let turn = 0; turn < 3; turn++) {
      await until('the log has grown', () => sizeOf(container.log) > 40_000);
      // As CRI-O leaves them: the owner only, and the owner is root without capabilities.
      chmodSync(container.log, 0o600);
      await container.rotate({ maxFiles: 3 });
    }
    await container.untilExited();
    await agent.untilDelivered(LINES);
    expect(await agent.stop()).toBe(0);
    const restarted = await runtime.start('app', second.script, 1);
    await agent.start();
    await restarted.untilExited();
    await agent.untilDelivered(LINES + 501);
    await container.remove();
    await restarted.remove(); // The last line has no end; that none will come is known when its file is gone.
    await agent.untilDelivered(LINES + 502);
    expect(await agent.stop()).toBe(0);
    expect(verifyOutput(node.output, [first.account, second.account], 'std')).toMatchObject(
      allDelivered(LINES + 502),
    );
    const records = readFileSync(node.output, 'utf8').trimEnd().split('\n');
    expect(records).toHaveLength(LINES + 502);
    expect(JSON.parse(records[0] ?? '')).toMatchObject({
      kubernetes: { namespace_name: 'shop', pod_name: 'web-0', container_name: 'app', host: 'node-7' },
    });
  });

  it('answers the probes, has no capability, gains none, and can write nothing but its state', async () => {
    using node = new TempNode();
    await using agent = new AgentPod(containerd, node, manifestOf('base'));
    await agent.start();
    await agent.untilSaid(/started/);
    await agent.untilProbed();
    const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
    expect(field('Uid')).toMatch(/^0\s/);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect([set, field(set)]).toEqual([set, '0000000000000000']);
    expect({ noNewPrivileges: field('NoNewPrivs'), seccomp: field('Seccomp') }).toEqual({
      noNewPrivileges: '1',
      seccomp: '2', // A filter.
    });
    expect(agent.doctor()).toEqual([]);
    expect(agent.get('/metrics')).toContain('birler_build_info{');
    expect(writableMounts(agent.pid)).toEqual(['/var/lib/birler']);
  });

  it("in the variant without root, reads what root's group may read, and tells what it may not", async () => {
    using node = new TempNode();
    const pod = node.pod({ namespace: 'shop', name: 'web-0' });
    await using runtime = new RuntimePod(containerd.client, pod, 'in-containers');
    const [open, closed] = [shellWriter(`${pod.uid}/open/0`, 200), shellWriter(`${pod.uid}/closed/0`, 200)];
    for (const [name, { script }] of [
      ['open', open],
      ['closed', closed],
    ] as const) {
      const container = await runtime.start(name, script);
      await container.untilExited();
      chmodSync(container.log, name === 'open' ? 0o640 : 0o600);
    }
    await using agent = new AgentPod(containerd, node, manifestOf('overlays/non-root'));
    await agent.start();
    await agent.untilSaid(/closed\/0\.log.*EACCES|EACCES.*closed\/0\.log/);
    await agent.untilDelivered(200);
    expect(agent.doctor()).toMatchObject([{ subject: 'log files', message: /closed\/0\.log/ }]);
    expect(statSync(node.dir.join('var', 'lib', 'birler'))).toMatchObject({ uid: 65_532, gid: 0 });
    expect(readFileSync(`/proc/${agent.pid}/status`, 'utf8')).toMatch(/^Uid:\s+65532\s/m);
    expect(await agent.stop()).toBe(0);
    // Its directory is its own by now, and what is in it too.
    await agent.start();
    await agent.untilSaid(/birler started[^]*birler started/);
    expect(await agent.stop()).toBe(0);
    expect(verifyOutput(node.output, [open.account], 'std')).toMatchObject({ missing: 1, doubled: 0 });
  });
});

/** Mount points that the process could write to, but for what the runtime brings: devices, shared memory, the host's name. */
function writableMounts(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , , options = '']) => !options.split(',').includes('ro'))
    .map(([, , , , path = '']) => path)
    .filter((path) => !/^\/(?:proc|dev|sys|etc\/(?:hosts|hostname|resolv\.conf))(?:\/|$)/.test(path))
    .toSorted();
}
