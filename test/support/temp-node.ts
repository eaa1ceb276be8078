import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { TempDir } from './temp-dir.ts';

/** The kubelet cuts a link's name, so that it fits a file name: 255 characters with `.log`. */
const LONGEST_LINK_NAME = 255;

export interface PodNames {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * The log directories of a Kubernetes node in a temporary directory, as the kubelet lays them out:
 *
 *     var/log/pods/<namespace>_<pod>_<uid>/<container>/<restart>.log
 *     var/log/containers/<pod>_<namespace>_<container>-<id>.log -> the file above
 */
export class TempNode implements Disposable {
  readonly dir: TempDir;
  readonly logs: string;
  readonly pods: string;
  /** The agent's state and output; another agent over the same logs gets others. */
  state: string;
  output: string;

  constructor(name = 'birler-node') {
    this.dir = new TempDir(name);
    this.logs = this.dir.join('var', 'log', 'containers');
    this.pods = this.dir.join('var', 'log', 'pods');
    this.state = this.dir.join('state');
    this.output = this.dir.join('output.json');
    mkdirSync(this.logs, { recursive: true });
    mkdirSync(this.pods, { recursive: true });
  }

  pod(names: PodNames): TempPod {
    return new TempPod(this, names);
  }

  /** A container of a pod of its own, for tests that need just one. */
  container(name = 'app', namespace = 'shop'): TempContainer {
    return this.pod({ namespace, name: `${name}-0` }).container(name);
  }

  /** Where a container that mounts this node's /var/log sees one of its files. */
  inContainers(path: string): string {
    return path.replace(this.dir.join('var', 'log'), '/var/log');
  }

  /** From here on for an agent that knows nothing of the first: another state directory and another output. */
  forAnotherAgent(): void {
    this.state += '-another';
    this.output += '.another';
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

export class TempPod {
  readonly node: TempNode;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly directory: string;

  constructor(node: TempNode, { namespace, name, uid = randomUUID() }: PodNames) {
    this.node = node;
    this.namespace = namespace;
    this.name = name;
    this.uid = uid;
    this.directory = join(node.pods, `${namespace}_${name}_${uid}`);
    mkdirSync(this.directory, { recursive: true });
  }

  container(name: string, restart = 0): TempContainer {
    return new TempContainer(this, name, restart);
  }

  /** What the kubelet does when the pod is gone: the directory with all of its containers. */
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One instance of a container: its log file is made by the runtime (a writer), its link by the kubelet (`link`). */
export class TempContainer {
  readonly pod: TempPod;
  readonly name: string;
  readonly restart: number;
  readonly id = randomBytes(32).toString('hex');
  readonly directory: string;
  readonly log: string;
  readonly linkPath: string;

  constructor(pod: TempPod, name: string, restart: number) {
    this.pod = pod;
    this.name = name;
    this.restart = restart;
    this.directory = join(pod.directory, name);
    this.log = join(this.directory, `${restart}.log`);
    this.linkPath = join(pod.node.logs, linkName(pod.name, pod.namespace, name, this.id));
    mkdirSync(this.directory, { recursive: true });
  }

  /** The stream's name in `verify.ts`: pod uid, container and restart count. */
  get key(): string {
    return `${this.pod.uid}/${this.name}/${this.restart}`;
  }

  /** The kubelet makes the link after the start, when the log exists. */
  link(): this {
    symlinkSync(this.log, this.linkPath);
    return this;
  }

  unlink(): void {
    rmSync(this.linkPath, { force: true });
  }
}

export function linkName(pod: string, namespace: string, container: string, id: string): string {
  const name = `${pod}_${namespace}_${container}-${id}`;
  return `${name.slice(0, LONGEST_LINK_NAME - '.log'.length)}.log`;
}
