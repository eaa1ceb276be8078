import type { GapReason } from '../core/gap.ts';
import type { GapTotal } from '../telemetry/ledger.ts';
import { type MetricDefinition, perOutput, type Sample, type Scrape, seconds } from './metric.ts';

/** Each has a series from the start, at 0: an alert on an increase misses the first loss otherwise. */
const REASONS = Object.keys({
  deleted: true,
  truncated: true,
  oversize: true,
  held_bytes: true,
  late_write: true,
  corrupt: true,
  unreadable: true,
  rate_limit: true,
  rejected: true,
  output_lost: true,
} satisfies Record<GapReason, true>);

const NOTHING: Omit<GapTotal, 'reason'> = { events: 0, bytes: 0, unknownEvents: 0 };

/** By output and reason, from the ledger. */
const perReason = (
  name: string,
  help: string,
  read: (total: Omit<GapTotal, 'reason'>) => number,
): MetricDefinition => ({
  name,
  type: 'counter',
  help,
  labels: ['output', 'reason'],
  samples: ({ agent }) =>
    agent.outputs.flatMap(({ name: output, ledger }) => {
      const totals = new Map<string, Omit<GapTotal, 'reason'>>(REASONS.map((reason) => [reason, NOTHING]));
      for (const total of ledger.gaps) totals.set(total.reason, total);
      return [...totals].map(
        ([reason, total]): Sample => ({ labels: { output, reason }, value: read(total) }),
      );
    }),
});

const lagsOf = ({ agent }: Scrape, output: string) => agent.lags.filter((lag) => lag.output === output);

export const OUTPUT_METRICS: readonly MetricDefinition[] = [
  perOutput(
    'counter',
    'birler_accepted_records_total',
    'Records that were read and handed to the output, since the start.',
    ({ acceptedRecords }) => acceptedRecords,
  ),
  perOutput(
    'counter',
    'birler_delivered_records_total',
    'Records that the destination has taken. Kept in the checkpoint: goes on after a restart.',
    ({ ledger }) => ledger.delivered.records,
  ),
  perOutput(
    'counter',
    'birler_delivered_bytes_total',
    'Encoded bytes that the destination has taken. Kept in the checkpoint: goes on after a restart.',
    ({ ledger }) => ledger.delivered.bytes,
  ),
  perReason(
    'birler_lost_bytes_total',
    'Bytes of logs that will never be delivered, as far as their number is known. Kept in the checkpoint.',
    ({ bytes }) => bytes,
  ),
  perReason(
    'birler_losses_total',
    'Losses, also those whose size nobody can know. Kept in the checkpoint.',
    ({ events }) => events,
  ),
  perReason(
    'birler_losses_of_unknown_size_total',
    'Losses whose size nobody can know. Kept in the checkpoint.',
    ({ unknownEvents }) => unknownEvents,
  ),
  perOutput(
    'gauge',
    'birler_lag_bytes',
    'Bytes in the log files that the output has not delivered, of all streams.',
    ({ name }, scrape) => lagsOf(scrape, name).reduce((sum, { bytes }) => sum + bytes, 0),
  ),
  perOutput(
    'gauge',
    'birler_lag_seconds',
    'Age of the oldest record that the output has not delivered, by the time in its line; 0 if there is none.',
    ({ name }, scrape) =>
      seconds(lagsOf(scrape, name).reduce((most, { ageMs }) => Math.max(most, ageMs ?? 0), 0)),
  ),
  perOutput(
    'gauge',
    'birler_lagging_streams',
    'Streams of which the output has not delivered everything.',
    ({ name }, scrape) => lagsOf(scrape, name).length,
  ),
  perOutput(
    'counter',
    'birler_retries_total',
    'Attempts to deliver that failed and were made again, since the start.',
    ({ retries }) => retries,
  ),
  perOutput(
    'gauge',
    'birler_failing_seconds',
    'How long the output has failed to deliver; 0 while it works.',
    ({ failing }) => seconds(failing?.forMs ?? 0),
  ),
  perOutput(
    'gauge',
    'birler_blocked_seconds',
    'How long the output has been able to take nothing more, so that its files wait; 0 while it can.',
    ({ blockedForMs }) => seconds(blockedForMs ?? 0),
  ),
  perOutput(
    'gauge',
    'birler_in_flight_bytes',
    'Encoded bytes that were handed over and not yet acknowledged.',
    ({ inFlightBytes }) => inFlightBytes,
  ),
];
