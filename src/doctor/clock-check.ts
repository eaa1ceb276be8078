import { approximateDuration } from '../core/units.ts';
import type { Files } from '../system/system.ts';
import { firstTimeNs } from '../tail/first-time.ts';
import { podsDirectoryOf } from './directories.ts';
import { type Check, fail, ok, warn } from './finding.ts';
import { logFilesIn } from './log-files.ts';

const CLOCK = 'clock';
/** birler was not there before. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** What a line's time may be ahead of the clock that doctor reads a moment later. */
const AHEAD_MS = 2_000;
/** A line is written in the moment that its file was changed. */
const APART_MS = 60_000;
const MOST_FILES = 200;
const TAIL_BYTES = 64 * 1024;
const PODS_DEPTH = 2;
const NEWLINE = 10;

/** The node's clock against the times that stand in the newest lines. Lag in seconds is made of both. */
export const checkClock: Check = (patient) => {
  const { files, clock, config } = patient;
  const nowMs = clock.now();
  const now = new Date(nowMs).toISOString();
  if (nowMs < EARLIEST_MS)
    return [fail(CLOCK, `it says ${now}`, 'set it, and run a time service (NTP) on the node')];
  const pods = podsDirectoryOf(patient);
  const paths = logFilesIn(
    files,
    pods ?? config.sources.logsDirectory,
    pods === undefined ? 0 : PODS_DEPTH,
  ).files;
  const newest = newestLine(files, paths.slice(0, MOST_FILES));
  if (newest === undefined) return [ok(CLOCK, `${now}; no line with a time to compare it with`)];
  const { path, writtenMs, changedMs } = newest;
  if (writtenMs > nowMs + AHEAD_MS)
    return [
      warn(
        CLOCK,
        `the newest line of ${path} is ${approximateDuration(writtenMs - nowMs)} ahead of the clock (${now})`,
        'the clock was set back, or the container runtime has another one; run a time service (NTP) on the node',
      ),
    ];
  if (Math.abs(changedMs - writtenMs) > APART_MS)
    return [
      warn(
        CLOCK,
        `the newest line of ${path} says another time than its file: ${approximateDuration(Math.abs(changedMs - writtenMs))} apart`,
        'the clock was set meanwhile, or the line waited in the runtime; lag in seconds is by the time in the line',
      ),
    ];
  return [
    ok(CLOCK, `${now}, and the newest line is ${approximateDuration(Math.max(0, nowMs - writtenMs))} old`),
  ];
};

interface NewestLine {
  readonly path: string;
  readonly writtenMs: number;
  readonly changedMs: number;
}

const newestLine = (files: Files, paths: readonly string[]): NewestLine | undefined => {
  let newest: NewestLine | undefined;
  for (const path of paths) {
    const line = lastLine(files, path);
    if (line !== undefined && line.writtenMs > (newest?.writtenMs ?? 0)) newest = line;
  }
  return newest;
};

const lastLine = (files: Files, path: string): NewestLine | undefined => {
  try {
    const descriptor = files.open(path);
    try {
      const { size, mtimeMs } = files.look(descriptor);
      const start = Math.max(0, size - TAIL_BYTES);
      const bytes = Buffer.alloc(size - start);
      const end = files.read(descriptor, bytes, 0, bytes.length, start);
      // The newline before the last one ends the line before the last.
      const from = end < 2 ? -1 : bytes.subarray(0, end - 1).lastIndexOf(NEWLINE);
      const writtenNs = firstTimeNs(bytes.subarray(from + 1, end));
      return writtenNs === undefined
        ? undefined
        : { path, writtenMs: Number(writtenNs / 1_000_000n), changedMs: mtimeMs };
    } finally {
      files.close(descriptor);
    }
  } catch {
    return undefined; // That it cannot be read is told elsewhere.
  }
};
