import { runBirler } from './birler-process.ts';

/** What these tests read of `birler status --json`. */
export interface AgentStatus {
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly streams: readonly {
      readonly key: string;
      readonly lagBytes: number;
      readonly generations: readonly {
        readonly file: string;
        readonly offset: number;
        readonly state: string;
      }[];
    }[];
    readonly ledger: {
      readonly delivered: { readonly records: number };
      readonly gaps: readonly LedgerGap[];
    };
  }[];
}

export interface LedgerGap {
  readonly reason: string;
  readonly events: number;
  readonly bytes: number;
  readonly unknownEvents: number;
}

/** The status as the agent has saved it, or undefined if there is none yet. */
export async function readStatus(stateDirectory: string): Promise<AgentStatus | undefined> {
  const { code, stdout } = await runBirler(['status', '--state', stateDirectory, '--json']);
  return code === 0 ? (JSON.parse(stdout) as AgentStatus) : undefined;
}

/** Bytes that some output has not delivered yet. */
export const lagOf = (status: AgentStatus): number =>
  status.outputs.flatMap((output) => output.streams).reduce((sum, stream) => sum + stream.lagBytes, 0);

/** Every loss that the ledger knows, of all outputs. */
export const gapsOf = (status: AgentStatus | undefined): LedgerGap[] =>
  (status?.outputs ?? []).flatMap((output) => output.ledger.gaps);
