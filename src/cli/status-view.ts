import { styleText } from 'node:util';
import type { GapReason } from '../core/gap.ts';
import { approximateDuration, approximateSize } from '../core/units.ts';
import type { GapTotal } from '../telemetry/ledger.ts';
import { type Cell, plain, table } from './table.ts';

/** All that `birler status` tells; `--json` prints it as it is. Times are RFC 3339. */
export interface Status {
  readonly agent: AgentStatus;
  readonly outputs: readonly OutputStatus[];
}

export interface AgentStatus {
  readonly running: boolean;
  readonly pid?: number;
  readonly host: string;
  readonly startedAt?: string;
}

export interface OutputStatus {
  readonly name: string;
  readonly type: string;
  readonly streams: readonly StreamStatus[];
  readonly ledger: LedgerStatus;
}

export interface StreamStatus {
  /** The stream's name for ever (`streamKeyOf`). */
  readonly key: string;
  /** The stream's name for people (`displayNameOf`). */
  readonly name: string;
  /** In the order in which they were written. */
  readonly generations: readonly GenerationStatus[];
  readonly lagBytes: number;
  /** Age of the oldest byte that was not delivered; null where it is not known. */
  readonly lagSeconds: number | null;
}

export interface GenerationStatus {
  readonly sequence: number;
  readonly file: string;
  /** Of the decompressed bytes, as the offset is; null where nobody knows (a .gz that was not read yet). */
  readonly sizeBytes: number | null;
  readonly offset: number;
  readonly state: 'live' | 'rotated' | 'compressed' | 'deleted' | 'gone';
}

export interface LedgerStatus {
  readonly delivered: { readonly records: number; readonly bytes: number };
  readonly gaps: readonly GapTotal[];
  /** The latest losses, the newest last. */
  readonly recent: readonly RecentGap[];
}

export interface RecentGap {
  readonly time: string;
  readonly stream: string;
  readonly reason: GapReason;
  readonly bytes: number | null;
  readonly file: string;
  readonly from: number;
}

export interface StatusView {
  /** ms since 1970. */
  readonly now: number;
  readonly isColored: boolean;
  /** Without it: the streams that are furthest behind, and of each only the files that are not finished. */
  readonly showsAll: boolean;
}

const MOST_STREAMS = 20;
const MOST_RECENT = 10;

type Paint = (text: string) => string;
interface Paints {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
}

/** The status for people. */
export const renderStatus = (status: Status, view: StatusView): string => {
  const paint = (style: 'bold' | 'dim' | 'red' | 'green'): Paint =>
    view.isColored ? (text) => styleText(style, text, { validateStream: false }) : (text) => text;
  const paints = { bold: paint('bold'), dim: paint('dim'), red: paint('red'), green: paint('green') };
  const sections = status.outputs.map((output) => renderOutput(output, view, paints).join('\n'));
  if (sections.length === 0) sections.push('Nothing was delivered yet.');
  return `${[renderAgent(status.agent, view, paints), ...sections].join('\n\n')}\n`;
};

const renderAgent = (
  { running, pid, host, startedAt }: AgentStatus,
  view: StatusView,
  paints: Paints,
): string => {
  if (!running) return `birler on ${plain(host)} is ${paints.bold('not running')}; this is where it stopped.`;
  const started = Date.parse(startedAt ?? '');
  const facts = [
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(Number.isNaN(started) ? [] : [`for ${approximateDuration(Math.max(0, view.now - started))}`]),
  ];
  return `birler on ${plain(host)} is ${paints.green('running')}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}.`;
};

const renderOutput = (output: OutputStatus, view: StatusView, paints: Paints): string[] => {
  const { delivered } = output.ledger;
  const type =
    output.name === output.type || output.name.startsWith(`${output.type}:`) ? '' : ` (${output.type})`;
  return [
    paints.bold(`Output ${plain(output.name)}${type}`),
    `  delivered: ${count(delivered.records, 'record')}, ${approximateSize(delivered.bytes)}`,
    ...renderLosses(output.ledger, view, paints),
    ...renderStreams(output.streams, view, paints),
  ];
};

const renderLosses = ({ gaps, recent }: LedgerStatus, view: StatusView, paints: Paints): string[] => {
  if (gaps.length === 0) return [paints.green('  no losses')];
  const lines = gaps.map(
    ({ reason, events, bytes, unknownEvents }) =>
      `  ${paints.red(`lost (${reason}): ${lossSize(bytes, events, unknownEvents)}`)}${paints.dim(` in ${count(events, 'event')}`)}`,
  );
  const shown = recent.slice(view.showsAll ? 0 : -MOST_RECENT);
  const columns = [
    { title: 'LOST AT', align: 'left' },
    { title: 'STREAM', align: 'left' },
    { title: 'WHY', align: 'left' },
    { title: 'HOW MUCH', align: 'right' },
    { title: 'FILE', align: 'left' },
    { title: 'FROM BYTE', align: 'right' },
  ] as const;
  const rows = shown.map(({ time, stream, reason, bytes, file, from }): Cell[] => [
    { text: plain(time) },
    { text: plain(stream) },
    { text: reason, paint: paints.red },
    { text: bytes === null ? 'unknown' : approximateSize(bytes), paint: paints.red },
    { text: plain(file) },
    { text: grouped(from) },
  ]);
  return rows.length === 0 ? lines : [...lines, ...table(columns, rows, paints.dim).map(indented)];
};

const lossSize = (bytes: number, events: number, unknownEvents: number): string => {
  if (unknownEvents === 0) return approximateSize(bytes);
  return unknownEvents === events
    ? 'unknown size'
    : `${approximateSize(bytes)} and ${unknownEvents} × unknown size`;
};

const renderStreams = (streams: readonly StreamStatus[], view: StatusView, paints: Paints): string[] => {
  if (streams.length === 0) return ['  no streams yet'];
  const lagging = streams.filter((stream) => stream.lagBytes > 0);
  const lagBytes = lagging.reduce((sum, stream) => sum + stream.lagBytes, 0);
  const behind =
    lagging.length === 0
      ? 'all up to date'
      : `${grouped(lagging.length)} behind, by ${approximateSize(lagBytes)}`;
  const sorted = streams.toSorted((a, b) => b.lagBytes - a.lagBytes || (a.name < b.name ? -1 : 1));
  const shown = view.showsAll ? sorted : sorted.slice(0, MOST_STREAMS);
  const columns = [
    { title: 'STREAM', align: 'left' },
    { title: 'FILE', align: 'left' },
    { title: 'STATE', align: 'left' },
    { title: 'POSITION', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'LAG', align: 'right' },
    { title: 'AGE', align: 'right' },
  ] as const;
  const rows = shown.flatMap((stream) => streamRows(stream, view, paints));
  const rest = streams.length - shown.length;
  return [
    `  ${count(streams.length, 'stream')}, ${behind}`,
    ...table(columns, rows, paints.dim).map(indented),
    ...(rest === 0
      ? []
      : [paints.dim(`  … and ${count(rest, 'stream')} more, less far behind; --all shows them`)]),
  ];
};

const streamRows = (
  { name, generations, lagBytes, lagSeconds }: StreamStatus,
  view: StatusView,
  paints: Paints,
): Cell[][] => {
  const open = generations.filter(
    (generation, index) => index === generations.length - 1 || generation.offset !== generation.sizeBytes,
  );
  return (view.showsAll ? generations : open).map((generation, index) => [
    { text: index === 0 ? plain(name) : '' },
    { text: plain(generation.file) },
    { text: generation.state, ...(isEndangered(generation) ? { paint: paints.red } : {}) },
    { text: grouped(generation.offset) },
    { text: generation.sizeBytes === null ? '?' : grouped(generation.sizeBytes) },
    { text: index === 0 ? (lagBytes === 0 ? '-' : approximateSize(lagBytes)) : '' },
    {
      text:
        index === 0 && lagBytes > 0
          ? lagSeconds === null
            ? '?'
            : approximateDuration(lagSeconds * 1000)
          : '',
    },
  ]);
};

/** The file is deleted and only the agent's descriptor keeps what is not delivered yet. */
const isEndangered = ({ state, offset, sizeBytes }: GenerationStatus): boolean =>
  state === 'deleted' && offset !== sizeBytes;

const indented = (line: string): string => `  ${line}`;

/** Not toLocaleString: the same digits everywhere. */
const grouped = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

const count = (value: number, noun: string): string => `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
