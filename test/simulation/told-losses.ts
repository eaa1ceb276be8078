import * as z from 'zod';
import { readCheckpoint } from '../../src/checkpoint/store.ts';
import type { FakeWorld } from '../support/fake-system.ts';
import type { OutputAccount } from './output-account.ts';
import { STATE_DIRECTORY } from './settings.ts';
import { Violation } from './violation.ts';

const ledgerSchema = z.object({
  delivered: z.object({ records: z.number() }),
  gaps: z.array(
    z.object({ reason: z.string(), events: z.number(), bytes: z.number(), unknownEvents: z.number() }),
  ),
});

/** Losses that the ledger knows without a record of their own in the output. */
const WITHOUT_RECORD = new Set(['oversize', 'rejected', 'output_lost']);

/** What the checkpointed ledger of an exact output says is what stands in that output. */
export const demandSameLedger = async (
  world: FakeWorld,
  accounts: readonly OutputAccount[],
): Promise<void> => {
  const { system } = world.start();
  const reading = readCheckpoint(system.files, STATE_DIRECTORY);
  await world.clock.settle();
  const { outputs } = await reading;
  for (const account of accounts) {
    const ledger = ledgerSchema.safeParse(outputs.get(account.name)?.ledger).data;
    const inLedger = (ledger?.gaps ?? []).filter(({ reason }) => !WITHOUT_RECORD.has(reason));
    const told = show(inLedger.map(({ reason, bytes, events }) => ({ reason, bytes, events })));
    const written = show(totalsOf(account));
    if (told !== written) {
      throw new Violation(`output ${account.name}: the ledger says ${told}, the output itself ${written}`);
    }
  }
};

interface Total {
  readonly reason: string;
  readonly bytes: number;
  readonly events: number;
}

const totalsOf = (account: OutputAccount): readonly Total[] => {
  const totals = new Map<string, Total>();
  for (const { reason, bytes } of account.allGaps) {
    const total = totals.get(reason) ?? { reason, bytes: 0, events: 0 };
    totals.set(reason, { reason, bytes: total.bytes + (bytes ?? 0), events: total.events + 1 });
  }
  return [...totals.values()];
};

const show = (totals: readonly Total[]): string =>
  totals
    .map(({ reason, bytes, events }) => `${events}x ${reason} ${bytes} bytes`)
    .toSorted()
    .join(', ') || 'nothing';
