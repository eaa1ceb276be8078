import { isDeepStrictEqual } from 'node:util';
import type { AgentState } from './checkpoint/state.ts';
import { Store } from './checkpoint/store.ts';
import type { Config, OutputConfig } from './config/config.ts';
import type { Kernel } from './core/kernel.ts';
import type { PodSource } from './core/pod.ts';
import { SPARE_ROWS } from './core/record-table.ts';
import type { StreamSighting } from './core/sighting.ts';
import type { LineJoiner } from './core/treatment.ts';
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
import type { TreatmentPolicy } from './enrich/treatment-plan.ts';
import { openKernel } from './kernel/open-kernel.ts';
import { openTreatments, treatmentPolicy } from './kubernetes/open-treatments.ts';
import { newShaping } from './shape/shaping.ts';
import { createSink } from './sinks/catalog.ts';
import { openOutput } from './sinks/open-output.ts';
import type { Doorbell } from './system/doorbell.ts';
import type { System } from './system/system.ts';
import type { HandOver } from './tail/hand-over.ts';
import type { InheritanceSettings } from './tail/inheritance.ts';
import { inputBytes } from './tail/lane-tools.ts';
import { Tailing } from './tail/tailing.ts';
import type { Events } from './telemetry/events.ts';

/** Makes the rooms out of a configuration; agent.ts says what they do together. */
export interface Rooms {
  /** How much of the arena treatments may use; it is allocated once. */
  readonly treatmentBytes: number;
  readonly kernel: Kernel;
  readonly decoding: DecodeRoom;
  readonly store: Store;
  readonly outputs: readonly Output[];
  readonly treatments: PodTreatments;
  /** Which streams are read although no directory shows them any more. */
  readonly selection: Pick<InheritanceSettings, 'selects' | 'isSamePlace'>;
}

export interface RoomsWorld {
  readonly system: System;
  readonly events: Events;
  readonly bell: Doorbell;
  /** How an output's sink is made; for tests. */
  readonly sinkFactory: SinkFactory | undefined;
  /** Who knows the pods, whatever the configuration says; for tests. */
  readonly podSource: PodSource | undefined;
  /** What the agent before this one left, if there was one in this process. */
  readonly legacy: Legacy | undefined;
  /** These streams are treated otherwise from now on. */
  readonly onTreatmentsChanged: (streamKeys: readonly string[]) => void;
}

/** What an agent leaves to the one that takes its place: where everything stands, and the files that it held open. */
export interface Legacy {
  readonly store: Store;
  readonly files: HandOver;
}

export type SinkFactory = (output: OutputConfig, onClosed: (error: Error) => void) => Sink;

/**
 * Locks and reads the state, opens the outputs. Throws a BirlerError that says what is wrong; then nothing is left open but
 * what was open before.
 */
export const openRooms = async (config: Config, world: RoomsWorld): Promise<Rooms> => {
  const { system, events, legacy } = world;
  const { limits, multiline } = config;
  const shapers = newShapers(config);
  const { treatmentBytes } = shapers;
  const laneBytes = Tailing.memoryBytes({ ...limits, treatmentBytes });
  const kernel = openKernel(config.kernel, laneBytes, config.outputs.length * outputBytes(limits));
  const decoding = newDecoding(kernel, limits.lineBytes, limits.partialBytes, multiline);
  const storeSettings = {
    directory: config.state.directory,
    sync: config.state.sync,
    onDamage: (path: string, entries: number) => events.checkpointDamaged(path, entries),
    onUnusable: (path: string, reason: string) => events.checkpointUnreadable(path, reason),
  };
  const store = await Store.open(system.files, storeSettings, legacy?.store);
  const outputs: Output[] = [];
  try {
    for (const output of config.outputs)
      outputs.push(await openOutputOf(output, config.limits, world, store, kernel));
    const makers = { newLineJoiner: lineJoiners(decoding), newShaper: shapers.newShaper };
    const { onTreatmentsChanged, podSource } = world;
    const treatments = await openTreatments(config, makers, system, events, onTreatmentsChanged, podSource);
    if (legacy !== undefined && legacy.store !== store) await legacy.store.close();
    const selection = selectionOf(config, store);
    return { treatmentBytes, kernel, decoding, store, outputs, treatments, selection };
  } catch (error) {
    for (const output of outputs) await output.close();
    if (legacy?.store !== store) await store.close();
    throw error;
  }
};

/**
 * How streams are treated by another configuration, in an agent that runs; undefined if that needs more memory than it has.
 *
 * @param config as the agent's own, but for what says how streams are treated
 */
export const newPolicy = (
  config: Config,
  { decoding, treatmentBytes }: Rooms,
): TreatmentPolicy | undefined => {
  const shapers = newShapers(config);
  if (shapers.treatmentBytes > treatmentBytes) return undefined;
  return treatmentPolicy(config, { newLineJoiner: lineJoiners(decoding), newShaper: shapers.newShaper });
};

const lineJoiners =
  ({ multiline }: DecodeRoom) =>
  (_: unknown, mode: string): LineJoiner | undefined =>
    multiline.newLineJoiner(mode);

/** Shapers, and how much of the arena they and line joiners may need for one batch, beside what decoders need. */
const newShapers = ({
  limits,
  multiline,
  transforms,
}: Config): Pick<TreatmentPolicy, 'newShaper'> & Pick<Rooms, 'treatmentBytes'> => {
  const shaping = newShaping(transforms, limits.lineBytes, labelSelector);
  const input = inputBytes(limits);
  // What decoders lay down, what was held back of both channels, and a batch of it.
  const messageBytes = 3 * input + 2 * multiline.bytes;
  const treatmentBytes =
    lineJoinerBytes(multiline, input, limits.lineBytes) +
    shaping.arenaBytes(messageBytes, limits.recordsPerBatch + SPARE_ROWS);
  return { newShaper: (...stream) => shaping.shaperFor(...stream), treatmentBytes };
};

const openOutputOf = (
  output: OutputConfig,
  limits: Config['limits'],
  { system, events, bell, sinkFactory }: RoomsWorld,
  store: Store,
  kernel: Kernel,
): Promise<Output> =>
  openOutput(output, limits, {
    known: store.state.outputs.get(output.name),
    newSink: (onClosed) => sinkFactory?.(output, onClosed) ?? createSink(output, system, onClosed),
    clock: system.clock,
    kernel,
    events,
    onProgress: bell.ring,
  });

const selectionOf = (config: Config, store: Store): Rooms['selection'] => {
  const { selects, selectsFile } = newSelection(config.sources);
  return {
    selects: (origin) => (origin.kind === 'file' ? selectsFile(origin.file) : selects(origin)),
    isSamePlace: isDeepStrictEqual(store.state.agent?.directories, directoriesOf(config)),
  };
};

/** What checkpoints say of their writer. */
export const agentState = (config: Config, { clock, process }: System): AgentState => ({
  pid: process.pid,
  host: config.host,
  startedAt: new Date(clock.now()).toISOString(),
  directories: directoriesOf(config),
});

/** Where logs are looked for. */
const directoriesOf = ({ sources }: Config): readonly string[] => [
  sources.logsDirectory,
  sources.podsDirectory ?? '',
];

/** What the agent does with what is found. */
export interface DiscoveryListener {
  onSighting(sighting: StreamSighting): boolean;
  onHint(): void;
  onWritten(path: string): boolean;
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
    onWritten: (path) => listener.onWritten(path),
    onMissing: (directory) => events.directoryMissing(directory),
    onAppeared: (directory) => events.directoryAppeared(directory),
    onWatchFailed: (directory, error) => events.watchFailed(directory, error),
    onFoundByRescan: ({ key, directory }) => events.foundByRescan(directory, listener.unreadBytes(key)),
  });
};

const DEFAULT_LOGS = '/var/log/containers';
const DEFAULT_PODS = '/var/log/pods';
