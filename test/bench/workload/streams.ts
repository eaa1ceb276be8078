import type { Mix } from './mix.ts';
import { Random } from './random.ts';

/** One container of the generated node. Everything about its log follows from this. */
export interface StreamSpec {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
  readonly containerId: string;
  readonly restart: number;
  readonly seed: number;
  readonly mix: Mix;
}

/** What a stream's log holds: enough to know afterwards whether all of it came out. */
export interface StreamAccount {
  readonly records: number;
  /** Physical lines: a long record has several. */
  readonly lines: number;
  readonly bytes: number;
  /** Of the file, as hex. */
  readonly sha256: string;
}

/** The node's name in every record; the agent takes it from NODE_NAME. */
export const NODE_NAME = 'bench-node-1';

const NAMESPACES = ['shop', 'kube-system', 'monitoring', 'payments'] as const;
const APPS = ['frontend', 'cart', 'checkout', 'node-exporter', 'ledger', 'coredns'] as const;

export const makeStreams = (count: number, seed: number, mix: Mix): readonly StreamSpec[] =>
  Array.from({ length: count }, (_, index) => {
    const random = new Random(seed + Math.imul(index, 0x9e3779b1));
    const id = random.hex(32);
    return {
      namespace: random.pick(NAMESPACES),
      pod: `${random.pick(APPS)}-${random.hex(10)}-${index.toString(36).padStart(5, '0')}`,
      uid: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-'),
      container: 'app',
      containerId: random.hex(64),
      restart: 0,
      seed: random.next(),
      mix,
    };
  });

/** Where a stream's log and link stand, relative to the node's directory. */
export const logPath = ({ namespace, pod, uid, container, restart }: StreamSpec): string =>
  `pods/${namespace}_${pod}_${uid}/${container}/${restart}.log`;

export const linkPath = ({ namespace, pod, container, containerId }: StreamSpec): string =>
  `containers/${pod}_${namespace}_${container}-${containerId}.log`;
