import { renameSync, rmSync, statSync } from 'node:fs';
import type { Account } from '../support/account.ts';
import type { AgentStatus } from '../support/agent-status.ts';
import type { TempNode } from '../support/temp-node.ts';
import { sumVerdicts, type Verdict, Verifier } from '../support/verify.ts';

/** The output is put aside when it is longer than this: a soak of a day would fill the disk. */
const OUTPUT_BYTES = 128 << 20;
const MOST_EXAMPLES = 20;

/** What became of what was written, measured in the output and told by the agent's ledger. */
export interface Judgement {
  readonly streams: number;
  /** Container streams: here nothing may be missing. */
  readonly containers: Verdict;
  /** The plain file that is cut by copytruncate. */
  readonly cut: Verdict;
  /** Bytes that the gap records in the output name, of the plain file. */
  readonly cutToldBytes: number;
  readonly cutToldUnknown: number;
  readonly ledgerBytes: number;
  readonly ledgerEvents: number;
  readonly foreignLines: number;
  readonly unfinished: boolean;
}

/** Reads the output as it grows and holds it against the accounts of the writers. */
export class Judge implements Disposable {
  readonly #node: TempNode;
  readonly #waiting: Account[] = [];
  #verifier: Verifier | undefined;
  #isPutAside = false;

  constructor(node: TempNode) {
    this.#node = node;
  }

  expect(account: Account): void {
    if (this.#verifier === undefined) this.#waiting.push(account);
    else this.#verifier.expect(account);
  }

  /** Only after a clean stop: what an agent wrote behind its last checkpoint may be cut off by the next one. */
  judge(cutStream: string, status: AgentStatus | undefined): Judgement {
    const verifier = (this.#verifier ??= this.#begin());
    if (this.#isPutAside) this.#goOn(verifier);
    else verifier.readOn();
    const verdicts = verifier.verdicts();
    const [cut, containers] = [true, false].map((isCut) =>
      sumVerdicts(verdicts.filter(({ stream }) => (stream === cutStream) === isCut)),
    );
    if (cut === undefined || containers === undefined) throw new Error('there are two kinds of streams');
    const ledger = (status?.outputs ?? []).flatMap((output) => output.ledger.gaps);
    const judgement = {
      streams: verdicts.length,
      containers,
      cut,
      cutToldBytes: cut.gaps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
      cutToldUnknown: cut.gaps.filter(({ bytes }) => bytes === null).length,
      ledgerBytes: ledger.reduce((sum, { bytes }) => sum + bytes, 0),
      ledgerEvents: ledger.reduce((sum, { events }) => sum + events, 0),
      foreignLines: [...verifier.foreign.values()].reduce((sum, lines) => sum + lines, 0),
      unfinished: verifier.unfinished !== '',
    };
    this.#putAsideIfLong();
    return judgement;
  }

  #begin(): Verifier {
    const verifier = new Verifier(this.#node.output);
    for (const account of this.#waiting) verifier.expect(account);
    return verifier;
  }

  /** As logrotate would do it while the agent is down; the next one finds its old file by its identity. */
  #putAsideIfLong(): void {
    if (statSync(this.#node.output).size < OUTPUT_BYTES) return;
    renameSync(this.#node.output, this.#asidePath);
    this.#isPutAside = true;
  }

  #goOn(verifier: Verifier): void {
    verifier.goOnIn(this.#node.output);
    verifier.readOn();
    rmSync(this.#asidePath);
    this.#isPutAside = false;
  }

  get #asidePath(): string {
    return `${this.#node.output}.1`;
  }

  [Symbol.dispose](): void {
    this.#verifier?.[Symbol.dispose]();
  }
}

/** Places to look at, for people. */
export const examplesOf = ({ containers, cut }: Judgement): string[] => [
  ...[...containers.examples, ...cut.examples].slice(0, MOST_EXAMPLES),
  ...[...containers.gaps, ...cut.gaps].slice(0, MOST_EXAMPLES).map((gap) => `gap: ${JSON.stringify(gap)}`),
];

/** The sentences that describe what was broken; none, when every promise was kept. */
export function brokenPromises(judgement: Judgement, exposedLines: number): string[] {
  const { containers, cut } = judgement;
  const all = sumVerdicts([containers, cut]);
  const told = cut.gaps.length + containers.gaps.length;
  const check = (isBroken: boolean, sentence: string): string[] => (isBroken ? [sentence] : []);
  return [
    ...check(containers.missing > 0, `${containers.missing} lines of containers are lost`),
    ...check(
      containers.gaps.length > 0,
      `${containers.gaps.length} gaps are told in whole container streams`,
    ),
    ...check(
      cut.missing > exposedLines,
      `copytruncate cost ${cut.missing} lines; ${exposedLines} were exposed`,
    ),
    ...check(
      judgement.cutToldUnknown === 0 && judgement.cutToldBytes > cut.missingBytes,
      `the ledger claims ${judgement.cutToldBytes} bytes lost by copytruncate; only ${cut.missingBytes} are missing`,
    ),
    ...check(
      judgement.ledgerEvents !== told,
      `ledger: ${judgement.ledgerEvents} losses; gap records: ${told}`,
    ),
    ...check(all.doubled > 0, `${all.doubled} lines came twice`),
    ...check(all.swapped > 0, `${all.swapped} lines came out of order`),
    ...check(all.changed > 0, `${all.changed} lines came changed`),
    ...check(judgement.foreignLines > 0, `${judgement.foreignLines} lines of streams that nobody wrote`),
    ...check(judgement.unfinished, 'the output ends in the middle of a line'),
  ];
}
