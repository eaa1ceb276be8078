import { isAbsolute, join, resolve } from 'node:path';
import type { Config, ContainerRuleConfig, OutputConfig, SourcesConfig } from './config.ts';
import { resolveHttp } from './http.ts';
import { resolveKubernetes } from './resolve-kubernetes.ts';
import { resolveTransform } from './resolve-transforms.ts';
import type { ConfigFile } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

type SourcesFile = ConfigFile['sources'];
type OutputFile = ConfigFile['outputs'][number];

const DEFAULT_OUTPUT: OutputFile = { type: 'stdout', record_id: false, gap: 'records', color: 'auto' };

/** Fills in the defaults that depend on where birler runs, and gives everything the name and unit that the code uses. */
export const resolveConfig = (file: ConfigFile, surroundings: Surroundings): Config => {
  const { limits, multiline, state, log } = file;
  const outputs = file.outputs.length === 0 ? [DEFAULT_OUTPUT] : file.outputs;
  return {
    sources: resolveSources(file.sources, surroundings),
    startAt: file.start_at,
    limits: {
      inFlightBytes: limits.bytes_in_flight,
      lineBytes: limits.line_length,
      openFiles: limits.open_files,
      heldDeletedBytes: limits.held_deleted_bytes,
      readShareBytes: limits.read_share,
      partialBytes: limits.partial_bytes,
      partialAgeMs: limits.partial_age,
      recordsPerBatch: limits.records_per_batch,
      ratePerPodBytes: limits.rate_per_pod,
      onExcess: limits.on_excess,
    },
    multiline: {
      mode: multiline.mode,
      waitMs: multiline.wait,
      lines: multiline.lines,
      bytes: Math.min(multiline.bytes, limits.line_length),
    },
    transforms: file.transforms.map(resolveTransform),
    kubernetes: resolveKubernetes(file.kubernetes, surroundings),
    state: {
      directory:
        state.directory === undefined
          ? defaultStateDirectory(surroundings)
          : absolute(state.directory, surroundings),
      checkpointIntervalMs: state.checkpoint_interval,
      sync: state.sync,
    },
    host: file.host ?? (given(surroundings, 'NODE_NAME') || surroundings.hostname),
    graceMs: file.grace,
    kernel: file.kernel,
    log: {
      level: log.level,
      format: log.format === 'auto' ? forPeople(surroundings.stderrIsTerminal) : log.format,
    },
    reload: file.reload,
    http: resolveHttp(file.http.listen, file.http.debug),
    outputs: outputs.map((output) => resolveOutput(output, surroundings)),
  };
};

const resolveSources = (file: SourcesFile, surroundings: Surroundings): SourcesConfig => ({
  logsDirectory: absolute(
    file.logs ?? (given(surroundings, 'CONTAINER_LOG_DIRECTORY') || '/var/log/containers'),
    surroundings,
  ),
  podsDirectory: file.pods === undefined ? null : absolute(file.pods, surroundings),
  include: file.include.map(resolveRule),
  exclude: file.exclude.map(resolveRule),
  files: {
    include: file.files.include.length === 0 ? ['*.log'] : file.files.include,
    exclude: file.files.exclude,
  },
  rescanIntervalMs: file.rescan_interval,
  watch: file.watch,
  ownPod: file.own_logs === 'include' ? null : ownPodOf(surroundings),
});

const resolveRule = (rule: SourcesFile['include'][number]): ContainerRuleConfig => ({
  namespace: rule.namespace ?? '*',
  pod: rule.pod ?? '*',
  container: rule.container ?? '*',
  labels: rule.labels ?? null,
  annotations: rule.annotations ?? null,
});

const ownPodOf = (surroundings: Surroundings): SourcesConfig['ownPod'] => {
  const namespace = given(surroundings, 'POD_NAMESPACE');
  const pod = given(surroundings, 'POD_NAME');
  return namespace === '' || pod === '' ? null : { namespace, pod };
};

const resolveOutput = (output: OutputFile, surroundings: Surroundings): OutputConfig => {
  // A file is no terminal, even when birler was started from one.
  const isTerminal = output.type === 'stdout' && surroundings.stdoutIsTerminal;
  const common = {
    format: output.format ?? forPeople(isTerminal),
    recordId: output.record_id,
    gap: output.gap,
    color:
      output.color === 'auto'
        ? isTerminal && given(surroundings, 'NO_COLOR') === ''
        : output.color === 'always',
  };
  if (output.type === 'stdout') return { type: 'stdout', name: output.name ?? 'stdout', ...common };
  const path = absolute(output.path, surroundings);
  // The path is in the default name, so that positions stay with their file when outputs are added or change places.
  // The colon keeps it apart from every name that a user can give.
  return { type: 'file', name: output.name ?? `file:${path}`, path, mode: output.mode, ...common };
};

/** The XDG rule: a relative XDG_STATE_HOME is ignored. */
const defaultStateDirectory = (surroundings: Surroundings): string => {
  if (surroundings.isRoot) return '/var/lib/birler';
  const stateHome = given(surroundings, 'XDG_STATE_HOME');
  return join(
    isAbsolute(stateHome) ? stateHome : join(surroundings.homeDirectory, '.local', 'state'),
    'birler',
  );
};

const forPeople = (isTerminal: boolean) => (isTerminal ? 'pretty' : 'json');

const given = (surroundings: Surroundings, name: string): string => surroundings.variables[name] ?? '';

const absolute = (path: string, surroundings: Surroundings): string =>
  resolve(surroundings.workingDirectory, path);
