import type { AgentStatus } from '../test/support/agent-status.ts';
import { LineReader, parseLine } from '../test/support/output-lines.ts';
import { sumVerdicts, type Verdict, Verifier } from '../test/support/verify.ts';
import type { StreamHistory } from './demo-container.ts';

/** What the output file holds, compared message by message with what the writers remember. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly streams: number;
  readonly rotations: number;
  /** Rotations of streams of which every line arrived once and in order. */
  readonly rotationsSurvived: number;
  readonly podsDied: number;
  /** Records whose id another record has too. */
  readonly repeatedIds: number;
  /** Records that each output says it has delivered. */
  readonly told: readonly { readonly output: string; readonly records: number }[];
  /** Losses that the agent's own ledger knows of. */
  readonly ledgerLosses: number;
}

export function outcomeOf(
  output: string,
  streams: readonly StreamHistory[],
  podsDied: number,
  status: AgentStatus | undefined,
): Outcome {
  using verifier = new Verifier(output);
  for (const { account } of streams) verifier.expect(account);
  verifier.readOn();
  const verdicts = new Map(verifier.verdicts().map((verdict) => [verdict.stream, verdict]));
  const isWhole = ({ account }: StreamHistory): boolean => isPerfect(verdicts.get(account.stream));
  const rotationsOf = (some: readonly StreamHistory[]): number =>
    some.reduce((sum, { rotations }) => sum + rotations, 0);
  const foreign = [...verifier.foreign.values()].reduce((sum, lines) => sum + lines, 0);
  const verdict = sumVerdicts([...verdicts.values()]);
  return {
    verdict: { ...verdict, changed: verdict.changed + foreign },
    streams: streams.length,
    rotations: rotationsOf(streams),
    rotationsSurvived: rotationsOf(streams.filter(isWhole)),
    podsDied,
    repeatedIds: countRepeatedIds(output),
    told: (status?.outputs ?? []).map(({ name, ledger }) => ({
      output: name,
      records: ledger.delivered.records,
    })),
    ledgerLosses: (status?.outputs ?? [])
      .flatMap(({ ledger }) => ledger.gaps)
      .reduce((sum, { events }) => sum + events, 0),
  };
}

/** Everything that the demo promises, and birler's own account says the same as the measurement. */
export function numbersAgree(outcome: Outcome): boolean {
  const { verdict, told } = outcome;
  return (
    isPerfect(verdict) &&
    outcome.repeatedIds === 0 &&
    outcome.ledgerLosses === 0 &&
    outcome.rotationsSurvived === outcome.rotations &&
    told.length > 0 &&
    told.every(({ records }) => records === verdict.written)
  );
}

export function renderSummary(outcome: Outcome): string {
  const { verdict } = outcome;
  const rows: readonly (readonly [string, number | string])[] = [
    ['lines written', verdict.written],
    ['lines delivered', verdict.delivered],
    ['lost', verdict.missing],
    ['duplicated', verdict.doubled + outcome.repeatedIds],
    ['out of order', verdict.swapped],
    ['changed', verdict.changed],
    ['rotations survived', `${outcome.rotationsSurvived} of ${outcome.rotations}`],
    ['container streams', outcome.streams],
    ['pods that died', outcome.podsDied],
    ...outcome.told.map(({ output, records }) => [`birler says: to ${output}`, records] as const),
    ['birler says: losses', outcome.ledgerLosses],
  ];
  const cells = rows.map(
    ([name, value]) => [name, typeof value === 'number' ? value.toLocaleString('en') : value] as const,
  );
  const width = Math.max(...cells.map(([name]) => name.length));
  const valueWidth = Math.max(...cells.map(([, value]) => value.length));
  const lines = cells.map(([name, value]) => `  ${name.padEnd(width)}  ${value.padStart(valueWidth)}`);
  return `${lines.join('\n')}\n${conclusion(outcome)}\n`;
}

function conclusion(outcome: Outcome): string {
  if (numbersAgree(outcome))
    return 'The numbers agree: every line arrived once, in its order, as it was written.';
  return ['The numbers DO NOT agree.', ...outcome.verdict.examples].join('\n  ');
}

const isPerfect = (verdict: Verdict | undefined): boolean =>
  verdict !== undefined &&
  verdict.delivered === verdict.written &&
  verdict.missing + verdict.doubled + verdict.swapped + verdict.changed + verdict.gaps.length === 0;

function countRepeatedIds(output: string): number {
  using reader = new LineReader(output);
  const seen = new Set<string>();
  let repeated = 0;
  for (const text of reader.lines()) {
    const { id = '' } = parseLine(text);
    if (seen.has(id)) repeated++;
    seen.add(id);
  }
  return repeated;
}
