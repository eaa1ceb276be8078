import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BIRLER, runBirler } from '../support/birler-process.ts';
import { TempDir } from '../support/temp-dir.ts';

/** The real program, as a user or a script calls it. */
describe('bin/birler', () => {
  it('prints help and version on stdout and nothing else', async () => {
    const version = await runBirler(['--version']);
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await runBirler(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: birler');
  });

  it('checks a configuration', async () => {
    using directory = new TempDir();
    writeFileSync(directory.join('birler.yaml'), 'host: ${NODE:-here}\n');
    const { code, stdout, stderr } = await runBirler(['check', '--config', 'birler.yaml'], {
      cwd: directory.path,
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^birler.yaml: ok\n/);
  });

  it.each([
    [['nope']],
    [['--nope']],
    [['run', '--nope']],
    [['run', '--config']],
    [['run', '--config', 'missing.yaml']],
    [['run', '--config', 'folder']],
    [['run', '--config', 'wrong.yaml']],
    [['run', '--logs', 'wrong.yaml']],
    [['run', '--state', 'wrong.yaml', '--logs', 'folder']],
    [['run', '--logs', '--once']],
    [['run', '--output', 'nowhere']],
    [['run', '--format', 'xml']],
    [['run', '--start', 'now']],
    [['run', '--grace', '10']],
    [['run', 'extra']],
    [['check']],
    [['check', '--config', 'wrong.yaml']],
    [['status', '--nope']],
  ])('ends %j with 2 and exactly one line on stderr', async (args) => {
    using directory = new TempDir();
    mkdirSync(directory.join('folder'));
    writeFileSync(directory.join('wrong.yaml'), 'hots: a\n');
    const { code, stdout, stderr } = await runBirler(args, { cwd: directory.path });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('is not troubled when the reader of its help has gone', () => {
    const { status, stderr } = spawnSync('bash', ['-c', 'set -o pipefail; "$0" run --help | true', BIRLER], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});
