import { nameOf } from './line-names.ts';
import type { Life, LogLine } from './log-lines.ts';
import type { LogStream } from './log-stream.ts';
import type { LogWorld } from './log-world.ts';
import { LossLedger } from './loss-ledger.ts';
import { NOT_SAVED, type OutputAccount, startOf } from './output-account.ts';
import type { Settings } from './settings.ts';
import { Violation } from './violation.ts';

/** A failed checkpoint is tried again; after this long it has certainly been written. */
const CHECKPOINT_RECOVERY_MS = 20_000;
/** Besides the interval: the write itself, and the looks of the simulation at the output, which are not continuous. */
const CHECKPOINT_SLACK_MS = 1500;
const MOST_SHOWN = 5;

/**
 * Knows what must have arrived, what may be lost because nobody could have saved it, and what may come twice.
 *
 * A line may be lost only if no file holds it any more and no running agent, and
 * - it was cut off or removed before it arrived, or
 * - it had arrived, but the agent died before that was checkpointed.
 */
export class Judge {
  readonly #logs: LogWorld;
  readonly #accounts: readonly OutputAccount[];
  readonly #settings: Settings;
  #deathMs: number | undefined;
  #diedCleanly = false;
  #troubleSinceMs: number | undefined;
  #troubleUntilMs = 0;
  readonly #ledger: LossLedger;

  constructor(logs: LogWorld, accounts: readonly OutputAccount[], settings: Settings) {
    this.#logs = logs;
    this.#accounts = accounts;
    this.#settings = settings;
    this.#ledger = new LossLedger(logs, accounts);
  }

  get #nowMs(): number {
    return this.#logs.world.clock.monotonic;
  }

  /** Positions cannot be saved, or only slowly, from now until `stateWorks`. */
  stateTroubled(): void {
    this.#recoverState();
    this.#troubleSinceMs ??= this.#nowMs;
    this.#troubleUntilMs = Number.POSITIVE_INFINITY;
  }

  stateWorks(): void {
    if (this.#troubleSinceMs !== undefined)
      this.#troubleUntilMs = Math.min(this.#troubleUntilMs, this.#nowMs);
  }

  #recoverState(): void {
    if (this.#nowMs >= this.#troubleUntilMs + CHECKPOINT_RECOVERY_MS) this.#troubleSinceMs = undefined;
  }

  get isTroubled(): boolean {
    return this.#troubleSinceMs !== undefined;
  }

  /** Nothing is known any more of what was delivered: all comes again, but for what is gone. */
  startOver(): void {
    for (const account of this.#accounts) account.mayRepeatSince(Number.NEGATIVE_INFINITY);
    for (const life of this.#logs.lives) {
      if (life.gone)
        for (const line of life.lines) for (const { name } of this.#accounts) line.excused.add(name);
    }
  }

  started(): void {
    this.#deathMs = undefined;
  }

  died(cleanly: boolean): void {
    this.#recoverState();
    this.#deathMs = this.#nowMs;
    this.#diedCleanly = cleanly && this.#troubleSinceMs === undefined;
    const safeMs = this.#safeMs();
    for (const account of this.#accounts) account.mayRepeatSince(safeMs);
    if (!this.#diedCleanly) this.#ledger.agentDied();
    for (const life of this.#logs.lives)
      life.savedSize = this.#diedCleanly ? life.seenSize : savedSize(life, safeMs);
    this.#logs.noticeGone();
    this.#logs.forgetSeen();
    for (const life of this.#logs.lives) if (life.gone) this.#excuseUnsaved(life);
  }

  /** What arrived until then is checkpointed. */
  #safeMs(): number {
    if (this.#deathMs !== undefined && this.#diedCleanly) return this.#deathMs;
    this.#recoverState();
    const { checkpointIntervalMs } = this.#settings.config.state;
    return (
      (this.#troubleSinceMs ?? this.#deathMs ?? this.#nowMs) - checkpointIntervalMs - CHECKPOINT_SLACK_MS
    );
  }

  /**
   * What an agent had begun to write into an output that is full or slow, the agent after it has cut off again. It is read once
   * more, but for what was cut off or removed while nobody looked.
   */
  takenBack(account: OutputAccount, lines: readonly LogLine[]): void {
    if (!this.isTroubled) return;
    for (const line of lines) {
      if (line.life.gone && !this.#logs.isInCopy(line, startOf(line))) line.excused.add(account.name);
    }
  }

  /** No file holds these bytes any more. Whose fault is it? */
  gone(life: Life, wasCut: boolean): void {
    if (this.#deathMs === undefined && !wasCut && this.#couldHaveOpened(life)) return;
    this.#excuseUnsaved(life);
    if (this.#deathMs !== undefined) this.#ledger.lost(life, life.savedSize);
    else if (wasCut || this.#settings.holdsLittle) this.#ledger.lost(life, life.seenSize);
  }

  #couldHaveOpened(life: Life): boolean {
    const { rescanIntervalMs } = this.#settings.config.sources;
    if (this.#settings.fewDescriptors || this.#settings.holdsLittle) return false;
    return life.wasHeld || life.visibleMs > 2 * rescanIntervalMs + 1000;
  }

  #excuseUnsaved(life: Life): void {
    const safeMs = this.#deathMs === undefined ? Number.POSITIVE_INFINITY : this.#safeMs();
    for (const account of this.#accounts) {
      for (const line of life.lines) {
        const arrivedMs = account.arrived.get(line);
        const isSafe = arrivedMs !== undefined && arrivedMs !== NOT_SAVED && arrivedMs <= safeMs;
        if (!isSafe && !this.#logs.isInCopy(line, startOf(line))) line.excused.add(account.name);
      }
    }
  }

  /** With start_at end, what was there before the agent's first look is not its business. */
  excuseAll(): void {
    for (const line of this.#logs.lines) {
      line.skipped = true;
      for (const account of this.#accounts) line.excused.add(account.name);
    }
  }

  /** What should have arrived and has not. */
  missing(): readonly { readonly account: OutputAccount; readonly line: LogLine }[] {
    return this.#accounts.flatMap((account) =>
      this.#logs.lines
        .filter((line) => !account.has(line) && !line.excused.has(account.name))
        .filter((line) => !this.#isOpen(line) && !account.wasToldLate(line))
        .map((line) => ({ account, line })),
    );
  }

  /** Something is still to come: a line, or the word that it is lost. Pieces of a file that is gone come as late as any. */
  get isOwed(): boolean {
    return this.missing().length > 0 || this.#ledger.fault() !== undefined;
  }

  /** Its writer is still at it. */
  #isOpen(line: LogLine): boolean {
    const stream = this.#logs.streams[line.stream];
    if (stream === undefined) return false;
    if (!stream.alive) return this.#looksUnfinished(line, stream);
    const first = stream.byChannel[line.channel].length - stream.openPieces[line.channel];
    if (line.abandoned && !this.#showsNext(line, stream)) return true;
    return line === stream.half || line.sequence >= first || this.#isBeforeHalf(line, stream);
  }

  /**
   * A container's last line that was never finished. That its container has ended shows only by a file of the next one; if
   * that was deleted before an agent saw it, nobody can know that the line will not be finished.
   */
  #looksUnfinished(line: LogLine, stream: LogStream): boolean {
    if (!line.abandoned || line !== stream.lines.at(-1)) return false;
    const later = this.#logs.streams.filter(
      ({ pod, restart }) => pod === stream.pod && restart > stream.restart,
    );
    return later.length > 0 && !later.some((next) => this.#logs.hasFiles(next));
  }

  /** Only a file with what was written next shows that a line was left unfinished: one that the agent can find. */
  #showsNext(line: LogLine, { lines }: LogStream): boolean {
    return lines.some(
      (next) => next.id > line.id && next.life !== line.life && this.#logs.isReachable(next.life),
    );
  }

  /** An open half line closes the record that these pieces began. */
  #isBeforeHalf(line: LogLine, { half }: LogStream): boolean {
    return half?.channel === line.channel && line.sequence >= half.sequence - half.piece;
  }

  /** All that had to arrive has arrived, and what is lost is told. */
  demandAll(): void {
    const missing = this.missing();
    if (missing.length === 0) {
      this.#ledger.demandTrueGaps();
      for (const account of this.#accounts) account.settle(this.#nowMs);
      return;
    }
    const shown = missing.slice(0, MOST_SHOWN).map(({ account, line }) => `${account.name}: ${nameOf(line)}`);
    throw new Violation(`${missing.length} lines are lost and nobody says so: ${shown.join(', ')}`);
  }
}

/** How much of a life the last checkpoint knew of, at least. */
const savedSize = (life: Life, safeMs: number): number =>
  Math.max(0, ...life.seenAt.filter(({ ms }) => ms <= safeMs).map(({ size }) => size));
