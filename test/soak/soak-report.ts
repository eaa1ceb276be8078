import type { Judgement } from './judge.ts';
import type { AgentUsage } from './soak-agent.ts';
import type { SoakNode } from './soak-node.ts';

const mib = (bytes: number): string => (bytes / (1 << 20)).toFixed(0);

export interface SoakState {
  readonly seconds: number;
  readonly node: SoakNode;
  readonly judgement: Judgement;
  readonly usage: AgentUsage;
  /** A sentence for each promise that was broken. */
  readonly broken: readonly string[];
}

const COLUMNS = [
  'seconds',
  'written',
  'delivered',
  'lost',
  'doubled',
  'swapped',
  'changed',
  'cut: lost',
  'rotations',
  'stops',
  'kills',
  'RSS MiB',
  'files',
  'CPU %',
] as const;

/** One row every half minute; `lost` is of containers, `cut: lost` of the file that copytruncate cuts. */
export const tableHead = (): string => `${COLUMNS.join('  ')}\n`;

export function tableRow({ seconds, node, judgement, usage }: SoakState): string {
  const { containers, cut } = judgement;
  const cells = [
    seconds.toFixed(0),
    containers.written + cut.written,
    containers.delivered + cut.delivered,
    containers.missing,
    containers.doubled + cut.doubled,
    containers.swapped + cut.swapped,
    containers.changed + cut.changed,
    cut.missing,
    node.counts.rotations,
    usage.cleanStops,
    usage.kills,
    mib(usage.rssBytes),
    usage.descriptors,
    (usage.cpuShare * 100).toFixed(1),
  ];
  return `${cells.map((cell, at) => String(cell).padStart(COLUMNS[at]?.length ?? 0)).join('  ')}\n`;
}

export function finalTable({ seconds, node, judgement, usage }: SoakState): string {
  const { containers, cut } = judgement;
  const count = (value: number): string => value.toLocaleString('en');
  const written = containers.written + cut.written;
  const rows: readonly (readonly [string, string])[] = [
    ['seconds', count(Math.round(seconds))],
    ['container streams', count(judgement.streams - 1)],
    ['lines written', `${count(written)} (${count(Math.round(written / seconds))} a second)`],
    ['lines delivered', count(containers.delivered + cut.delivered)],
    ['containers: lost', count(containers.missing)],
    ['duplicated', count(containers.doubled + cut.doubled)],
    ['out of order', count(containers.swapped + cut.swapped)],
    ['changed', count(containers.changed + cut.changed + judgement.foreignLines)],
    ['copytruncate: cuts', count(node.cutFile.cuts)],
    ['  lines in no file any more', count(node.cutFile.exposedLines)],
    ['  lost, measured', `${count(cut.missing)} lines, ${count(cut.missingBytes)} bytes`],
    ['  lost, told in the output', toldOf(judgement)],
    [
      '  lost, never seen by the agent',
      `${count(Math.max(0, cut.missingBytes - judgement.cutToldBytes))} bytes`,
    ],
    ['ledger', `${count(judgement.ledgerEvents)} losses, ${count(judgement.ledgerBytes)} bytes`],
    ['rotations', count(node.counts.rotations)],
    ['container restarts', count(node.counts.restarts)],
    ['pods that died', count(node.counts.podsDied)],
    ['agent: clean stops, kill -9', `${usage.cleanStops}, ${usage.kills}`],
    ['agent: RSS at the end, peak', `${mib(usage.rssBytes)}, ${mib(usage.peakRssBytes)} MiB`],
    ['agent: descriptors, most', `${usage.descriptors}, ${usage.mostDescriptors}`],
    ['agent: CPU', `${(usage.cpuShare * 100).toFixed(1)} % of a core`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

const toldOf = ({ cutToldBytes, cutToldUnknown }: Judgement): string =>
  `${cutToldBytes.toLocaleString('en')} bytes${cutToldUnknown > 0 ? `, and ${cutToldUnknown} times an unknown number` : ''}`;
