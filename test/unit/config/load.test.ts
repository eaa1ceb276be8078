import { describe, expect, it } from 'vitest';
import type { Flags } from '../../../src/config/flags.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problems.ts';
import type { Surroundings } from '../../../src/config/surroundings.ts';
import { surroundings } from '../../support/surroundings.ts';

const load = (text: string, flags: Flags = {}, where: Partial<Surroundings> = {}) =>
  loadConfig({ name: 'birler.yaml', text }, flags, surroundings(where));

/** The lines that a user sees. */
const complaints = (text: string, flags: Flags = {}, where: Partial<Surroundings> = {}): string[] => {
  try {
    load(text, flags, where);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('a configuration', () => {
  it('is complete when the file is empty', () => {
    expect(load('')).toEqual({
      sources: {
        logsDirectory: '/var/log/containers',
        podsDirectory: null,
        include: [],
        exclude: [],
        files: { include: ['*.log'], exclude: [] },
        rescanIntervalMs: 5000,
        watch: 'auto',
        ownPod: null,
      },
      startAt: 'beginning',
      limits: {
        inFlightBytes: 4 * 1024 ** 2,
        lineBytes: 1024 ** 2,
        openFiles: 4096,
        heldDeletedBytes: 1024 ** 3,
        readShareBytes: 512 * 1024,
        partialBytes: 16 * 1024 ** 2,
        partialAgeMs: 30_000,
        recordsPerBatch: 16_384,
        ratePerPodBytes: 0,
        onExcess: 'delay',
      },
      kubernetes: {
        source: 'auto',
        node: '',
        server: '',
        tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
        caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
        kubelet: { url: '', verify: true, intervalMs: 10_000 },
        waitMs: 2_000,
        labels: ['*'],
        annotations: [],
        namespaceLabels: ['*'],
        obeyAnnotations: true,
      },
      multiline: { mode: 'auto', waitMs: 500, lines: 2000, bytes: 256 * 1024 },
      transforms: [],
      state: { directory: '/home/someone/.local/state/birler', checkpointIntervalMs: 1000, sync: true },
      host: 'node-1',
      graceMs: 10_000,
      kernel: 'auto',
      reload: 'auto',
      log: { level: 'info', format: 'json' },
      http: { host: '127.0.0.1', port: 7780, debug: 'loopback' },
      outputs: [
        { type: 'stdout', name: 'stdout', format: 'json', recordId: false, gap: 'records', color: false },
      ],
    });
  });

  it('takes sections and lists without a value for empty ones', () => {
    expect(load('sources:\nlimits:\nstate:\nlog:\noutputs:\n')).toEqual(load(''));
  });

  it('looks at the environment, the user and the terminals for what is not said', () => {
    const config = load(
      '',
      {},
      {
        variables: { CONTAINER_LOG_DIRECTORY: '/logs', NODE_NAME: 'node-7' },
        isRoot: true,
        stdoutIsTerminal: true,
        stderrIsTerminal: true,
      },
    );
    expect(config.sources.logsDirectory).toBe('/logs');
    expect(config.host).toBe('node-7');
    expect(config.state.directory).toBe('/var/lib/birler');
    expect(config.log.format).toBe('pretty');
    expect(config.outputs[0]).toMatchObject({ format: 'pretty', color: true });
  });

  it('keeps the state below XDG_STATE_HOME only if that is absolute', () => {
    expect(load('', {}, { variables: { XDG_STATE_HOME: '/xdg' } }).state.directory).toBe('/xdg/birler');
    expect(load('', {}, { variables: { XDG_STATE_HOME: 'xdg' } }).state.directory).toBe(
      '/home/someone/.local/state/birler',
    );
  });

  it('leaves colours out when NO_COLOR asks for it, and writes no pretty file because of a terminal', () => {
    const text = 'outputs: [{type: stdout}, {type: file, path: a.jsonl}]';
    const { outputs } = load(text, {}, { stdoutIsTerminal: true, variables: { NO_COLOR: '1' } });
    expect(outputs).toMatchObject([
      { format: 'pretty', color: false },
      { format: 'json', color: false, path: '/work/a.jsonl', name: 'file:/work/a.jsonl', mode: 0o640 },
    ]);
  });

  it.each(['0600', '0o600', '600', '"0600"'])('reads the mode %s as octal digits', (mode) => {
    expect(load(`outputs: [{type: file, path: /a, mode: ${mode}}]`).outputs).toMatchObject([{ mode: 0o600 }]);
  });

  it('takes from the environment what a pod in a cluster is told by it', () => {
    const variables = {
      NODE_NAME: 'node-7',
      NODE_IP: 'fd00::7',
      KUBERNETES_SERVICE_HOST: 'fd00::1',
      KUBERNETES_SERVICE_PORT: '6443',
      POD_NAMESPACE: 'logging',
      POD_NAME: 'birler-x2x4z',
    };
    const config = load('', {}, { variables });
    expect(config.kubernetes).toMatchObject({
      node: 'node-7',
      server: 'https://[fd00::1]:6443',
      kubelet: { url: 'https://[fd00::7]:10250' },
    });
    expect(config.sources.ownPod).toEqual({ namespace: 'logging', pod: 'birler-x2x4z' });
    expect(load('sources: {own_logs: include}', {}, { variables }).sources.ownPod).toBeNull();
    const { POD_NAME: _, ...nameless } = variables;
    expect(load('', {}, { variables: nameless }).sources.ownPod).toBeNull();
  });

  it('tells no labels from all labels', () => {
    expect(load('kubernetes: {labels: []}').kubernetes.labels).toEqual([]);
    expect(load('kubernetes:\n  labels:\n').kubernetes.labels).toEqual(['*']);
  });

  it('fills the parts that an entry leaves out', () => {
    expect(load('sources: {include: [{pod: web-*}]}').sources.include).toEqual([
      { namespace: '*', pod: 'web-*', container: '*', labels: null, annotations: null },
    ]);
  });
});

describe('environment variables', () => {
  it('are put into values, with a default for what is unset or empty', () => {
    const variables = { NODE: 'n1', EMPTY: '' };
    expect(load('host: ${NODE}-x', {}, { variables }).host).toBe('n1-x');
    expect(load('host: ${EMPTY:-other}', {}, { variables }).host).toBe('other');
    expect(load('grace: ${GRACE:-3s}\nlimits:\n  open_files: ${N:-99}').graceMs).toBe(3000);
    expect(load('host: $${NODE}$$', {}, { variables }).host).toBe('${NODE}$$');
  });

  it('cannot bring YAML with them', () => {
    const variables = { EVIL: 'x\nlog: {level: trace}', OBJECT: '{a: b}' };
    expect(load('host: ${OBJECT}', {}, { variables }).host).toBe('{a: b}');
    expect(complaints('host: ${EVIL}', {}, { variables })).toEqual([
      'birler.yaml:1:7: host: holds a control character (a line break, for example)',
    ]);
  });

  it('that are not set are told once, with what to do', () => {
    expect(complaints('grace: ${NOPE}')).toEqual([
      'birler.yaml:1:8: grace: "${NOPE}": the environment variable NOPE is not set; set it, or write ${NOPE:-default}',
    ]);
    expect(complaints('host: ${toString}')).toHaveLength(1);
    expect(complaints('host: ${1}')[0]).toMatch(/begins no variable/);
  });
});

describe('mistakes', () => {
  it('are all told at once, in the order of their lines, flags last', () => {
    const text = `
outputs:
  - type: stdout
    fromat: json
  - type: file
  - type: fil
  - 3
  - type: stdout
limts: 3
limits: {open_files: 1, line_length: 10M}
host: 5
sources: hello
log:
  level: warning
  format:
host: again
`;
    expect(complaints(text, { grace: '10' })).toEqual([
      'birler.yaml:4:5: outputs[0].fromat: unknown option; did you mean "format"?',
      'birler.yaml:5:5: outputs[1].path: is missing; give it a path',
      'birler.yaml:6:11: outputs[2].type: "fil" is not stdout or file; did you mean "file"?',
      'birler.yaml:7:5: outputs[3]: is 3; it should be a section of its own, with lines like "name: value"',
      'birler.yaml:8:11: outputs[4].type: outputs[0] is stdout already; there is only one',
      'birler.yaml:9:1: limts: unknown option; did you mean "limits"?',
      'birler.yaml:10:22: limits.open_files: 1 is too small; the least is 16',
      'birler.yaml:10:38: limits.line_length: "10M" has an unknown unit "M"; use MiB (1,024-based) or MB (1,000-based)',
      'birler.yaml:12:10: sources: is "hello"; it should be a section of its own, with lines like "name: value"',
      'birler.yaml:14:10: log.level: "warning" is not trace, debug, info, warn, error, fatal or silent; did you mean "warn"?',
      'birler.yaml:15:10: log.format: has no value; give it one or remove the line',
      'birler.yaml:16:1: host: is given twice (first on line 11); keep one',
      '--grace: "10" has no unit; write 10s or 10ms',
    ]);
  });

  it.each([
    ['host: 5', '1:7: host: is 5, not text; put it in quotes'],
    ['host: ""', '1:7: host: is empty; give it a value or remove the line'],
    ['grace: 2h', '1:8: grace: 2h is too large; the most is 1h'],
    [
      'multiline: {mode: "go, cobol"}',
      '1:19: multiline.mode: "cobol" is not a way to join lines; write auto, off, or some of dotnet, go, indent, java, node, php, python, ruby, rust',
    ],
    ['multiline: {mode: 1}', '1:19: multiline.mode: is 1; it should be a text'],
    ['limits: {open_files: 1.5}', '1:22: limits.open_files: is 1.5; it should be a whole number'],
    ['state: {sync: maybe}', '1:15: state.sync: is "maybe"; it should be true or false'],
    [
      'outputs: {type: stdout}',
      '1:10: outputs: is a section of its own; it should be a list, with lines that begin with a dash',
    ],
    ['outputs: [{}]', '1:11: outputs[0].type: is missing; give it stdout or file'],
    [
      'outputs: [{type: file, path: /a, mode: 0418}]',
      '1:40: outputs[0].mode: "0418" is not an octal mode; write it like 0640',
    ],
    [
      'outputs: [{type: file, path: /a, mode: 0440}]',
      '1:40: outputs[0].mode: "0440" does not let birler itself write the file; 0640 does',
    ],
    [
      'sources: {include: [{}]}',
      '1:21: sources.include[0]: names nothing; give it a namespace, a pod, a container, labels or annotations',
    ],
    [
      'sources: {exclude: [{labels: "app=web tier"}]}',
      '1:30: sources.exclude[0].labels: "app=web tier" is no requirement of a selector; write key=value, key!=value, key in (a, b), key notin (a, b), key or !key',
    ],
    [
      'kubernetes: {source: kubelet}',
      '1:13: kubernetes.node: is missing, and kubelet needs it; give it a value, or set the environment variable NODE_NAME (spec.nodeName)',
    ],
    [
      'kubernetes: {source: api, node: a}',
      '1:13: kubernetes.server: is missing, and api needs it; give it a value, or set the environment variable KUBERNETES_SERVICE_HOST',
    ],
    [
      'kubernetes: {server: "http://api"}',
      '1:22: kubernetes.server: "http://api" is not possible here: https://, a host and a port, and nothing behind them',
    ],
    [
      'zzz: 1',
      '1:1: zzz: unknown option; possible here: sources, start_at, limits, multiline, transforms, kubernetes, state, host, grace, kernel, log, reload, http, outputs',
    ],
    [
      '__proto__: {a: 1}',
      '1:1: __proto__: unknown option; possible here: sources, start_at, limits, multiline, transforms, kubernetes, state, host, grace, kernel, log, reload, http, outputs',
    ],
    ['- a', '1:1: is a list; it should be a section of its own, with lines like "name: value"'],
    ['a: 1\n---\nb: 2', '2:1: not valid YAML: a second document begins here (---); keep one'],
    [
      'outputs: [{type: file, path: /x, name: "a/b"}]',
      '1:40: outputs[0].name: "a/b" is not possible here: up to 63 letters, digits, dots, dashes and underscores, the first a letter or a digit',
    ],
    [
      'outputs: [{type: file, path: /var/log/containers/x.log}]',
      '1:30: outputs[0].path: lies in "/var/log/containers", which is read: birler would collect its own output; put it elsewhere, or exclude its name (sources.files.exclude)',
    ],
  ])('%s', (text, complaint) => {
    expect(complaints(text)).toEqual([`birler.yaml:${complaint}`]);
  });

  it('hints at the quotes that a variable needs in flow style', () => {
    expect(complaints('state: {directory: ${X:-/a}}')[0]).toMatch(/has to be put in quotes/);
  });

  it('two outputs with one name, or one file by two spellings', () => {
    const text = 'outputs:\n- {type: file, path: /work/a, name: x}\n- {type: file, path: ./a, name: x}\n';
    expect(complaints(text)).toEqual([
      'birler.yaml:3:22: outputs[1].path: "./a" is the file of outputs[0] already; two outputs would write over each other',
      `birler.yaml:3:33: outputs[1].name: "x" is the name of outputs[0] too; an output's positions are kept under its name, so give it one of its own`,
    ]);
  });

  it('an output with the name that another has by default', () => {
    expect(complaints('outputs: [{type: stdout}, {type: file, path: /a, name: stdout}]')).toEqual([
      `birler.yaml:1:56: outputs[1].name: "stdout" is the name of outputs[0] too; an output's positions are kept under its name, so give it one of its own`,
    ]);
  });

  it.each([
    '{type: file, path: /a, name: stdout}, {type: stdout}',
    '{type: stdout}, {type: file, path: /a, name: stdout}',
  ])('are found whichever comes first: %s', (outputs) => {
    expect(complaints(`outputs: [${outputs}]`).join()).toMatch(/"stdout" is the name of outputs\[0\] too/);
  });

  it('limits that contradict each other', () => {
    expect(complaints('limits:\n  line_length: 32MiB')).toEqual([
      'birler.yaml:2:3: limits.partial_bytes: is 16MiB, less than one line may have (line_length, 32MiB); raise it, or lower line_length',
    ]);
  });

  it('does not follow aliases without end', () => {
    const nines = (name: string) => `[${Array.from({ length: 9 }, () => `*${name}`).join(',')}]`;
    const bomb = `a: &a [1,2,3,4,5,6,7,8,9]\nb: &b ${nines('a')}\nc: &c ${nines('b')}\nd: &d ${nines('c')}\ne: ${nines('d')}\n`;
    expect(complaints(bomb).join()).toMatch(/means more than 20000 values/);
    expect(complaints('a: &a [*a]').join()).toMatch(/stands for nothing/);
  });

  it('survives what ends the parser', () => {
    expect(complaints('['.repeat(20_000))).toHaveLength(1);
    expect(complaints('a'.repeat(2_000_000))).toHaveLength(1);
  });

  it('shows twenty and counts the rest', () => {
    const lines = complaints(Array.from({ length: 50 }, (_, index) => `unknown${index}: 1`).join('\n'));
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('… and 30 more like these');
  });
});

describe('http', () => {
  it('listens where it is told to, on any free port, or nowhere', () => {
    expect(load('http: {listen: "0.0.0.0:0", debug: all}').http).toEqual({
      host: '0.0.0.0',
      port: 0,
      debug: 'all',
    });
    expect(load('http: {listen: off}').http).toBeUndefined();
    expect(load('http: {listen: "[fe80::1]:65535"}').http).toMatchObject({ host: 'fe80::1', port: 65_535 });
  });

  it.each(['7780x', ':7780', '127.0.0.1', '127.0.0.1:65536', '256.0.0.1:1', 'example.org:80', '::1:80'])(
    'refuses to listen on %j',
    (listen) => {
      expect(complaints(`http: {listen: "${listen}"}`).join()).toMatch(
        /http.listen: .* is not possible here: an address and a port/,
      );
    },
  );
});

describe('flags', () => {
  it('win over the file', () => {
    const text =
      'sources: {logs: /a, watch: auto}\nstate: {directory: /s}\nstart_at: end\nlog: {level: debug}';
    const flags = {
      logs: 'b',
      pods: '/p',
      state: '/t',
      start: 'beginning',
      grace: '1s',
      logLevel: 'warn',
      watch: 'off',
      http: '[::]:80',
    };
    expect(load(text, flags)).toMatchObject({
      http: { host: '::', port: 80 },
      sources: { logsDirectory: '/work/b', podsDirectory: '/p', watch: 'off' },
      state: { directory: '/t' },
      startAt: 'beginning',
      graceMs: 1000,
      log: { level: 'warn' },
    });
  });

  it('replace the outputs, and change the format of all of them', () => {
    const text = 'outputs: [{type: file, path: /a, name: x, format: cri}]';
    expect(load(text, { output: ['stdout', 'file:b'] }).outputs).toMatchObject([
      { name: 'stdout' },
      { name: 'file:/work/b', path: '/work/b' },
    ]);
    expect(load(text, { format: 'raw' }).outputs).toMatchObject([{ name: 'x', format: 'raw' }]);
    expect(load('', { format: 'cri' }).outputs).toMatchObject([{ type: 'stdout', format: 'cri' }]);
  });

  it('are named in complaints about them', () => {
    expect(complaints('', { output: ['fil:x', 'file:', 'file:/a', 'file:/a'], format: 'jsn' })).toEqual([
      '--output: "fil:x" is not stdout or file:PATH',
      '--output: "file:" is not stdout or file:PATH',
      '--format: "jsn" is not json, raw, cri, pretty or none; did you mean "json"?',
      '--output: "/a" is the file of outputs[0] already; two outputs would write over each other',
    ]);
    expect(complaints('sources: 3', { logs: '' })).toHaveLength(1);
  });
});
