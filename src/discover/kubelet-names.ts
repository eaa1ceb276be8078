/**
 * The kubelet's names, which say who wrote a log:
 *
 *   pods directory   <namespace>_<pod>_<uid>/<container>/<restart>.log      (names contain no `_`)
 *   links            <pod>_<namespace>_<container>-<64 hex>.log             (cut at 255 characters, from the right)
 */
export interface PodName {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
}

export const parsePodDirectory = (name: string): PodName | undefined => {
  const [namespace, pod, uid, ...rest] = name.split('_');
  if (!namespace || !pod || !uid || rest.length > 0) return undefined;
  return { namespace, pod, uid };
};

/** `3.log` -> 3: how often the container had been restarted. Takes the live file's name. */
export const parseRestart = (base: string): number | undefined => {
  const digits = /^(\d{1,9})\.log$/.exec(base)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

export interface ContainerPath extends PodName {
  readonly podsDirectory: string;
  readonly container: string;
  readonly restart: number;
}

/** Takes apart `<pods>/<ns>_<pod>_<uid>/<container>/<restart>.log`. */
export const parseContainerPath = (path: string): ContainerPath | undefined => {
  const parts = path.split('/');
  const [podDirectory, container, file] = parts.slice(-3);
  if (podDirectory === undefined || !container || file === undefined) return undefined;
  const pod = parsePodDirectory(podDirectory);
  const restart = parseRestart(file);
  if (pod === undefined || restart === undefined) return undefined;
  return { ...pod, container, restart, podsDirectory: parts.slice(0, -3).join('/') || '/' };
};

export interface LinkName {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Up to 64 hex digits; shorter, down to none, where the name was cut. */
  readonly containerId: string;
}

/** The longest name a link can have; the kubelet cuts there and may cut the id, or all of it. */
const LONGEST_LINK_NAME = 255;

export const parseLinkName = (name: string): LinkName | undefined => {
  if (!name.endsWith('.log')) return undefined;
  const [pod, namespace, rest, ...more] = name.slice(0, -'.log'.length).split('_');
  if (!pod || !namespace || !rest || more.length > 0) return undefined;
  const id = /^(?<container>.+)-(?<containerId>[0-9a-f]*)$/.exec(rest)?.groups;
  const wasCut = name.length >= LONGEST_LINK_NAME;
  if (id?.['container'] !== undefined && id['containerId'] !== undefined) {
    if (id['containerId'].length === 64 || wasCut) {
      return { namespace, pod, container: id['container'], containerId: id['containerId'] };
    }
  }
  return wasCut ? { namespace, pod, container: rest, containerId: '' } : undefined;
};
