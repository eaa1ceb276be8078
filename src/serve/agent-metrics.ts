import { counter, gauge, type MetricDefinition, seconds } from './metric.ts';

/** Reading, finding, checkpoints, pods, configuration. */
export const AGENT_METRICS: readonly MetricDefinition[] = [
  gauge('birler_streams', 'Container streams that are followed.', ({ agent }) => agent.reading.streams),
  counter(
    'birler_read_bytes_total',
    'Bytes of log files that were read, since the start. Outputs that stand at different places read on their own.',
    ({ agent }) => agent.reading.readBytes,
  ),
  gauge('birler_waiting_pods', 'Pods that have something to read and wait for their turn.', ({ agent }) => {
    return agent.reading.waitingPods;
  }),
  gauge('birler_open_files', 'Log files that are held open.', ({ agent }) => agent.reading.openFiles),
  gauge(
    'birler_open_files_limit',
    'How many may be (limits.open_files).',
    ({ agent }) => agent.reading.openFilesLimit,
  ),
  gauge(
    'birler_held_deleted_bytes',
    'Disk space of deleted files that are held until they are read.',
    ({ agent }) => agent.reading.heldDeletedBytes,
  ),
  gauge(
    'birler_held_deleted_bytes_limit',
    'How much it may be (limits.held_deleted_bytes).',
    ({ agent }) => agent.reading.heldDeletedBytesLimit,
  ),
  counter(
    'birler_unparsed_lines_total',
    'Lines that do not follow the format of their file; they are delivered as they are.',
    ({ agent }) => agent.counters.linesUnparsed,
  ),
  counter(
    'birler_skipped_nul_bytes_total',
    'NUL bytes that truncations left in files, skipped.',
    ({ agent }) => agent.counters.nulBytesSkipped,
  ),
  counter(
    'birler_read_errors_total',
    'Attempts to open or read a file that failed; they are made again.',
    ({ agent }) => agent.counters.readErrors,
  ),
  counter(
    'birler_filtered_records_total',
    'Records that the configuration dropped.',
    ({ agent }) => agent.counters.recordsFiltered,
  ),
  counter(
    'birler_filtered_bytes_total',
    'Bytes of the messages of records that the configuration dropped.',
    ({ agent }) => agent.counters.bytesFiltered,
  ),
  counter(
    'birler_rate_limit_waits_total',
    'Times that a stream had to wait because its pod had used up its rate.',
    ({ agent }) => agent.counters.rateLimitWaits,
  ),
  gauge('birler_logs_directory_missing', '1 while the logs directory is not there.', ({ agent }) =>
    agent.directories.isMissing ? 1 : 0,
  ),
  gauge('birler_watching', '1 if the file system is asked to wake birler (sources.watch).', ({ agent }) =>
    agent.directories.isWatching ? 1 : 0,
  ),
  gauge('birler_watches', 'Directories that are watched.', ({ agent }) => agent.directories.watches),
  counter(
    'birler_watch_errors_total',
    'Watches that could not be opened or failed; rescans find what they would have told.',
    ({ agent }) => agent.counters.watchErrors,
  ),
  counter(
    'birler_rescan_found_streams_total',
    'Changes of a stream that no watch had told, found by a rescan.',
    ({ agent }) => agent.counters.streamsFoundByRescan,
  ),
  counter(
    'birler_rescan_found_bytes_total',
    'Unread bytes of the streams that a rescan found changed.',
    ({ agent }) => agent.counters.bytesFoundByRescan,
  ),
  counter(
    'birler_checkpoints_total',
    'Checkpoints that were saved.',
    ({ agent }) => agent.checkpoint.commits,
  ),
  counter(
    'birler_checkpoint_failures_total',
    'Checkpoints that could not be saved.',
    ({ agent }) => agent.counters.checkpointErrors,
  ),
  gauge(
    'birler_checkpoint_age_seconds',
    'How long the oldest change of a position has waited to be saved; 0 while all are.',
    ({ agent }) => seconds(agent.checkpoint.unsavedForMs ?? 0),
  ),
  gauge(
    'birler_checkpoint_failing_seconds',
    'How long checkpoints have failed; 0 while they work.',
    ({ agent }) => seconds(agent.checkpoint.failingForMs ?? 0),
  ),
  gauge(
    'birler_pods_synced',
    '1 once all pods of this node were told by Kubernetes. Not there where Kubernetes is not asked.',
    ({ agent }) => (agent.pods === undefined ? undefined : Number(agent.pods.isSynced)),
  ),
  gauge(
    'birler_pods_failing',
    '1 while Kubernetes does not answer, so that labels may be missing or old. Not there where it is not asked.',
    ({ agent }) => (agent.pods === undefined ? undefined : Number(agent.pods.trouble !== '')),
  ),
  gauge(
    'birler_pods_watch_age_seconds',
    'Since Kubernetes was last heard of, bookmarks too. Not there where it never was.',
    ({ agent }) => (agent.pods?.heardAgeMs === undefined ? undefined : seconds(agent.pods.heardAgeMs)),
  ),
  counter(
    'birler_config_reloads_total',
    'Configurations that were put in force after the start.',
    ({ agent }) => agent.counters.configReloads,
  ),
  counter(
    'birler_config_refused_total',
    'Configurations that were wrong, so that the old one was kept.',
    ({ agent }) => agent.counters.configsRefused,
  ),
];
