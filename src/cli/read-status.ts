import type { OutputState, StreamState } from '../checkpoint/state.ts';
import { readCheckpoint, SNAPSHOT } from '../checkpoint/store.ts';
import { BirlerError } from '../core/errors.ts';
import { type GenerationRecord, sameFile } from '../core/identity.ts';
import { displayNameOf } from '../core/origin.ts';
import { lowWater, type Position } from '../core/position.ts';
import { parseLogName } from '../discover/log-name.ts';
import type { FileStatus, Files } from '../system/system.ts';
import { firstTimeMs } from '../tail/first-time.ts';
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
  const newest = stream.generations.at(-1)?.sequence;
  const generations = stream.generations.map((generation) => {
    return generationStatus(files, generation, position, generation.sequence === newest);
  });
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

const generationStatus = (
  files: Files,
  generation: GenerationRecord,
  position: Position,
  isNewest: boolean,
): GenerationStatus => {
  const { sequence, path, compressed, size } = generation;
  const found = statusOf(files, path);
  const isThere = found !== undefined && sameFile(found, generation);
  const sizeBytes = isThere && !compressed ? Math.max(size, found.size) : size;
  const isRead = sequence < position.generation;
  const offset = isRead ? sizeBytes : sequence === position.generation ? position.offset : 0;
  return {
    sequence,
    file: path,
    sizeBytes,
    offset,
    state: stateOf(path, compressed, isThere, isRead, isNewest),
  };
};

const stateOf = (
  path: string,
  compressed: boolean,
  isThere: boolean,
  isRead: boolean,
  isNewest: boolean,
): GenerationStatus['state'] => {
  if (!isThere) return isRead ? 'gone' : 'deleted';
  if (compressed) return 'compressed';
  return isNewest && parseLogName(path.slice(path.lastIndexOf('/') + 1))?.age.kind === 'live'
    ? 'live'
    : 'rotated';
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
      const writtenMs = firstTimeMs(bytes.subarray(0, count));
      return Number.isNaN(writtenMs) ? null : Math.max(0, (nowMs - writtenMs) / 1000);
    } finally {
      files.close(descriptor);
    }
  } catch {
    // Deleted, or no right to read it: its age is not known.
    return null;
  }
};
