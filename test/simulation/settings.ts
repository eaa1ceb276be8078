import type { Config, OutputConfig } from '../../src/config/config.ts';
import { NO_KUBERNETES } from '../support/no-kubernetes.ts';
import { AWAY, ELSEWHERE, LOGS, PODS } from './log-stream.ts';
import { Random } from './random.ts';

/** What a seed decides once for a whole run: the agent's configuration and the kind of world that it lives in. */
export interface Settings {
  readonly config: Config;
  readonly reusesInodes: boolean;
  readonly directoryTimes: boolean;
  readonly slowGunzip: boolean;
  /** Memory for open records is short, so they may be split at any time. */
  readonly splitsFreely: boolean;
  /** Descriptors are short, so a file may be gone before it was ever opened. */
  readonly fewDescriptors: boolean;
  /** Little may be held of deleted files, so some of it is given up. */
  readonly holdsLittle: boolean;
  /** Lines look like those of traces, and are joined; records are given fields; pods may be read at a rate. */
  readonly treats: boolean;
  /** Names of the outputs whose sink is a model that can be slow, fail and hang. */
  readonly modelOutputs: readonly string[];
}

export const OUTPUT_DIRECTORY = '/out';
export const STATE_DIRECTORY = '/state';
export const outputPath = (name: string): string => `${OUTPUT_DIRECTORY}/${name}.jsonl`;

const MODEL = 'model';

export const settingsOf = (seed: number): Settings => {
  const random = new Random(seed ^ 0x5eed);
  const splitsFreely = random.chance(0.1);
  const fewDescriptors = random.chance(0.1);
  const holdsLittle = random.chance(0.1);
  const modelOutputs = random.chance(0.5) ? [MODEL] : [];
  const files = modelOutputs.length > 0 && random.chance(0.3) ? [] : ['exact'];
  // No draw of the random numbers, so old seeds mean what they meant; with each kernel as often as without.
  const treats = seed % 10 === 4 || seed % 10 === 7;
  const config: Config = {
    sources: {
      logsDirectory: LOGS,
      podsDirectory: random.chance(0.5) ? PODS : null,
      include: [],
      exclude: [],
      files: { include: ['*.log'], exclude: [] },
      rescanIntervalMs: random.pick([500, 1000, 5000]),
      watch: random.chance(0.85) ? 'auto' : 'off',
      ownPod: null,
    },
    startAt: random.chance(0.8) ? 'beginning' : 'end',
    limits: {
      inFlightBytes: random.pick([2048, 8192, 65_536]),
      lineBytes: 1024,
      openFiles: fewDescriptors ? random.between(8, 16) : 256,
      heldDeletedBytes: holdsLittle ? random.pick([0, 1000, 4000]) : 1_000_000_000,
      readShareBytes: random.pick([512, 1024, 4096]),
      partialBytes: splitsFreely ? 4096 : 1_000_000,
      partialAgeMs: random.pick([2000, 5000]),
      recordsPerBatch: random.pick([1, 3, 64]),
      ratePerPodBytes: treats && seed % 3 === 0 ? 20_000 : 0,
      onExcess: 'delay',
    },
    multiline: { mode: treats ? 'auto' : '', waitMs: 500, lines: 2000, bytes: 1024 },
    transforms: treats
      ? [
          { type: 'level', match: [] },
          { type: 'set', match: [], fields: [{ name: 'team', value: 'shop' }] },
        ]
      : [],
    kubernetes: NO_KUBERNETES,
    state: {
      directory: STATE_DIRECTORY,
      checkpointIntervalMs: random.pick([200, 1000]),
      sync: random.chance(0.7),
    },
    host: 'node-1',
    graceMs: 3000,
    http: undefined,
    // Both kernels, turn and turn about: which one is no draw of the random numbers, so old seeds mean what they meant.
    kernel: seed % 2 === 0 ? 'wasm' : 'typescript',
    reload: 'off',
    log: { level: 'silent', format: 'json' },
    outputs: [...files, ...modelOutputs].map(outputConfig),
  };
  return {
    config,
    reusesInodes: random.chance(0.8),
    directoryTimes: random.chance(0.7),
    slowGunzip: random.chance(0.5),
    splitsFreely,
    fewDescriptors,
    holdsLittle,
    treats,
    modelOutputs,
  };
};

const outputConfig = (name: string): OutputConfig => ({
  type: 'file',
  name,
  path: outputPath(name),
  mode: 0o640,
  format: 'json',
  recordId: true,
  gap: 'records',
  color: false,
});

export const DIRECTORIES: readonly string[] = [OUTPUT_DIRECTORY, STATE_DIRECTORY, ELSEWHERE, AWAY];
