import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateLog, writeLog } from './log-file.ts';
import { linkPath, logPath, type StreamAccount, type StreamSpec } from './streams.ts';
import type { Workload } from './workloads.ts';

/** What the beginning of a log is made of tells one generator from another: a changed one makes all workloads anew. */
const SAMPLE_BYTES = 256 * 1024;

/** A workload on the disk, as the kubelet would have laid it out. */
export interface NodeDirectory {
  readonly workload: Workload;
  readonly logs: string;
  readonly pods: string;
  /** The log files themselves. */
  readonly files: readonly string[];
  /** In the order of the workload's streams. */
  readonly accounts: readonly StreamAccount[];
  readonly bytes: number;
  readonly lines: number;
  readonly records: number;
}

/** Generates the workload below `root`, unless it is there from the last time. */
export const provideNode = (root: string, workload: Workload): NodeDirectory => {
  const directory = join(root, `${workload.name}-${contentKey(workload)}`);
  const accountFile = join(directory, 'account.json');
  if (!existsSync(accountFile)) {
    rmSync(directory, { recursive: true, force: true });
    const accounts = workload.streams.map((spec) => {
      const path = placeStream(directory, spec);
      return writeLog(path, spec, workload.bytesPerFile);
    });
    // The account comes last and in one step: a directory that has it is whole.
    writeFileSync(`${accountFile}.tmp`, JSON.stringify(accounts));
    renameSync(`${accountFile}.tmp`, accountFile);
  }
  const accounts = JSON.parse(readFileSync(accountFile, 'utf8')) as readonly StreamAccount[];
  const sum = (what: (account: StreamAccount) => number): number =>
    accounts.reduce((total, account) => total + what(account), 0);
  return {
    workload,
    logs: join(directory, 'containers'),
    pods: join(directory, 'pods'),
    files: workload.streams.map((spec) => join(directory, logPath(spec))),
    accounts,
    bytes: sum(({ bytes }) => bytes),
    lines: sum(({ lines }) => lines),
    records: sum(({ records }) => records),
  };
};

const contentKey = (workload: Workload): string => {
  const samples = workload.streams
    .slice(0, 1)
    .map((spec) => generateLog(spec, SAMPLE_BYTES, () => undefined).sha256);
  return createHash('sha256')
    .update(JSON.stringify([workload, samples]))
    .digest('hex')
    .slice(0, 12);
};

/** Makes the directory and the link of a stream; returns where its log belongs. */
export const placeStream = (directory: string, spec: StreamSpec): string => {
  const log = join(directory, logPath(spec));
  const link = join(directory, linkPath(spec));
  mkdirSync(dirname(log), { recursive: true });
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(log, link);
  return log;
};
