import { Store } from './checkpoint/store.ts';
import type { Config, OutputConfig } from './config/config.ts';
import type { Kernel } from './core/kernel.ts';
import type { PodSource } from './core/pod.ts';
import { SPARE_ROWS } from './core/record-table.ts';
import type { StreamSighting } from './core/sighting.ts';
import { type DecodeRoom, newDecoding } from './decode/decoding.ts';
import { lineJoinerBytes } from './decode/multiline.ts';
import type { Output } from './deliver/output.ts';
import { outputBytes } from './deliver/output-memory.ts';
import type { Sink } from './deliver/sink.ts';
import { Discovery } from './discover/discovery.ts';
import { Survey } from './discover/survey.ts';
import { labelSelector } from './enrich/label-selector.ts';
import type { PodTreatments } from './enrich/pod-treatments.ts';
import { newSelection } from './enrich/selection.ts';
import { openKernel } from './kernel/open-kernel.ts';
import { openTreatments } from './kubernetes/open-treatments.ts';
import { newShaping } from './shape/shaping.ts';
import { createSink } from './sinks/catalog.ts';
import { openOutput } from './sinks/open-output.ts';
import type { Doorbell } from './system/doorbell.ts';
import type { System } from './system/system.ts';
import { inputBytes } from './tail/lane-tools.ts';
import { Tailing } from './tail/tailing.ts';
import type { Events } from './telemetry/events.ts';

/** Makes the rooms out of a configuration; agent.ts says what they do together. */
export interface Rooms {
  readonly kernel: Kernel;
  readonly decoding: DecodeRoom;
  readonly store: Store;
  readonly outputs: readonly Output[];
  readonly treatments: PodTreatments;
}

export interface RoomsWorld {
  readonly system: System;
  readonly events: Events;
  readonly bell: Doorbell;
  /** How an output's sink is made; for tests. */
  readonly sinkFactory: SinkFactory | undefined;
  /** Who knows the pods, whatever the configuration says; for tests. */
  readonly podSource: PodSource | undefined;
  /** These streams are treated otherwise from now on. */
  readonly onTreatmentsChanged: (streamKeys: readonly string[]) => void;
}

export type SinkFactory = (output: OutputConfig, onClosed: (error: Error) => void) => Sink;

/** Locks and reads the state, opens the outputs. Throws a BirlerError that says what is wrong, and leaves nothing open. */
export const openRooms = async (config: Config, world: RoomsWorld): Promise<Rooms> => {
  const { system, events } = world;
  const { limits, multiline } = config;
  const shaping = newShaping(config.transforms, limits.lineBytes, labelSelector);
  const input = inputBytes(limits);
  // What decoders lay down, what was held back of both channels, and a batch of it.
  const messageBytes = 3 * input + 2 * multiline.bytes;
  const arenaBytes =
    lineJoinerBytes(multiline, input, limits.lineBytes) +
    shaping.arenaBytes(messageBytes, limits.recordsPerBatch + SPARE_ROWS);
  const laneBytes = Tailing.memoryBytes({ ...limits, treatmentBytes: arenaBytes });
  const kernel = openKernel(config.kernel, laneBytes, config.outputs.length * outputBytes(limits));
  const decoding = newDecoding(kernel, limits.lineBytes, limits.partialBytes, multiline);
  const store = await Store.open(system.files, {
    directory: config.state.directory,
    sync: config.state.sync,
    onDamage: (path, entries) => events.checkpointDamaged(path, entries),
    onUnusable: (path, reason) => events.checkpointUnreadable(path, reason),
  });
  try {
    const outputs = await openOutputs(config, world, store, kernel);
    const makers = {
      newLineJoiner: (_: unknown, mode: string) => decoding.multiline.newLineJoiner(mode),
      newShaper: (...stream: Parameters<typeof shaping.shaperFor>) => shaping.shaperFor(...stream),
      arenaBytes,
    };
    const treatments = await openTreatments(
      config,
      makers,
      system,
      events,
      world.onTreatmentsChanged,
      world.podSource,
    );
    return { kernel, decoding, store, outputs, treatments };
  } catch (error) {
    await store.close();
    throw error;
  }
};

const openOutputs = async (
  config: Config,
  { system, events, bell, sinkFactory }: RoomsWorld,
  store: Store,
  kernel: Kernel,
): Promise<readonly Output[]> => {
  const outputs: Output[] = [];
  for (const output of config.outputs) {
    const opening = openOutput(output, config.limits, {
      known: store.state.outputs.get(output.name),
      newSink: (onClosed) => sinkFactory?.(output, onClosed) ?? createSink(output, system, onClosed),
      clock: system.clock,
      kernel,
      events,
      onProgress: bell.ring,
    });
    outputs.push(await opening);
  }
  return outputs;
};

/** What the agent does with what is found. */
export interface DiscoveryListener {
  onSighting(sighting: StreamSighting): boolean;
  onHint(): void;
  /** Bytes of the stream that nobody has read yet. */
  unreadBytes(streamKey: string): number;
}

export const newDiscovery = (
  config: Config,
  system: System,
  events: Events,
  listener: DiscoveryListener,
): Discovery => {
  const { sources, host } = config;
  const isDefault = sources.logsDirectory === DEFAULT_LOGS;
  const podsDirectories = sources.podsDirectory ?? (isDefault ? DEFAULT_PODS : undefined);
  const survey = new Survey(system.files, {
    logsDirectory: sources.logsDirectory,
    podsDirectories: podsDirectories === undefined ? [] : [podsDirectories],
    host,
    ...newSelection(sources),
    onUnreadable: (directory, error) => events.fileUnreadable(directory, error),
  });
  return new Discovery(survey, system.watcher, system.clock, {
    logsDirectory: sources.logsDirectory,
    rescanIntervalMs: sources.rescanIntervalMs,
    watches: sources.watch === 'auto',
    onSighting: (sighting) => listener.onSighting(sighting),
    onHint: () => listener.onHint(),
    onMissing: (directory) => events.directoryMissing(directory),
    onAppeared: (directory) => events.directoryAppeared(directory),
    onWatchFailed: (directory, error) => events.watchFailed(directory, error),
    onFoundByRescan: ({ key, directory }) => events.foundByRescan(directory, listener.unreadBytes(key)),
  });
};

const DEFAULT_LOGS = '/var/log/containers';
const DEFAULT_PODS = '/var/log/pods';
