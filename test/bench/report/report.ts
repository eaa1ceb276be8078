import { BYTE_PATH, FLOOR } from '../cases/backlog.ts';
import type { BenchCase } from '../cases/case.ts';
import type { PeerResult } from '../peers/run-peer.ts';
import type { CaseResult } from '../run-cases.ts';
import type { Conditions } from './conditions.ts';
import { formatNumber, goalText, meets, OF_READ, OF_WC, type ToldFigure, toldFigures } from './derived.ts';
import { floorsText } from './floors.ts';
import { stagesText } from './stages.ts';
import { markdownTable } from './table.ts';

/** What a run found. */
export interface Run {
  readonly conditions: Conditions;
  readonly results: readonly CaseResult[];
  readonly peers: readonly PeerResult[];
  /** Peers that are not on the PATH, or did not do the job; each with the reason. */
  readonly peersWithout: readonly string[];
}

/** The report of one program, as Markdown. */
export const reportText = (cases: readonly BenchCase[], run: Run, program: string): string => {
  const results = run.results.filter((result) => result.program === program);
  const told = cases.flatMap((bench) => {
    const result = results.find(({ name }) => name === bench.name);
    return result === undefined ? [] : [{ bench, result, figures: toldFigures(bench, result, run.results) }];
  });
  const failures = told.flatMap(({ bench, result }) =>
    result.error === undefined ? [] : [`- **${bench.name} failed**: ${result.error.split('\n', 1)[0] ?? ''}`],
  );
  const sections = [
    conditionsText(run.conditions),
    ...(failures.length > 0 ? [failures.join('\n')] : []),
    backlogTable(told.filter(({ bench }) => bench.workload !== undefined)),
    liveTable(told.filter(({ bench }) => bench.workload === undefined)),
    stagesText(results, run.conditions.bytes),
    floorsText(results, run.conditions.bytes),
    goalTable(told),
    peersTable(run),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
};

interface Told {
  readonly bench: BenchCase;
  readonly result: CaseResult;
  readonly figures: readonly ToldFigure[];
}

const conditionsText = (of: Conditions): string => {
  const rounds = of.repeat === 1 ? 'one round' : `medians of ${of.repeat} rounds`;
  const measured =
    `Measured ${of.at.slice(0, 10)} at ${of.revision}${of.isDirty ? ' with changes' : ''}: workloads of ${of.size}, ${rounds}, ` +
    `live agents watched for ${of.watchSeconds} s; ${of.cpu}, ${of.cores} cores, Node ${of.node}, Linux ${of.kernel}; ` +
    `load average ${of.loadBefore} before, ${of.loadAfter} after.`;
  const doubts = [
    of.bytes < GOAL_BYTES
      ? 'These are figures of a small run: the goals are meant for 1 GiB, and the start weighs more here.'
      : '',
    Math.max(of.loadBefore, of.loadAfter) > of.cores + 1
      ? 'The machine was busy with other work: look at ratios only; wall times and latencies say little.'
      : '',
  ];
  return [measured, ...doubts.filter((doubt) => doubt !== '')].join('\n\n');
};

/** The size of which the issue on speed speaks. */
const GOAL_BYTES = 1024 ** 3;

const middle = (figures: readonly ToldFigure[], name: string): string => {
  const figure = figures.find((each) => each.name === name);
  return figure === undefined ? '' : formatNumber(figure.spread.median);
};

const backlogTable = (told: readonly Told[]): string => {
  const rows = told.map(({ bench, figures }) => [
    bench.name,
    bench.title,
    middle(figures, 'input per CPU second'),
    middle(figures, 'CPU'),
    middle(figures, OF_WC),
    middle(figures, OF_READ),
    middle(figures, 'wall'),
    middle(figures, 'peak memory'),
    middle(figures, 'memory growth'),
    middle(figures, BYTE_PATH),
    middle(figures, FLOOR),
  ]);
  const head = [
    'case',
    'what',
    'MiB/CPU s',
    'CPU s',
    '× wc -l',
    '× read',
    'wall s',
    'peak MiB',
    'growth MiB',
    'byte path CPU s',
    'dd CPU s',
  ];
  return rows.length === 0 ? '' : markdownTable(head, rows, 2);
};

const liveTable = (told: readonly Told[]): string => {
  const rows = told.flatMap(({ bench, figures }) =>
    figures.map(({ name, unit, spread }, index) => [
      index === 0 ? bench.name : '',
      index === 0 ? bench.title : '',
      name,
      formatNumber(spread.median),
      unit,
    ]),
  );
  return rows.length === 0 ? '' : markdownTable(['case', 'what', 'figure', 'value', 'unit'], rows, 3);
};

const goalTable = (told: readonly Told[]): string => {
  const rows = told.flatMap(({ bench, figures }) =>
    figures.flatMap(({ name, unit, spread, goal }) =>
      goal === undefined
        ? []
        : [
            [
              bench.name,
              name,
              goalText(goal),
              formatNumber(spread.median),
              unit,
              meets(spread.median, goal) ? 'yes' : 'no',
            ],
          ],
    ),
  );
  return rows.length === 0
    ? ''
    : markdownTable(['case', 'goal', 'asked', 'measured', 'unit', 'met'], rows, 2);
};

const peersTable = ({ peers, peersWithout }: Run): string => {
  const rows = peers.map((peer) => [
    `${peer.program} ${peer.version}`,
    peer.note,
    formatNumber(peer.mibPerCpuSecond),
    formatNumber(peer.cpuSeconds),
    formatNumber(peer.wallSeconds),
    formatNumber(peer.peakMib),
  ]);
  const head = ['peer, JSON to a file', 'how', 'MiB/CPU s', 'CPU s', 'wall s', 'peak MiB'];
  return [
    rows.length === 0 ? '' : markdownTable(head, rows, 2),
    peersWithout.length === 0 ? '' : `Peers not measured: ${peersWithout.join('; ')}.`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
};
