import type { Origin } from '../../../src/core/origin.ts';
import type { Scrape } from '../../../src/serve/metric.ts';
import type { AgentSnapshot, OutputSnapshot, StreamLag } from '../../../src/telemetry/snapshot.ts';

export const output = (parts: Partial<OutputSnapshot> = {}): OutputSnapshot => ({
  name: 'out',
  type: 'file',
  acceptedRecords: 0,
  retries: 0,
  inFlightBytes: 0,
  blockedForMs: undefined,
  failing: undefined,
  ledger: { delivered: { records: 0, bytes: 0 }, gaps: [], recent: [] },
  ...parts,
});

export const podOrigin = (pod: string, restart = 0): Origin => ({
  kind: 'kubernetes',
  namespace: 'shop',
  pod,
  uid: `uid-${pod}`,
  container: 'app',
  containerId: '',
  restart,
  host: 'node-1',
});

export const lag = (origin: Origin, bytes: number, parts: Partial<StreamLag> = {}): StreamLag => ({
  output: 'out',
  key: JSON.stringify(origin),
  origin,
  bytes,
  ageMs: undefined,
  ...parts,
});

/** An agent to which nothing has happened yet. */
export const snapshot = (parts: Partial<AgentSnapshot> = {}): AgentSnapshot => ({
  nowMs: Date.UTC(2026, 10, 20, 12),
  startedAtMs: Date.UTC(2026, 10, 20, 11),
  kernel: 'wasm',
  phase: 'running',
  loopAgeMs: 5,
  directories: {
    logsDirectory: '/var/log/containers',
    isMissing: false,
    isComplete: true,
    isWatching: true,
    watches: 3,
  },
  reading: {
    streams: 2,
    openFiles: 2,
    openFilesLimit: 4096,
    heldDeletedBytes: 0,
    heldDeletedBytesLimit: 1024 ** 3,
    readBytes: 0,
    waitingPods: 0,
  },
  outputs: [output()],
  lags: [],
  checkpoint: { commits: 1, unsavedForMs: undefined, failingForMs: undefined },
  counters: {
    linesUnparsed: 0,
    nulBytesSkipped: 0,
    readErrors: 0,
    watchErrors: 0,
    streamsFoundByRescan: 0,
    bytesFoundByRescan: 0,
    checkpointErrors: 0,
    recordsFiltered: 0,
    bytesFiltered: 0,
    rateLimitWaits: 0,
    configReloads: 0,
    configsRefused: 0,
  },
  pods: undefined,
  ...parts,
});

export const scrapeOf = (agent: AgentSnapshot): Scrape => ({
  agent,
  process: {
    nodeVersion: 'v26.10.0',
    cpuSeconds: 1.5,
    residentBytes: 90e6,
    heapUsedBytes: 20e6,
    externalBytes: 8e6,
    startTimeSeconds: 1_795_000_000,
    openDescriptors: 30,
    mostDescriptors: undefined,
    eventLoopDelays: { p50Ms: 1, p99Ms: 20, mostMs: 250 },
  },
  version: '1.2.3',
  taps: 0,
});
