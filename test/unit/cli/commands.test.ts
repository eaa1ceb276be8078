import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/cli/version.ts';
import { BirlerError } from '../../../src/core/errors.ts';
import { runFake, systemError } from './fake-world.ts';

describe('birler', () => {
  it('has the version of its package', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: VERSION });
  });

  it('prints help and version on stdout', async () => {
    expect(await runFake(['--version'])).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    const help = await runFake(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['run', 'check', 'status']) expect(help.stdout).toContain(command);
    expect((await runFake(['run', '--help'])).stdout).toContain('--grace');
  });

  it('prints its help on stderr when it is given nothing to do', async () => {
    const { code, stdout, stderr } = await runFake([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: birler/);
  });

  it.each([
    [['rum'], "unknown command 'rum' (did you mean run?); see birler --help"],
    [['run', '--fomat', 'x'], "unknown option '--fomat' (did you mean --format?); see birler run --help"],
    [['run', '--config'], "option '--config <file>' argument missing; see birler run --help"],
    [
      ['run', '--logs', '--once'],
      "option '--logs <dir>' argument '--once' is invalid. Its value seems to be missing; see birler run --help",
    ],
    [
      ['run', '--start', 'now'],
      "option '--start <where>' argument 'now' is invalid. Allowed choices are beginning, end; see birler run --help",
    ],
    [['run', 'x'], "too many arguments for 'run'. Expected 0 arguments but got 1: x; see birler run --help"],
    [['check'], "required option '--config <file>' not specified; see birler check --help"],
    [['run', '--grace', 'abc'], '--grace: "abc" is not a duration; write it like 500ms, 10s, 2m or 1h30m'],
    [['run', '--output', 'kafka'], '--output: "kafka" is not stdout or file:PATH'],
    [['run', '--logs', ''], '--logs: is empty; give it a value or remove the line'],
    [['run', '--config', '/nope'], '--config: "/nope" does not exist'],
    [['status', '--state', ''], '--state: is empty; give it a value or remove the line'],
  ])('says in one line what is wrong with %j, and does nothing', async (args, message) => {
    const { code, stdout, stderr, started } = await runFake(args);
    expect({ code, stdout, stderr, started }).toEqual({
      code: 2,
      stdout: '',
      stderr: `birler: ${message}\n`,
      started: undefined,
    });
  });
});

describe('birler run', () => {
  it('starts the agent with what the flags say, and ends with its code', async () => {
    const args = [
      '--logs',
      '/l',
      '--state',
      '/s',
      '--output',
      'stdout',
      '--output',
      'file:/a',
      '--once',
      '--grace',
      '1s',
    ];
    const { code, started } = await runFake(['run', ...args], { exitCode: 1 });
    expect(code).toBe(1);
    expect(started).toMatchObject({
      once: true,
      config: {
        sources: { logsDirectory: '/l' },
        state: { directory: '/s' },
        graceMs: 1000,
        outputs: [{ name: 'stdout' }, { path: '/a' }],
      },
    });
  });

  it('takes the file, and flags over it', async () => {
    const files = { '/c.yaml': 'start_at: end\nhost: from-file\n' };
    const { started } = await runFake(['run', '--config', '/c.yaml', '--start', 'beginning'], { files });
    expect(started?.config).toMatchObject({ startAt: 'beginning', host: 'from-file' });
    expect(started?.once).toBe(false);
  });

  it('waits for directories that are missing, which is the agent’s work', async () => {
    expect((await runFake(['run', '--logs', '/missing'])).started).toBeDefined();
  });

  it.each([
    [
      { '/l': systemError('EACCES') },
      'logs: cannot read the directory "/l": permission denied (EACCES); run birler as a user who may, or name another directory',
    ],
    [{ '/l': 'text' }, 'logs: "/l" is a file; a directory is needed'],
    [{ '/c': null }, '--config: "/c" is a directory; name the file in it'],
    [{ '/c': systemError('EACCES') }, '--config: cannot read "/c": permission denied (EACCES)'],
    [{ '/c': new Uint8Array([0xff, 0xfe, 0]) }, '--config: "/c" is not UTF-8 text; is it the right file?'],
    [{ '/c': 'a'.repeat(2 ** 21) }, '--config: "/c" is too large for a configuration; is it the right file?'],
  ])('refuses what it cannot read: %#', async (files, message) => {
    const { code, stdout, stderr, started } = await runFake(['run', '--logs', '/l', '--config', '/c'], {
      files: { '/c': '', ...files },
    });
    expect({ code, stdout, stderr, started }).toEqual({
      code: 2,
      stdout: '',
      stderr: `birler: ${message}\n`,
      started: undefined,
    });
  });

  it('tells a failure of the agent in one line, and a bug with all that is needed to report it', async () => {
    const locked = new BirlerError('state_locked', 'another agent uses /s; stop it first');
    expect(await runFake(['run'], { agentError: locked })).toMatchObject({
      code: 1,
      stderr: 'birler: another agent uses /s; stop it first\n',
    });
    const bug = await runFake(['run'], { agentError: new TypeError('x is not a function') });
    expect(bug.code).toBe(1);
    expect(bug.stderr).toMatch(
      /^birler: x is not a function\nThis is a bug in birler.*\nTypeError: x is not a function\n +at /,
    );
  });
});

describe('birler check', () => {
  it('says ok and what birler would do', async () => {
    const files = { '/c.yaml': 'outputs: [{type: stdout}, {type: file, path: /a.jsonl, name: archive}]' };
    expect(await runFake(['check', '--config', '/c.yaml'], { files })).toMatchObject({
      code: 0,
      stderr: '',
      stdout: `/c.yaml: ok
  reads    /var/log/containers, from the beginning
  state    /home/someone/.local/state/birler
  outputs  stdout, json
           archive: file /a.jsonl, json
`,
    });
  });

  it('tells every mistake, a line each', async () => {
    const { code, stdout, stderr } = await runFake(['check', '--config', '/c.yaml'], {
      files: { '/c.yaml': 'a: 1\ngrace: x\n' },
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining('/c.yaml:1:1: a: unknown option'),
      expect.stringContaining('/c.yaml:2:8: grace: "x" is not a duration'),
      '',
    ]);
  });
});
