import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkPeerOutput } from '../check/peer-check.ts';
import { measure } from '../process/measure.ts';
import { warmPages } from '../process/yardsticks.ts';
import type { NodeDirectory } from '../workload/node-directory.ts';
import { FLUENT_BITS } from './fluent-bit.ts';
import type { Peer } from './peer.ts';
import { RSYSLOG } from './rsyslog.ts';
import { SYSLOG_NG } from './syslog-ng.ts';
import { VECTOR } from './vector.ts';

export const PEERS: readonly Peer[] = [...FLUENT_BITS, RSYSLOG, SYSLOG_NG, VECTOR];

/** Most peers follow files for ever: one whose output stands still for this long has done what it does. */
const STILL_MS = 3_000;
const LOOK_MS = 50;

export interface PeerResult {
  readonly program: string;
  readonly note: string;
  readonly version: string;
  readonly mibPerCpuSecond: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMib: number;
  /** Lines that it wrote, and how many it should have if it joins partial lines, or if it does not. */
  readonly lines: number;
  readonly records: number;
  readonly inputLines: number;
  /** Lines that are not UTF-8, whose messages were not compared; all others were. */
  readonly broken: number;
}

export const isOnPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false; // Not here.
    }
  });

export const runPeer = async (peer: Peer, scratch: string, node: NodeDirectory): Promise<PeerResult> => {
  const directory = mkdtempSync(join(scratch, 'peer-'));
  const output = join(directory, 'output.json');
  try {
    await warmPages(output, node);
    const args = peer.prepare({ directory, logs: node.logs, pods: node.pods, output });
    const began = performance.now();
    let wallSeconds = 0;
    const usage = await measure([peer.program, ...args], {
      whileRunning: async (pid, hasEnded) => {
        const lastGrewMs = await untilStill(output, hasEnded);
        wallSeconds = (lastGrewMs - began) / 1000;
        const id = pid();
        if (id !== undefined && !hasEnded()) process.kill(id, 'SIGTERM');
      },
    });
    const lines = Number(execFileSync('wc', ['-l', output], { encoding: 'utf8' }).split(' ')[0]);
    if (lines !== node.records && lines !== node.lines)
      throw new Error(
        `${peer.program} wrote ${lines} lines of ${node.records} records (${node.lines} lines)`,
      );
    const joins = lines === node.records && node.records !== node.lines;
    const [log = ''] = node.files;
    const { broken } = checkPeerOutput(output, log, joins);
    return {
      program: peer.program,
      note: peer.note,
      version: versionOf(peer.program),
      mibPerCpuSecond: node.bytes / 2 ** 20 / usage.cpuSeconds,
      cpuSeconds: usage.cpuSeconds,
      wallSeconds,
      peakMib: usage.peakRssBytes / 2 ** 20,
      lines,
      records: node.records,
      inputLines: node.lines,
      broken,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Waits until a file exists and grows no more. Returns when it last did. */
const untilStill = async (path: string, hasEnded: () => boolean): Promise<number> => {
  let size = 0;
  let lastGrewMs = performance.now();
  while (!hasEnded() && (size === 0 || performance.now() - lastGrewMs < STILL_MS)) {
    await pause(LOOK_MS);
    const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (now === size) continue;
    size = now;
    lastGrewMs = performance.now();
  }
  return lastGrewMs;
};

const versionOf = (program: string): string => {
  const flag = program === 'rsyslogd' ? '-v' : '--version';
  const text = execFileSync(program, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return /\d+\.\d+(?:\.\d+)?/.exec(text)?.[0] ?? 'unknown';
};
