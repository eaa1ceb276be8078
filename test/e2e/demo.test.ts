import { type ChildProcess, execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** A row of the summary, `  lines written   1,234`, as a number; the first one, where there are two. */
function numberIn(summary: string, row: string): number {
  const found = new RegExp(`^ {2}${row} +([\\d,]+)(?: |$)`, 'm').exec(summary);
  return Number(found?.[1]?.replaceAll(',', ''));
}

/** The temporary node, which the demo names in its second paragraph. */
const nodeOf = (out: string): string => dirname(/--config (\S+)/.exec(out)?.[1] ?? '');

function expectAgreement(out: string): void {
  const written = numberIn(out, 'lines written');
  expect(written).toBeGreaterThan(100);
  const row = (name: string): number => numberIn(out, name);
  expect({
    delivered: row('lines delivered'),
    lost: row('lost'),
    duplicated: row('duplicated'),
    swapped: row('out of order'),
    changed: row('changed'),
    losses: row('birler says: losses'),
    onTheTerminal: row('birler says: to terminal'),
    inTheFile: row('birler says: to account'),
  }).toEqual({
    delivered: written,
    lost: 0,
    duplicated: 0,
    swapped: 0,
    changed: 0,
    losses: 0,
    onTheTerminal: written,
    inTheFile: written,
  });
  expect(out).toContain('The numbers agree');
}

describe('npm run demo', () => {
  it('delivers every line of a node that rotates, restarts and dies, and takes the node away', async () => {
    const { stdout, stderr } = await run('npm', ['run', '--silent', 'demo', '--', '--seconds', '6'], {
      cwd: ROOT,
    });
    expect(stderr).toBe('');
    expectAgreement(stdout);
    expect(numberIn(stdout, 'rotations survived')).toBeGreaterThanOrEqual(6);
    expect(numberIn(stdout, 'container streams')).toBeGreaterThan(8);
    expect(numberIn(stdout, 'pods that died')).toBe(1);
    expect(stdout).toContain('shop/web-7d9c6b5f4-x2x7k nginx');
    expect(stdout).not.toContain('\u001b');
    expect(existsSync(nodeOf(stdout))).toBe(false);
  });

  it('ends at Ctrl+C with the same summary', async () => {
    let out = '';
    const demo: ChildProcess = execFile(process.execPath, ['demo/demo.ts'], { cwd: ROOT });
    demo.stdout?.on('data', (text: string) => (out += text));
    const ended = once(demo, 'close');
    await until('the job has been heard', () => out.includes('batch/nightly-report-29380000-c7v2d'));
    await until('a hundred lines', () => out.split('\n').length > 120);
    demo.kill('SIGINT');
    await ended;
    expect(demo.exitCode).toBe(0);
    expectAgreement(out);
    expect(existsSync(nodeOf(out))).toBe(false);
  });

  it.each([['--seconds'], ['--seconds=never'], ['--nope']])('says how to use it when told %s', (flag) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['demo/demo.ts', flag], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^usage: [^\n]+\n$/);
  });
});
