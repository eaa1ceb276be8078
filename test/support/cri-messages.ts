import { Message, StringMap } from './protobuf.ts';

/** What runtime.v1 calls NamespaceMode: a space of the pod's own, of the container's own, or the node's. */
const OF_THE_POD = 0;
const OF_THE_CONTAINER = 1;
const OF_THE_NODE = 2;

export interface SandboxNames {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly logDirectory: string;
  /** The node's network needs no plugin; the pod's own does. The node's unless it is said. */
  readonly network?: 'node' | 'pod';
}

export interface ContainerSpec {
  readonly name: string;
  readonly restart: number;
  readonly image: string;
  /** Instead of the image's entry point. */
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly mounts?: readonly MountSpec[];
  readonly security?: SecuritySpec;
  readonly memoryBytes?: number;
}

export interface MountSpec {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly isReadOnly: boolean;
}

export interface SecuritySpec {
  readonly user: number;
  readonly group: number;
  readonly isRootReadOnly: boolean;
  readonly mayGainPrivileges: boolean;
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  /** The runtime's own seccomp profile; without it none. */
  readonly hasSeccomp: boolean;
}

export function sandboxConfig(names: SandboxNames): Message {
  return new Message({
    1: new Message({ 1: names.pod, 2: names.uid, 3: names.namespace }),
    3: names.logDirectory,
    6: labels(names),
    8: new Message({ 2: new Message({ 1: namespaceOptions(names) }) }),
  });
}

export function containerConfig(names: SandboxNames, spec: ContainerSpec): Message {
  const environment = Object.entries(spec.environment ?? {});
  return new Message({
    1: new Message({ 1: spec.name, 2: spec.restart }),
    2: new Message({ 1: spec.image }),
    3: spec.command,
    4: spec.args,
    6: environment.map(([name, value]) => new Message({ 1: name, 2: value })),
    7: spec.mounts?.map(
      (mount) => new Message({ 1: mount.containerPath, 2: mount.hostPath, 3: mount.isReadOnly }),
    ),
    9: labels(names),
    11: `${spec.name}/${spec.restart}.log`,
    15: new Message({
      1: spec.memoryBytes === undefined ? undefined : new Message({ 4: spec.memoryBytes }),
      2: securityContext(names, spec.security),
    }),
  });
}

function securityContext(names: SandboxNames, security: SecuritySpec | undefined): Message {
  if (security === undefined) return new Message({ 3: namespaceOptions(names) });
  return new Message({
    1: new Message({ 1: security.addedCapabilities, 2: security.droppedCapabilities }),
    3: namespaceOptions(names),
    5: new Message({ 1: security.user }),
    7: security.isRootReadOnly,
    11: !security.mayGainPrivileges,
    12: new Message({ 1: security.group }),
    // SecurityProfile: 0 is the runtime's own, 1 is none.
    15: new Message({ 1: security.hasSeccomp ? 0 : 1 }),
  });
}

const namespaceOptions = ({ network = 'node' }: SandboxNames): Message =>
  new Message({ 1: network === 'node' ? OF_THE_NODE : OF_THE_POD, 2: OF_THE_CONTAINER });

const labels = (names: SandboxNames): StringMap =>
  new StringMap({
    'io.kubernetes.pod.name': names.pod,
    'io.kubernetes.pod.namespace': names.namespace,
    'io.kubernetes.pod.uid': names.uid,
  });
