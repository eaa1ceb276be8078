import { errnoOf, messageOf } from '../core/errors.ts';
import type { Gap } from '../core/gap.ts';
import type { Logger } from './logger.ts';
import type { EventCounters } from './snapshot.ts';

/**
 * Every notable happening has one function here, which writes the log line and counts. Nothing else in birler logs. A
 * record's body or a secret never appears. What a stranger can cause any number of times is told once a minute a kind,
 * with the number of times it was left out.
 */
const REPEAT_MS = 60_000;
/** Kinds (with their subject) that are remembered; beyond it the oldest is forgotten and may be told again. */
const REMEMBERED = 1_000;

export class Events {
  readonly counters: EventCounters = {
    linesUnparsed: 0,
    nulBytesSkipped: 0,
    readErrors: 0,
    watchErrors: 0,
    streamsFoundByRescan: 0,
    bytesFoundByRescan: 0,
    checkpointErrors: 0,
    recordsFiltered: 0,
    bytesFiltered: 0,
    rateLimitWaits: 0,
    configReloads: 0,
    configsRefused: 0,
  };
  #log: Logger;
  readonly #monotonic: () => number;
  readonly #told = new Map<string, { atMs: number; leftOut: number }>();

  constructor(log: Logger, monotonic: () => number) {
    this.#log = log;
    this.#monotonic = monotonic;
  }

  /** Writes to another log from now on. */
  logTo(log: Logger): void {
    this.#log = log;
  }

  // ---- life

  started(details: {
    readonly logs: string;
    readonly pods: string | null;
    readonly state: string;
    readonly kernel: string;
    readonly outputs: readonly string[];
  }): void {
    this.#log.info(details, 'birler started');
  }

  stopping(why: string): void {
    this.#log.info({ why }, 'stopping: no more is read; delivering what was');
  }

  stopped(details: { readonly records: number; readonly isDelivered: boolean }): void {
    if (details.isDelivered)
      this.#log.info(details, 'stopped: everything that was read is delivered and checkpointed');
    else
      this.#log.warn(
        details,
        'stopped before everything was delivered; it will be sent again after the next start',
      );
  }

  outputClosed(output: string, error: Error): void {
    this.#log.error({ output, reason: error.message }, `output ${output} was closed by its reader; stopping`);
  }

  outputReopened(output: string): void {
    this.#log.info({ output }, 'output reopened');
  }

  outputNotReopened(output: string, error: unknown): void {
    this.#log.error(
      { output, reason: messageOf(error) },
      'output could not be reopened; it goes on with the file it has',
    );
  }

  // ---- another configuration

  /** @param how as it runs, or with the agent begun anew */
  configReloaded(how: 'live' | 'anew'): void {
    this.counters.configReloads++;
    this.#log.info({ how }, 'the new configuration is in force');
  }

  /** @param problems all of them, each with its place */
  configRefused(problems: readonly string[]): void {
    this.counters.configsRefused++;
    this.#log.error({ problems }, 'the configuration is wrong and was not taken; the old one stays in force');
  }

  configFailed(error: unknown): void {
    this.counters.configsRefused++;
    this.#log.error(
      { reason: messageOf(error) },
      'the new configuration cannot be put in force; going back to the old one',
    );
  }

  rateUsedUp(): void {
    this.counters.rateLimitWaits++;
  }

  recordsFiltered(records: number, bytes: number): void {
    this.counters.recordsFiltered += records;
    this.counters.bytesFiltered += bytes;
  }

  // ---- finding

  directoryMissing(directory: string): void {
    this.#log.warn({ directory }, 'the directory does not exist yet; waiting for it');
  }

  directoryAppeared(directory: string): void {
    this.#log.info({ directory }, 'the directory is there now');
  }

  streamFound(stream: string, generations: number): void {
    this.#log.debug({ stream, generations }, 'following a new container stream');
  }

  streamForgotten(stream: string): void {
    this.#log.debug({ stream }, 'a container stream is gone and fully read, or nobody wants it');
  }

  /** @param bytes that stood unread there */
  foundByRescan(directory: string, bytes: number): void {
    this.counters.streamsFoundByRescan++;
    this.counters.bytesFoundByRescan += bytes;
    this.#log.debug({ directory, bytes }, 'a rescan found what the watcher did not report');
  }

  watchFailed(directory: string, error: Error): void {
    this.counters.watchErrors++;
    this.#seldom(`watch/${errnoOf(error)}`, (leftOut) => {
      this.#log.warn(
        { directory, reason: error.message, leftOut },
        'watching a directory failed; rescans find its changes. If the reason is ENOSPC, raise fs.inotify.max_user_watches',
      );
    });
  }

  fileUnreadable(path: string, error: unknown): void {
    this.counters.readErrors++;
    this.#seldom(`read/${path}`, (leftOut) => {
      this.#log.warn({ path, reason: messageOf(error), leftOut }, 'a file cannot be read; trying again');
    });
  }

  descriptorsExhausted(limit: number): void {
    this.#seldom('descriptors', () => {
      this.#log.warn(
        { limit },
        'limits.open_files is reached and every file is busy; new files wait for a descriptor',
      );
    });
  }

  // ---- being asked

  httpListening(address: string, port: number): void {
    this.#log.info(
      { address, port },
      'answering on HTTP: /metrics, /livez, /readyz, /debug/state, /debug/tap',
    );
  }

  httpUnavailable(listen: string, error: Error): void {
    this.#seldom('http', (leftOut) => {
      this.#log.error(
        { listen, reason: error.message, leftOut },
        'cannot answer on HTTP: no metrics and no probes; logs are delivered all the same. Trying again. If another program has the port, choose another one (http.listen), or off',
      );
    });
  }

  httpWorksAgain(): void {
    this.#told.delete('http');
  }

  httpFailed(path: string, error: unknown): void {
    this.#seldom('http-answer', (leftOut) => {
      this.#log.error({ path, reason: messageOf(error), leftOut }, 'an HTTP request could not be answered');
    });
  }

  // ---- reading

  linesUnparsed(stream: string, lines: number): void {
    this.counters.linesUnparsed += lines;
    this.#seldom(`unparsed/${stream}`, (leftOut) => {
      this.#log.warn(
        { stream, lines, leftOut },
        'lines that do not follow the format of their file are delivered as they are',
      );
    });
  }

  nulBytesSkipped(stream: string, bytes: number): void {
    this.counters.nulBytesSkipped += bytes;
    this.#seldom(`nul/${stream}`, () => {
      this.#log.warn({ stream, bytes }, 'skipped NUL bytes that a truncation left in a file');
    });
  }

  bytesLost(output: string, stream: string, gap: Gap): void {
    this.#seldom(`lost/${output}/${stream}/${gap.reason}`, (leftOut) => {
      this.#log.error({ output, stream, ...gap, leftOut }, 'bytes of a log are lost; the ledger has them');
    });
  }

  // ---- pods

  podsUnknown(why: string): void {
    this.#log.info(
      { why },
      'nobody is asked about pods: records carry what the paths of their logs say, and no labels',
    );
  }

  rulesIdle(): void {
    this.#log.warn(
      'sources.include or sources.exclude has rules with labels or annotations, and nobody is asked about pods: these rules match nothing',
    );
  }

  podSourceFailed(reason: string): void {
    this.#seldom(`pods/${reason}`, (leftOut) => {
      this.#log.warn(
        { reason, leftOut },
        'what is known of pods is not up to date; logs go on, new ones without labels',
      );
    });
  }

  podSourceRecovered(): void {
    this.#log.info('what is known of pods is up to date again');
  }

  podOfOtherNode(node: string): void {
    this.#seldom('pods/node', (leftOut) => {
      this.#log.warn({ node, leftOut }, 'told of a pod of another node, which was not asked for; left out');
    });
  }

  podsTooMany(): void {
    this.#seldom('pods/many', (leftOut) => {
      this.#log.warn({ leftOut }, 'told of more pods than a node can have; the rest has no labels');
    });
  }

  annotationWrong(pod: string, annotation: string, problem: string): void {
    this.#seldom(`annotation/${pod}/${annotation}`, (leftOut) => {
      this.#log.warn(
        { pod, annotation, problem, leftOut },
        'a pod has an annotation that means nothing; it is ignored',
      );
    });
  }

  // ---- delivering

  deliveryFailed(output: string, error: Error, failures: number): void {
    if (failures > 1) return;
    this.#log.warn(
      { output, reason: error.message },
      'an output does not take its records; trying again until it does',
    );
  }

  deliveryRecovered(output: string, failures: number): void {
    this.#log.info({ output, failures }, 'the output works again');
  }

  // ---- checkpoints

  checkpointDamaged(path: string, entries: number): void {
    this.#log.warn(
      { path, entries },
      'the checkpoint journal was damaged behind its last good entry; going on from there',
    );
  }

  checkpointUnreadable(path: string, reason: string): void {
    this.#seldom(`unusable/${path}`, (leftOut) => {
      this.#log.error(
        { path, reason, leftOut },
        'the checkpoint, or a part of it, cannot be used; what it does not say begins anew',
      );
    });
  }

  checkpointFailed(error: unknown): void {
    this.counters.checkpointErrors++;
    this.#seldom('checkpoint', (leftOut) => {
      this.#log.error(
        { reason: messageOf(error), leftOut },
        'positions cannot be saved; shipping goes on, but after a crash records since the last save are sent again',
      );
    });
  }

  checkpointWorksAgain(): void {
    this.#told.delete('checkpoint');
    this.#log.info('positions are saved again');
  }

  #seldom(kind: string, tell: (leftOut: number) => void): void {
    const now = this.#monotonic();
    const told = this.#told.get(kind);
    if (told !== undefined && now - told.atMs < REPEAT_MS) {
      told.leftOut++;
      return;
    }
    this.#told.delete(kind);
    this.#told.set(kind, { atMs: now, leftOut: 0 });
    const oldest = this.#told.size > REMEMBERED ? this.#told.keys().next().value : undefined;
    if (oldest !== undefined) this.#told.delete(oldest);
    tell(told?.leftOut ?? 0);
  }
}
