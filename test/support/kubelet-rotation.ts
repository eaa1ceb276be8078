import { readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The kubelet's containerLogMaxFiles. */
const DEFAULT_MAX_FILES = 5;

export interface RotationOptions {
  readonly maxFiles?: number;
  /** Asks the runtime to open the path again; when it fails, the kubelet puts the file back. */
  readonly reopen: () => void | Promise<void>;
  /** Between the rename and the reopening: the path does not exist, the runtime still writes into the renamed file. */
  readonly inTheGap?: () => void | Promise<void>;
  /** Told of each generation before it is deleted; it stays when this says false. */
  readonly mayDelete?: (path: string) => boolean;
}

export interface Rotation {
  readonly rotatedTo: string;
  readonly deleted: readonly string[];
  readonly compressed: readonly string[];
}

/**
 * Rotates one container's log as the kubelet does, step by step in its order: remove what an earlier rotation left
 * unfinished, delete the oldest down to maxFiles - 2, compress every plain one that remains, rename the live file, and
 * ask the runtime to reopen.
 */
export async function rotateAsKubelet(log: string, options: RotationOptions): Promise<Rotation> {
  const rotated = removeUnfinished(log);
  const deleted = deleteOldest(rotated, (options.maxFiles ?? DEFAULT_MAX_FILES) - 2, options.mayDelete);
  const compressed = rotated.filter((path) => !deleted.includes(path) && !path.endsWith('.gz'));
  for (const path of compressed) compress(path);
  const rotatedTo = `${log}.${rotationStamp()}`;
  renameSync(log, rotatedTo);
  try {
    await options.inTheGap?.();
    await options.reopen();
  } catch (error) {
    renameSync(rotatedTo, log);
    throw error;
  }
  return { rotatedTo, deleted, compressed };
}

/** Names of the rotated generations, oldest first. Deletes `.tmp`, and a plain file whose .gz is complete. */
function removeUnfinished(log: string): string[] {
  const prefix = `${basename(log)}.`;
  const found = readdirSync(dirname(log)).filter((name) => name.startsWith(prefix));
  const useless = (name: string): boolean => name.endsWith('.tmp') || found.includes(`${name}.gz`);
  for (const name of found.filter(useless)) unlinkSync(join(dirname(log), name));
  return found
    .filter((name) => !useless(name))
    .toSorted()
    .map((name) => join(dirname(log), name));
}

function deleteOldest(
  rotated: readonly string[],
  keep: number,
  mayDelete: (path: string) => boolean = () => true,
): string[] {
  const doomed = rotated.slice(0, Math.max(0, rotated.length - keep)).filter((path) => mayDelete(path));
  for (const path of doomed) unlinkSync(path);
  return doomed;
}

/** X -> X.tmp -> X.gz, and only then X goes: for a moment all of it stands there twice. */
export function compress(path: string): void {
  writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)));
  renameSync(`${path}.tmp`, `${path}.gz`);
  unlinkSync(path);
}

/** What the kubelet removes with a dead container: `<log>*`, its own files first, and then the link. */
export function removeContainerLogs(log: string, link: string): void {
  const prefix = basename(log);
  for (const name of readdirSync(dirname(log))) {
    if (name === prefix || name.startsWith(`${prefix}.`)) unlinkSync(join(dirname(log), name));
  }
  rmSync(link, { force: true });
}

let lastStampMs = 0;

/**
 * `YYYYMMDD-HHMMSS` in local time. The kubelet looks every ten seconds, so its names never meet; the laboratory rotates
 * faster, so its clock runs ahead of the real one by a second for each name that would have met.
 */
function rotationStamp(nowMs = Date.now()): string {
  lastStampMs = Math.max(Math.floor(nowMs / 1_000) * 1_000, lastStampMs + 1_000);
  const at = new Date(lastStampMs);
  const digits = (value: number, width = 2): string => String(value).padStart(width, '0');
  const day = `${digits(at.getFullYear(), 4)}${digits(at.getMonth() + 1)}${digits(at.getDate())}`;
  return `${day}-${digits(at.getHours())}${digits(at.getMinutes())}${digits(at.getSeconds())}`;
}
