import type { Origin } from '../core/origin.ts';
import type { StreamPosition } from '../core/position.ts';
import type { LedgerRecord } from './ledger.ts';

/**
 * What the agent says of itself when it is asked: made for one scrape, at its moment, of what the rooms know anyway. Nobody
 * counts anything per record for it. Durations are in milliseconds, sizes in bytes.
 */
export interface AgentSnapshot {
  /** ms since 1970. */
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly kernel: string;
  readonly phase: 'starting' | 'running' | 'stopping';
  /** Since the loop's last pass began; it makes one a second at least. */
  readonly loopAgeMs: number;
  readonly directories: DirectoriesSnapshot;
  readonly reading: ReadingSnapshot;
  readonly outputs: readonly OutputSnapshot[];
  /** Streams of which an output has not acknowledged everything, in no order. */
  readonly lags: readonly StreamLag[];
  readonly checkpoint: CheckpointSnapshot;
  readonly counters: Readonly<EventCounters>;
  /** Undefined where nobody is asked for pods. */
  readonly pods: PodsSnapshot | undefined;
}

/** The part of it that probes ask for, every few seconds: it takes no walk over the streams. */
export type AgentHealth = Pick<
  AgentSnapshot,
  'phase' | 'loopAgeMs' | 'directories' | 'outputs' | 'checkpoint'
>;

export interface DirectoriesSnapshot {
  readonly logsDirectory: string;
  readonly isMissing: boolean;
  /** Everything that was there at the start has been seen. */
  readonly isComplete: boolean;
  /** Whether the file system is asked to wake birler (`sources.watch`). */
  readonly isWatching: boolean;
  /** Watches that are open. */
  readonly watches: number;
}

export interface ReadingSnapshot {
  readonly streams: number;
  readonly openFiles: number;
  readonly openFilesLimit: number;
  /** Disk space of files that have no name any more and are still to be read. */
  readonly heldDeletedBytes: number;
  readonly heldDeletedBytesLimit: number;
  /** Bytes of the log files that lanes took, since the start. */
  readonly readBytes: number;
  /** Pods that wait for their turn to be read. */
  readonly waitingPods: number;
}

export interface OutputSnapshot {
  readonly name: string;
  readonly type: string;
  /** What was handed to it since the start. */
  readonly acceptedRecords: number;
  /** Attempts to send that failed and were made again. */
  readonly retries: number;
  /** Bytes that are encoded and not acknowledged. */
  readonly inFlightBytes: number;
  /** How long it has had no credit; undefined while it has. */
  readonly blockedForMs: number | undefined;
  /** How long it has failed, and why; undefined while it works. */
  readonly failing: { readonly forMs: number; readonly reason: string } | undefined;
  readonly ledger: LedgerRecord;
}

export interface StreamLag {
  readonly output: string;
  readonly key: string;
  readonly origin: Origin;
  /** As far as the files were seen, which is at most a second ago. */
  readonly bytes: number;
  /** Age of the first record that was not acknowledged; undefined where the line does not tell, or was not looked at. */
  readonly ageMs: number | undefined;
}

export interface CheckpointSnapshot {
  /** Successful ones since the start. */
  readonly commits: number;
  /** How long the oldest change has waited to be saved; undefined while everything is saved. */
  readonly unsavedForMs: number | undefined;
  /** How long saving has failed; undefined while it works. */
  readonly failingForMs: number | undefined;
}

export interface PodsSnapshot {
  readonly isSynced: boolean;
  /** Why pods are not known at the moment; empty while they are. */
  readonly trouble: string;
  /** Since anything was heard; undefined if nothing ever was. */
  readonly heardAgeMs: number | undefined;
}

/** Counted where the event is told (Events), since the start. */
export interface EventCounters {
  linesUnparsed: number;
  nulBytesSkipped: number;
  readErrors: number;
  watchErrors: number;
  streamsFoundByRescan: number;
  /** What stood unread in them when they were found. */
  bytesFoundByRescan: number;
  checkpointErrors: number;
  /** Records that shapers dropped because the configuration says so, and the bytes of their messages. */
  recordsFiltered: number;
  bytesFiltered: number;
  /** Times that a lane was not read because its pod had used up its rate. */
  rateLimitWaits: number;
  configReloads: number;
  configsRefused: number;
}

/** One stream in full, for `/debug/state`. */
export interface StreamDetails {
  readonly key: string;
  readonly name: string;
  readonly directory: string;
  readonly isOver: boolean;
  readonly needsScan: boolean;
  readonly isUnsettled: boolean;
  /** The newest ones, in the order in which they were written. */
  readonly generations: readonly GenerationDetails[];
  readonly lanes: readonly LaneDetails[];
}

export interface GenerationDetails {
  readonly sequence: number;
  readonly file: string;
  readonly sizeBytes: number;
  readonly format: string | null;
  readonly isOpen: boolean;
  readonly isListed: boolean;
  readonly links: number;
  readonly isCompressed: boolean;
  readonly changedAgoMs: number;
  readonly ending: string | null;
}

export interface LaneDetails {
  readonly outputs: readonly string[];
  readonly position: StreamPosition;
  readonly wantsTurn: boolean;
  readonly isQueued: boolean;
  readonly isIdle: boolean;
}
