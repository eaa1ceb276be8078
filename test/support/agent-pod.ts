import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Containerd } from './containerd.ts';
import { CriLogReader } from './cri-log-reader.ts';
import type { ContainerSpec, MountSpec, SandboxNames, SecuritySpec } from './cri-messages.ts';
import { type Container, environmentOf, type Manifest } from './manifest.ts';
import { linkName, type TempNode, type TempPod } from './temp-node.ts';
import { until } from './until.ts';

/**
 * birler's own pod, made of what the manifest says and nothing else: image, arguments, environment, mounts, user, capabilities,
 * seccomp, memory limit. The node's paths lie below the temporary node; its output is what the container writes to its
 * standard output, which the runtime puts into a log like all others.
 */
export class AgentPod implements AsyncDisposable {
  readonly #containerd: Containerd;
  readonly #node: TempNode;
  readonly #manifest: Manifest;
  readonly #pod: TempPod;
  readonly #names: SandboxNames;
  #sandboxId = '';
  #restarts = 0;
  #running: { readonly id: string; readonly log: CriLogReader } | undefined;
  /** Lines that came out of its standard output, of all of its containers. */
  delivered = 0;
  /** What it said on its standard error. */
  said = '';

  constructor(containerd: Containerd, node: TempNode, manifest: Manifest) {
    this.#containerd = containerd;
    this.#node = node;
    this.#manifest = manifest;
    this.#pod = node.pod({ namespace: manifest.namespace, name: 'birler-x7k2p' });
    const { namespace, name: pod, uid, directory: logDirectory } = this.#pod;
    const network = manifest.pod['hostNetwork'] === false ? 'pod' : 'node';
    this.#names = { namespace, pod, uid, logDirectory, network };
    mkdirSync(node.dir.join('config'));
    writeFileSync(node.dir.join('config', 'birler.yaml'), manifest.config);
  }

  /** Runs the init containers to their end, then the container. May be called again after `stop`. */
  async start(): Promise<void> {
    const { client } = this.#containerd;
    this.#sandboxId ||= await client.runSandbox(this.#names);
    for (const init of this.#manifest.pod.initContainers) {
      const id = await this.#startContainer(init);
      await until(`${init.name} has ended`, () => client.hasExited(id));
      const code = await client.exitCode(id);
      if (code !== 0) throw new Error(`${init.name} ended with ${code}: ${this.#logText(init.name)}`);
    }
    const id = await this.#startContainer(this.#manifest.container);
    const log = this.#logPath(this.#manifest.container.name);
    const link = linkName(this.#pod.name, this.#pod.namespace, this.#manifest.container.name, id);
    symlinkSync(this.#node.inContainers(log), join(this.#node.logs, link));
    this.#running = { id, log: new CriLogReader(log) };
  }

  /** SIGTERM and the grace of the manifest; returns the exit code. */
  async stop(): Promise<number> {
    if (this.#running === undefined) throw new Error('the agent does not run');
    const { id, log } = this.#running;
    const { client } = this.#containerd;
    await client.stopContainer(id, this.#manifest.pod.terminationGracePeriodSeconds);
    this.drain();
    log.close();
    this.#running = undefined;
    this.#restarts++;
    return client.exitCode(id);
  }

  get pid(): number {
    return this.#containerd.pidOf(this.#running?.id ?? '');
  }

  /** Takes what the runtime has written down of its output; lines of records go to the node's output file. */
  drain(): void {
    const messages = this.#running?.log.take() ?? [];
    const records = messages.filter(({ stream }) => stream === 'stdout');
    const told = messages.filter(({ stream }) => stream === 'stderr');
    if (records.length > 0)
      appendFileSync(this.#node.output, records.map(({ message }) => `${message}\n`).join(''));
    this.delivered += records.length;
    this.said += told.map(({ message }) => `${message}\n`).join('');
  }

  async untilSaid(pattern: RegExp): Promise<void> {
    await until(
      () => `the agent says ${pattern}; it said:\n${this.said}`,
      () => {
        this.drain();
        return pattern.test(this.said);
      },
    );
  }

  async untilDelivered(lines: number): Promise<void> {
    await until(
      () => `${lines} lines came out; there are ${this.delivered}, and the agent said:\n${this.said}`,
      () => {
        this.drain();
        return this.delivered >= lines;
      },
    );
  }

  /** What `birler doctor` in the running container finds that is not ok. */
  doctor(): readonly { readonly subject: string; readonly level: string; readonly message: string }[] {
    const { args } = this.#manifest.container;
    const program = ['birler', 'doctor', '--json', ...args.slice(args.indexOf('--config'))];
    const findings = Findings.parse(JSON.parse(this.#containerd.exec(this.#running?.id ?? '', program)));
    return findings.filter(({ level }) => level !== 'ok');
  }

  /** Waits until all probes of the manifest succeed. */
  async untilProbed(): Promise<void> {
    const { startupProbe, livenessProbe, readinessProbe, ports } = this.#manifest.container;
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      const { path, port } = probe?.httpGet ?? { path: '', port: '' };
      const number = ports.find(({ name }) => name === port)?.containerPort;
      await until(`${path} says yes on port ${number}`, () => this.get(path, number));
    }
  }

  /** Asks birler from within its pod's network; what it answers, undefined unless that is a success. */
  get(path: string, port = this.#manifest.container.ports[0]?.containerPort): string | undefined {
    const url = `http://127.0.0.1:${port}${path}`;
    const args = ['nsenter', `--net=/proc/${this.pid}/ns/net`, 'busybox', 'wget', '-q', '-O', '-', url];
    try {
      return execFileSync('busybox', args, { encoding: 'utf8', stdio: 'pipe' });
    } catch {
      return undefined; // Not 200, or nobody is there.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running?.log.close();
    if (this.#sandboxId !== '') await this.#containerd.client.removeSandbox(this.#sandboxId);
  }

  async #startContainer(container: Container): Promise<string> {
    const spec: ContainerSpec = {
      name: container.name,
      restart: this.#restarts,
      image: container.image,
      command: container.command,
      args: container.args,
      environment: environmentOf(container, {
        'spec.nodeName': 'node-7',
        'metadata.name': this.#pod.name,
        'metadata.namespace': this.#pod.namespace,
        'status.hostIP': '192.0.2.7',
      }),
      mounts: container.volumeMounts.map((mount) => this.#mount(mount)),
      security: securityOf(container),
      memoryBytes: bytesOf(container.resources.limits.memory),
    };
    mkdirSync(join(this.#pod.directory, container.name), { recursive: true });
    return this.#containerd.client.startContainer(this.#sandboxId, this.#names, spec);
  }

  #mount(mount: Container['volumeMounts'][number]): MountSpec {
    const volume = this.#manifest.pod.volumes.find(({ name }) => name === mount.name);
    if (volume === undefined) throw new Error(`no volume is called ${mount.name}`);
    const hostPath =
      'configMap' in volume ? this.#node.dir.join('config') : this.#node.dir.join(volume.hostPath.path);
    // As the kubelet makes it: root's, and nobody else may write.
    if ('hostPath' in volume && volume.hostPath.type === 'DirectoryOrCreate')
      mkdirSync(hostPath, { recursive: true, mode: 0o755 });
    return { hostPath, containerPath: mount.mountPath, isReadOnly: mount.readOnly };
  }

  #logPath(container: string): string {
    return join(this.#pod.directory, container, `${this.#restarts}.log`);
  }

  #logText(container: string): string {
    return readFileSync(this.#logPath(container), 'utf8');
  }
}

const Findings = z.array(z.object({ subject: z.string(), level: z.string(), message: z.string() })).min(5);

function securityOf({ securityContext }: Container): SecuritySpec {
  return {
    user: securityContext.runAsUser,
    group: securityContext.runAsGroup,
    isRootReadOnly: securityContext.readOnlyRootFilesystem,
    mayGainPrivileges: securityContext.allowPrivilegeEscalation,
    addedCapabilities: securityContext.capabilities.add,
    droppedCapabilities: securityContext.capabilities.drop,
    hasSeccomp: securityContext.seccompProfile.type === 'RuntimeDefault',
  };
}

/** `200Mi` as bytes. */
function bytesOf(quantity: string): number {
  const [, number, unit] = /^(\d+)(Ki|Mi|Gi)$/.exec(quantity) ?? [];
  if (unit === undefined) throw new Error(`${quantity} is no quantity of bytes with Ki, Mi or Gi`);
  return Number(number) * { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit as 'Ki' | 'Mi' | 'Gi'];
}
