import type { Life, LogLine } from './log-lines.ts';
import type { LogWorld } from './log-world.ts';
import type { OutputAccount } from './output-account.ts';
import { Violation } from './violation.ts';

interface Cut {
  readonly life: Life;
  /** How much of the life the agent had seen when it was cut, or when its copy was gone. */
  seenSize: number;
  /** A calm came after it, so it was told and checkpointed. */
  isSettled: boolean;
}

/**
 * Compares the gaps that an output was told of with what it lost. Never more than was lost; and no less than what the agent
 * had seen to be there when a truncation took it away, or what its last checkpoint knew when it was removed meanwhile.
 */
export class LossLedger {
  readonly #logs: LogWorld;
  readonly #accounts: readonly OutputAccount[];
  #cuts: Cut[] = [];

  constructor(logs: LogWorld, accounts: readonly OutputAccount[]) {
    this.#logs = logs;
    this.#accounts = accounts;
  }

  /** @param seenSize how much of it the agent knows to have been there */
  lost(life: Life, seenSize: number): void {
    const known = this.#cuts.find((cut) => cut.life === life);
    if (known === undefined) this.#cuts.push({ life, seenSize, isSettled: false });
    else if (!known.isSettled) known.seenSize = Math.max(known.seenSize, seenSize);
  }

  /** Killed: what it knew and had not told may be forgotten. */
  agentDied(): void {
    this.#cuts = this.#cuts.filter((cut) => cut.isSettled);
  }

  demandTrueGaps(): void {
    const fault = this.fault();
    if (fault !== undefined) throw new Violation(fault);
    for (const cut of this.#cuts) cut.isSettled = true;
  }

  /** What the gaps do not say, or say too much. */
  fault(): string | undefined {
    for (const account of this.#accounts) {
      for (const { index } of this.#logs.streams) {
        const fault = this.#faultOf(account, index);
        if (fault !== undefined) return fault;
      }
    }
    return undefined;
  }

  #faultOf(account: OutputAccount, stream: number): string | undefined {
    const isLost = (line: LogLine): boolean => !account.has(line) && !account.refused.has(line);
    const lives = this.#logs.lives.filter((life) => life.stream === stream);
    const bannerBytes = lives.reduce((sum, life) => sum + life.bannerBytes, 0);
    const lines = this.#logs.streams[stream]?.lines ?? [];
    const lostBytes = bannerBytes + lives.reduce((sum, life) => sum + mostLost(account, life, lines), 0);
    const gaps = account.gapsOf(stream);
    const claimed = gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0);
    const told = gaps.map((gap) => JSON.stringify(gap)).join(' ');
    const fault = (what: string): string =>
      `output ${account.name}, stream ${stream}: ${what}; gaps: ${told}`;
    if (claimed > lostBytes) return fault(`the gaps say ${claimed} bytes, but only ${lostBytes} are lost`);
    let known = 0;
    for (const { life, seenSize } of this.#cuts) {
      if (life.stream === stream)
        known += bytesOf(linesWithin(life, seenSize).filter((line) => isLost(line) && !line.skipped));
    }
    if (claimed < known && !gaps.some((gap) => gap.bytes === null)) {
      return fault(
        `the agent saw ${known} bytes that were cut before they arrived, but the gaps say ${claimed}`,
      );
    }
    return undefined;
  }
}

const linesWithin = (life: Life, size: number): LogLine[] => {
  let end = life.bannerBytes;
  return life.lines.filter((line) => {
    end += line.written;
    return end <= size;
  });
};

/**
 * The most that can be counted as lost of a life: where a record was open, its channel's mark lies before lines of the other
 * one that had arrived, and once the file is gone nobody can tell those apart.
 */
const mostLost = (account: OutputAccount, life: Life, lines: readonly LogLine[]): number => {
  if (life.gone && goesThrough(account, life, lines)) return bytesOf(life.lines);
  const first = life.lines.findIndex((line) => account.mayCountAsLost(line));
  return first === -1 ? 0 : bytesOf(life.lines.slice(first));
};

/** Whether a record that began in an earlier file was still open in this one, to its end or to a line that may be lost. */
const goesThrough = (account: OutputAccount, life: Life, lines: readonly LogLine[]): boolean => {
  const begin = life.lines[0]?.id ?? Number.NaN;
  return ([0, 1] as const).some((channel) => {
    const before = lines.findLast((line) => line.channel === channel && line.id < begin);
    const end = life.lines.find((line) => line.channel === channel && line.closes);
    // A whole line may be held back, too, until one of its channel follows.
    if (before?.closes === true) return account.joinsLines;
    return before !== undefined && (end === undefined || account.mayCountAsLost(end));
  });
};

const bytesOf = (lines: readonly LogLine[]): number => lines.reduce((sum, line) => sum + line.written, 0);
