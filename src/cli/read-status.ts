import { basename, dirname, join } from 'node:path';
import type { OutputState, StreamState } from '../checkpoint/state.ts';
import { readCheckpoint, SNAPSHOT } from '../checkpoint/store.ts';
import { BirlerError } from '../core/errors.ts';
import { type GenerationRecord, sameFile } from '../core/identity.ts';
import { displayNameOf } from '../core/origin.ts';
import { lowWater, type Position } from '../core/position.ts';
import { compareAges } from '../core/sighting.ts';
import { type LogName, parseLogName } from '../discover/log-name.ts';
import type { DirectoryEntry, FileStatus, Files } from '../system/system.ts';
import { firstTimeNs } from '../tail/first-time.ts';
import { parseLedger } from '../telemetry/ledger.ts';
import type { GenerationStatus, OutputStatus, Status, StreamStatus } from './status-view.ts';

/**
 * What `birler status` shows, made of the checkpoint and a look at the files themselves. It asks nothing of the agent, so
 * it works the same whether one runs or not; it is at most one checkpoint interval old.
 */
export const readStatus = async (files: Files, directory: string, nowMs: number): Promise<Status> => {
  if (files.statusOf(`${directory}/${SNAPSHOT}`) === undefined) {
    throw new BirlerError(
      'usage',
      `${directory}: no birler has kept its state here; name the directory that it was given with --state`,
    );
  }
  const { streams, outputs, agent } = await readCheckpoint(files, directory);
  const running = isLocked(files, directory);
  return {
    agent: {
      running,
      host: agent?.host ?? '',
      ...(running && agent !== undefined ? { pid: agent.pid, startedAt: agent.startedAt } : {}),
    },
    outputs: [...outputs].map(([name, output]) => outputStatus(files, name, output, streams, nowMs)),
  };
};

/** The lock goes with the process: whoever can take it proves that nobody holds it. */
const isLocked = (files: Files, directory: string): boolean => {
  try {
    const lock = files.lock(directory);
    lock?.release();
    return lock === undefined;
  } catch {
    // A directory that cannot be written to: no agent can hold a lock there.
    return false;
  }
};

const outputStatus = (
  files: Files,
  name: string,
  output: OutputState,
  streams: ReadonlyMap<string, StreamState>,
  nowMs: number,
): OutputStatus => {
  const { delivered, gaps, recent } = parseLedger(output.ledger);
  return {
    name,
    type: output.type,
    streams: [...streams].flatMap(([key, stream]) => {
      const position = output.positions.get(key);
      return position === undefined ? [] : [streamStatus(files, key, stream, lowWater(position), nowMs)];
    }),
    ledger: {
      delivered,
      gaps,
      recent: recent.map(({ timeMs, ...gap }) => ({ ...gap, time: new Date(timeMs).toISOString() })),
    },
  };
};

const streamStatus = (
  files: Files,
  key: string,
  stream: StreamState,
  position: Position,
  nowMs: number,
): StreamStatus => {
  const seen = lookInDirectory(files, stream.generations);
  const known = stream.generations.map((generation) => generationStatus(files, generation, position, seen));
  const last = stream.generations.at(-1)?.sequence ?? 0;
  const unknown = seen.unknown.map((file, index) => unknownStatus(file, last + 1 + index));
  const generations = [...known, ...unknown];
  const lagBytes = generations.reduce(
    (sum, { sizeBytes, offset }) => sum + Math.max(0, (sizeBytes ?? 0) - offset),
    0,
  );
  const behind = generations.find(({ sizeBytes, offset }) => (sizeBytes ?? 0) > offset);
  return {
    key,
    name: displayNameOf(stream.origin),
    generations,
    lagBytes,
    lagSeconds: behind === undefined ? 0 : ageOf(files, behind, nowMs),
  };
};

/** A file that stands in a stream's directory now. */
interface SeenFile {
  readonly path: string;
  readonly name: LogName;
  readonly status: FileStatus;
}

interface Seen {
  readonly of: ReadonlyMap<number, SeenFile>;
  /** Files that came after the checkpoint, oldest first. */
  readonly unknown: readonly SeenFile[];
}

/** The checkpoint is a moment old, and its agent may have stopped long ago: files were renamed since, and new ones came. */
const lookInDirectory = (files: Files, generations: readonly GenerationRecord[]): Seen => {
  const newest = generations.at(-1);
  const of = new Map<number, SeenFile>();
  if (newest === undefined) return { of, unknown: [] };
  const directory = dirname(newest.path);
  const base = parseLogName(basename(newest.path))?.base;
  const unknown: SeenFile[] = [];
  for (const entry of list(files, directory)) {
    const name = entry.kind === 'file' ? parseLogName(entry.name) : undefined;
    const path = join(directory, entry.name);
    const status = name?.base === base ? statusOf(files, path) : undefined;
    if (name === undefined || status === undefined) continue;
    const record = generations.findLast((generation) => sameFile(status, generation));
    // A .gz that the checkpoint does not know is the compressed form of a file that it does know, as a rule.
    if (record !== undefined) of.set(record.sequence, { path, name, status });
    else if (!name.compressed) unknown.push({ path, name, status });
  }
  unknown.sort((a, b) => compareAges(a.name.age, b.name.age));
  return { of, unknown };
};

const unknownStatus = ({ path, name, status }: SeenFile, sequence: number): GenerationStatus => ({
  sequence,
  file: path,
  sizeBytes: status.size,
  offset: 0,
  state: name.age.kind === 'live' ? 'live' : 'rotated',
});

const generationStatus = (
  files: Files,
  generation: GenerationRecord,
  position: Position,
  seen: Seen,
): GenerationStatus => {
  const { sequence, compressed, size } = generation;
  const file = seen.of.get(sequence);
  const found = file?.status ?? statusOf(files, generation.path);
  const isThere = found !== undefined && sameFile(found, generation);
  const sizeBytes = isThere && !compressed ? Math.max(size, found.size) : size;
  const isRead = sequence < position.generation;
  const offset = isRead ? sizeBytes : sequence === position.generation ? position.offset : 0;
  const path = file?.path ?? generation.path;
  return { sequence, file: path, sizeBytes, offset, state: stateOf(path, compressed, isThere, isRead) };
};

const stateOf = (
  path: string,
  compressed: boolean,
  isThere: boolean,
  isRead: boolean,
): GenerationStatus['state'] => {
  if (!isThere) return isRead ? 'gone' : 'deleted';
  if (compressed) return 'compressed';
  return parseLogName(basename(path))?.age.kind === 'live' ? 'live' : 'rotated';
};

const list = (files: Files, directory: string): readonly DirectoryEntry[] => {
  try {
    return files.list(directory) ?? [];
  } catch {
    // No right to look: then the checkpoint is all that is known.
    return [];
  }
};

const statusOf = (files: Files, path: string): FileStatus | undefined => {
  try {
    return files.statusOf(path);
  } catch {
    // No right to look: as good as gone, to whoever asks.
    return undefined;
  }
};

const LINE_BYTES = 256;

/** How old the first byte that was not delivered is, by the time that stands in its line. */
const ageOf = (files: Files, generation: GenerationStatus, nowMs: number): number | null => {
  if (generation.state === 'compressed') return null;
  try {
    const descriptor = files.open(generation.file);
    try {
      const bytes = Buffer.alloc(LINE_BYTES);
      const count = files.read(descriptor, bytes, 0, LINE_BYTES, generation.offset);
      const writtenNs = firstTimeNs(bytes.subarray(0, count));
      return writtenNs === undefined ? null : Math.max(0, (nowMs - Number(writtenNs / 1_000_000n)) / 1000);
    } finally {
      files.close(descriptor);
    }
  } catch {
    // Deleted, or no right to read it: its age is not known.
    return null;
  }
};
