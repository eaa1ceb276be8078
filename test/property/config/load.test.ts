import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Config, ContainerRuleConfig } from '../../../src/config/config.ts';
import type { Flags } from '../../../src/config/flags.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problems.ts';
import { formatDuration, formatSize } from '../../../src/core/units.ts';
import { surroundings } from '../../support/surroundings.ts';
import { anyTransforms, transformFileOf } from './transforms.ts';

const load = (text: string, flags: Flags = {}): Config | ConfigError => {
  try {
    return loadConfig({ name: 'f', text }, flags, surroundings({ variables: { A: 'a', EMPTY: '' } }));
  } catch (error) {
    // Anything else than a ConfigError fails the property.
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

const isTellable = (result: Config | ConfigError): void => {
  if (!(result instanceof ConfigError)) return;
  for (const line of result.message.split('\n'))
    expect(line).toMatch(/^(f|--[a-z-]+)(:\d+:\d+)?: \S|^… and \d+ more/);
};

const names = [
  'sources',
  'logs',
  'include',
  'namespace',
  'files',
  'limits',
  'open_files',
  'state',
  'directory',
  'sync',
  'host',
  'grace',
  'log',
  'level',
  'outputs',
  'type',
  'path',
  'name',
  'format',
  'mode',
  '__proto__',
  'constructor',
  '',
];
const scalar = fc.oneof(
  fc.string(),
  fc.constantFrom('stdout', 'file', 'json', '10s', '1MiB', '${A}', '${NOPE}', '${A:-b}', '$${', '${', '/a'),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('anything')),
    fc.dictionary(fc.constantFrom(...names), tie('anything')),
  ),
}));

const yamlPieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...names.map((name) => `${name}: `),
        '\n',
        '  ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '&a ',
        '*a',
        '!!set ',
        '!x ',
        '? ',
        '|\n',
        '"',
        "'",
        '#',
        '---\n',
        '%YAML 1.1\n',
        '<<: *a',
        '\t',
        '\u0000',
        '${',
      ),
      fc.string({ maxLength: 4 }),
    ),
  )
  .map((pieces) => pieces.join(''));

describe('the loader', () => {
  it('makes a Config or a list of problems of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), yamlPieces), (text) =>
        isTellable(load(text)),
      ),
      { numRuns: 2000 },
    );
  });

  it('makes a Config or a list of problems of any values', () => {
    fc.assert(
      fc.property(anything, (value) => isTellable(load(stringify(value)))),
      // zod's own words for the wrong type call what stands at `constructor`.
      { numRuns: 2000, examples: [[{ outputs: { constructor: { name: [{}] } } }]] },
    );
  });

  it('makes a Config or a list of problems of any flags', () => {
    const flags = fc.record(
      {
        logs: fc.string(),
        output: fc.array(fc.string()),
        format: fc.string(),
        grace: fc.string(),
        watch: fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(anything, flags, (value, given) => isTellable(load(stringify(value), given))));
  });

  it('gives back every option that it was given', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/);
    const path = word.map((name) => `/${name}`);
    const size = (minimum: number, maximum: number) => fc.integer({ min: minimum, max: maximum });
    const selector = fc.option(word.map((name) => `${name} in (a, b), !old`));
    const rule = fc.record({
      namespace: word,
      pod: word,
      container: word,
      labels: selector,
      annotations: selector,
    });
    const keys = fc.array(word, { maxLength: 3 });
    const address = word.map((name) => `https://${name}:6443`);
    const config: fc.Arbitrary<Config> = fc.record({
      sources: fc.record({
        logsDirectory: path,
        podsDirectory: path,
        include: fc.array(rule, { maxLength: 3 }),
        exclude: fc.array(rule, { maxLength: 3 }),
        files: fc.record({
          include: fc.array(word, { minLength: 1, maxLength: 3 }),
          exclude: fc.array(word, { maxLength: 3 }),
        }),
        rescanIntervalMs: size(100, 3_600_000),
        watch: fc.constantFrom('auto', 'off'),
        ownPod: fc.constant(null),
      }),
      startAt: fc.constantFrom('beginning', 'end'),
      limits: fc.record({
        inFlightBytes: size(65_536, 2 ** 30),
        lineBytes: size(1024, 2 ** 26),
        openFiles: size(16, 2 ** 20),
        heldDeletedBytes: fc.maxSafeNat().map((n) => n % 2 ** 44),
        readShareBytes: size(4096, 2 ** 24),
        partialBytes: size(2 ** 26, 2 ** 30),
        partialAgeMs: size(100, 3_600_000),
        recordsPerBatch: size(1, 2 ** 20),
        ratePerPodBytes: size(0, 2 ** 30),
        onExcess: fc.constantFrom('delay', 'drop'),
      }),
      kubernetes: fc.record({
        source: fc.constantFrom('auto', 'off'),
        node: word,
        server: address,
        tokenFile: path,
        caFile: path,
        kubelet: fc.record({ url: address, verify: fc.boolean(), intervalMs: size(1_000, 3_600_000) }),
        waitMs: size(0, 60_000),
        labels: keys,
        annotations: keys,
        namespaceLabels: keys,
        obeyAnnotations: fc.boolean(),
      }),
      transforms: anyTransforms,
      multiline: fc.record({
        mode: fc.constantFrom('', 'auto', 'go', 'java,python'),
        waitMs: size(10, 60_000),
        lines: size(10, 100_000),
        bytes: fc.constant(1024),
      }),
      state: fc.record({ directory: path, checkpointIntervalMs: size(10, 300_000), sync: fc.boolean() }),
      host: word,
      graceMs: size(0, 3_600_000),
      kernel: fc.constantFrom('auto', 'wasm', 'typescript'),
      log: fc.record({
        level: fc.constantFrom('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
        format: fc.constantFrom('json', 'pretty'),
      }),
      reload: fc.constantFrom('auto', 'signal', 'off'),
      http: fc.option(
        fc.record({
          host: fc.constantFrom('127.0.0.1', '0.0.0.0', 'localhost', '::', 'fe80::1'),
          port: size(0, 65_535),
          debug: fc.constantFrom('loopback', 'all', 'off'),
        }),
        { nil: undefined },
      ),
      outputs: fc
        .uniqueArray(
          fc.record({
            type: fc.constant('file'),
            name: word,
            path: word.map((name) => `/out/${name}`),
            mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o200),
            format: fc.constantFrom('json', 'raw', 'cri', 'pretty', 'none'),
            recordId: fc.boolean(),
            gap: fc.constantFrom('records', 'off'),
            color: fc.boolean(),
          }),
          { minLength: 1, maxLength: 4, selector: ({ name, path: file }) => name[0] ?? file },
        )
        .filter((outputs) => new Set(outputs.map((output) => output.path)).size === outputs.length),
    });
    fc.assert(
      fc.property(config, (given) => {
        expect(load(stringify(fileOf(given)))).toEqual(given);
      }),
    );
  });
});

/** A Config as its user would have written it. */
const fileOf = ({
  sources,
  limits,
  transforms,
  multiline,
  state,
  kubernetes,
  ...config
}: Config): unknown => ({
  sources: {
    logs: sources.logsDirectory,
    pods: sources.podsDirectory,
    include: sources.include.map(ruleOf),
    exclude: sources.exclude.map(ruleOf),
    files: sources.files,
    rescan_interval: formatDuration(sources.rescanIntervalMs),
    watch: sources.watch,
  },
  start_at: config.startAt,
  limits: {
    bytes_in_flight: formatSize(limits.inFlightBytes),
    line_length: limits.lineBytes,
    open_files: limits.openFiles,
    held_deleted_bytes: formatSize(limits.heldDeletedBytes),
    read_share: formatSize(limits.readShareBytes),
    partial_bytes: formatSize(limits.partialBytes),
    partial_age: formatDuration(limits.partialAgeMs),
    records_per_batch: limits.recordsPerBatch,
    rate_per_pod: formatSize(limits.ratePerPodBytes),
    on_excess: limits.onExcess,
  },
  kubernetes: {
    source: kubernetes.source,
    node: kubernetes.node,
    server: kubernetes.server,
    token_file: kubernetes.tokenFile,
    ca_file: kubernetes.caFile,
    kubelet: {
      url: kubernetes.kubelet.url,
      verify: kubernetes.kubelet.verify,
      interval: formatDuration(kubernetes.kubelet.intervalMs),
    },
    wait: formatDuration(kubernetes.waitMs),
    labels: kubernetes.labels,
    annotations: kubernetes.annotations,
    namespace_labels: kubernetes.namespaceLabels,
    obey_annotations: kubernetes.obeyAnnotations,
  },
  transforms: transforms.map(transformFileOf),
  multiline: {
    mode: multiline.mode === '' ? 'off' : multiline.mode,
    wait: formatDuration(multiline.waitMs),
    lines: multiline.lines,
    bytes: multiline.bytes,
  },
  state: {
    directory: state.directory,
    checkpoint_interval: formatDuration(state.checkpointIntervalMs),
    sync: state.sync,
  },
  host: config.host,
  grace: formatDuration(config.graceMs),
  kernel: config.kernel,
  log: config.log,
  reload: config.reload,
  http: fileOfHttp(config.http),
  outputs: config.outputs.map(({ recordId, color, ...output }) => ({
    ...output,
    record_id: recordId,
    color: color ? 'always' : 'never',
    ...(output.type === 'file' ? { mode: `0${output.mode.toString(8).padStart(3, '0')}` } : {}),
  })),
});

const fileOfHttp = (http: Config['http']): unknown => {
  if (http === undefined) return { listen: 'off' };
  const host = http.host.includes(':') ? `[${http.host}]` : http.host;
  return { listen: `${host}:${http.port}`, debug: http.debug };
};
/** What matches anything is not written. */
const ruleOf = (rule: ContainerRuleConfig): unknown =>
  Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null));
