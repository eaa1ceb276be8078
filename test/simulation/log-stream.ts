import type { Inode } from '../support/fake-inodes.ts';
import type { StreamKind } from './actions.ts';
import type { Life, LineFormat, LogLine } from './log-lines.ts';

/** One container stream or plain log, and its single writer. */
export interface LogStream {
  readonly index: number;
  readonly kind: StreamKind;
  readonly format: LineFormat;
  /** Its program writes the same lines into every new file. */
  readonly hasBanner: boolean;
  readonly pod: string;
  readonly restart: number;
  /** Where the live file is. */
  path: string;
  readonly directory: string;
  /** The name that a plain log has in records. */
  readonly file: string;
  /** The container, the file's writer: it lives. */
  alive: boolean;
  /** The file that the writer has open; it may have another name by now, or none. */
  writer: Inode | undefined;
  life: Life | undefined;
  /** Lines in the order in which they were written. */
  readonly lines: LogLine[];
  readonly byChannel: readonly [LogLine[], LogLine[]];
  half: LogLine | undefined;
  /** The copy that logrotate is making of the live file. */
  copying: { readonly copy: Inode; readonly source: Inode } | undefined;
  /** How many pieces of a record are open, per channel. */
  readonly openPieces: [number, number];
  /** When it was last copied, ms. */
  copiedMs: number;
  /** How often its link was turned to another file. */
  turns: number;
  /** The time in the name of its last rotated file. */
  lastStampMs: number;
}

/** `/var/log/pods/<ns>_<pod>_<uid>/app/<restart>.log`, linked from the logs directory; or a plain file in it. */
export const LOGS = '/var/log/containers';
export const PODS = '/var/log/pods';
export const ELSEWHERE = '/srv/logs';
export const AWAY = '/srv/away';

export const podDirectory = (pod: string): string => `${PODS}/shop_${pod}_uid-${pod}`;

export const linkOf = (stream: LogStream): string | undefined => {
  if (stream.kind === 'plain') return undefined;
  if (stream.kind === 'linked') return `${LOGS}/${stream.file}`;
  const id = `${stream.pod}${stream.restart}`.replaceAll(/[^0-9a-f]/g, '0').padEnd(64, '0');
  return `${LOGS}/${stream.pod}_shop_app-${id}.log`;
};

export const newStream = (
  index: number,
  kind: StreamKind,
  format: LineFormat,
  pod: string,
  restart: number,
  hasBanner: boolean,
): LogStream => {
  const file = `plain-${index}.log`;
  const place = {
    kubelet: { directory: `${podDirectory(pod)}/app`, name: `${restart}.log` },
    plain: { directory: LOGS, name: file },
    linked: { directory: `${ELSEWHERE}/${index}`, name: 'current-0.log' },
  }[kind];
  return {
    index,
    kind,
    format,
    hasBanner,
    pod,
    restart,
    file,
    directory: place.directory,
    path: `${place.directory}/${place.name}`,
    alive: true,
    writer: undefined,
    life: undefined,
    lines: [],
    byChannel: [[], []],
    half: undefined,
    copying: undefined,
    copiedMs: Number.NEGATIVE_INFINITY,
    openPieces: [0, 0],
    turns: 0,
    lastStampMs: 0,
  };
};
