import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { BUSYBOX_IMAGE } from './containerd.ts';
import type { CriClient } from './cri-client.ts';
import type { SandboxNames } from './cri-messages.ts';
import {
  type Rotation,
  type RotationOptions,
  removeContainerLogs,
  rotateAsKubelet,
} from './kubelet-rotation.ts';
import { linkName, type TempPod } from './temp-node.ts';
import { until } from './until.ts';

/** A pod that a real runtime runs and whose files we tend as the kubelet would. */
export class RuntimePod implements AsyncDisposable {
  readonly #client: CriClient;
  readonly #pod: TempPod;
  readonly #names: SandboxNames;
  readonly #linksLead: 'here' | 'in-containers';
  #sandboxId = '';

  /** @param linksLead whether the kubelet's link names the log where it is, or where an agent in a container sees it */
  constructor(client: CriClient, pod: TempPod, linksLead: 'here' | 'in-containers' = 'here') {
    this.#client = client;
    this.#pod = pod;
    this.#linksLead = linksLead;
    this.#names = { namespace: pod.namespace, pod: pod.name, uid: pod.uid, logDirectory: pod.directory };
  }

  /** Starts a shell script in a container; the kubelet's link is made after the start. */
  async start(name: string, script: string, restart = 0): Promise<RuntimeContainer> {
    this.#sandboxId ||= await this.#client.runSandbox(this.#names);
    const log = this.#pod.container(name, restart).log;
    const spec = { name, restart, image: BUSYBOX_IMAGE, command: ['/bin/sh', '-c'], args: [script] };
    const id = await this.#client.startContainer(this.#sandboxId, this.#names, spec);
    const { namespace, name: podName, node } = this.#pod;
    const link = join(node.logs, linkName(podName, namespace, name, id));
    symlinkSync(this.#linksLead === 'here' ? log : node.inContainers(log), link);
    return new RuntimeContainer(this.#client, id, log, link);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#sandboxId !== '') await this.#client.removeSandbox(this.#sandboxId);
  }
}

export class RuntimeContainer {
  readonly #client: CriClient;
  readonly id: string;
  readonly log: string;
  readonly link: string;

  constructor(client: CriClient, id: string, log: string, link: string) {
    this.#client = client;
    this.id = id;
    this.log = log;
    this.link = link;
  }

  rotate(options: Partial<RotationOptions> = {}): Promise<Rotation> {
    return rotateAsKubelet(this.log, { reopen: () => this.#client.reopenLog(this.id), ...options });
  }

  async untilExited(): Promise<void> {
    await until('the container has ended', () => this.#client.hasExited(this.id), 60_000);
  }

  /** The container, and then its files, in the kubelet's order. */
  async remove(): Promise<void> {
    await this.#client.removeContainer(this.id);
    removeContainerLogs(this.log, this.link);
  }
}
