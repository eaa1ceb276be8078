import { sumVerdicts, type Verdict, type Verifier } from '../support/verify.ts';
import type { SoakAgent } from './soak-agent.ts';
import type { SoakNode } from './soak-node.ts';

const MEBIBYTE = 1 << 20;

export interface Finding {
  readonly total: Verdict;
  /** Bytes of the log that did not arrive, by comparing; and what birler says of it. */
  readonly lostBytes: number;
  readonly ledgerBytes: number;
  /** Gaps whose size nobody can know: then the two numbers need not be equal. */
  readonly unknownGaps: number;
  readonly foreignLines: number;
  readonly isHonest: boolean;
}

export function findingOf(verifier: Verifier): Finding {
  const verdicts = verifier.verdicts();
  const total = sumVerdicts(verdicts);
  const ledgerBytes = total.gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
  const unknownGaps = total.gaps.filter((gap) => gap.bytes === null).length;
  const foreignLines = [...verifier.foreign.values()].reduce((sum, lines) => sum + lines, 0);
  const isExact = total.doubled === 0 && total.swapped === 0 && total.changed === 0 && foreignLines === 0;
  const isHonest = isExact && verdicts.every(isAccounted);
  return { total, lostBytes: total.missingBytes, ledgerBytes, unknownGaps, foreignLines, isHonest };
}

/** Every loss of a stream stands in its gaps, with its size where that is known. */
function isAccounted({ missing, missingBytes, gaps }: Verdict): boolean {
  if (gaps.some((gap) => gap.bytes === null)) return true;
  return missing === 0
    ? gaps.length === 0
    : gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0) === missingBytes;
}

const COLUMNS = [
  'time',
  'written',
  'delivered',
  'lost',
  'lost B',
  'ledger B',
  'twice',
  'order',
  'changed',
  'RSS MiB',
  'fds',
  'CPU %',
];
const WIDTH = 10;

export const reportHeader = (): string => COLUMNS.map((title) => title.padStart(WIDTH)).join('');

/** One line of the table; `elapsedSeconds` is for the time column and the share of a core. */
export function reportLine(finding: Finding, agent: SoakAgent, elapsedSeconds: number): string {
  const { total, lostBytes, ledgerBytes, unknownGaps } = finding;
  const { rssBytes, descriptors, cpuSeconds } = agent.footprint;
  const cells = [
    `${Math.round(elapsedSeconds)} s`,
    total.written,
    total.delivered,
    total.missing,
    lostBytes,
    unknownGaps === 0 ? ledgerBytes : `${ledgerBytes}+${unknownGaps}?`,
    total.doubled,
    total.swapped,
    total.changed + finding.foreignLines,
    Math.round(rssBytes / MEBIBYTE),
    descriptors,
    ((cpuSeconds / elapsedSeconds) * 100).toFixed(1),
  ];
  return cells.map((cell) => String(cell).padStart(WIDTH)).join('');
}

/** The last words: what happened meanwhile, and whether measure and ledger agree. */
export function conclusion(finding: Finding, agent: SoakAgent, node: SoakNode): string {
  const lines = [
    `${node.rotations} rotations, ${node.truncations} copytruncates, ${node.pods} pods, ` +
      `${agent.restarts} clean stops, ${agent.kills} times kill -9`,
    `peak memory ${Math.round(agent.footprint.peakRssBytes / MEBIBYTE)} MiB`,
    ...finding.total.examples.slice(0, 20).map((example) => `  ${example}`),
    ...finding.total.gaps.slice(0, 20).map((gap) => `  gap: ${JSON.stringify(gap)}`),
    finding.isHonest
      ? 'Everything written is delivered once and in order, or stands in the ledger.'
      : 'The numbers do NOT agree.',
  ];
  return lines.join('\n');
}
