import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/doctor/finding.ts';
import { runFake } from './fake-world.ts';

const findings: readonly Finding[] = [
  { subject: 'clock', level: 'ok', message: 'it is right', advice: '' },
  { subject: 'state directory', level: 'warn', message: 'it is \u001b[31mred', advice: 'paint it' },
];
const failed: Finding = { subject: 'logs', level: 'fail', message: 'gone', advice: 'look for them' };

describe('birler doctor', () => {
  it('prints findings with what to do, nothing of a stranger’s colours, and ends with 0 without a failure', async () => {
    const { code, stdout } = await runFake(['doctor'], { findings });
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'ok    clock            it is right',
        'warn  state directory  it is \u{FFFD}[31mred',
        '                       → paint it',
        '',
        '1 ok, 1 to look at, 0 failed',
        '',
      ].join('\n'),
    );
  });

  it('ends with 1 if something failed', async () => {
    const { code, stdout } = await runFake(['doctor'], { findings: [failed] });
    expect([code, stdout]).toEqual([
      1,
      'FAIL  logs  gone\n            → look for them\n\n0 ok, 0 to look at, 1 failed\n',
    ]);
  });

  it('prints JSON', async () => {
    const { code, stdout } = await runFake(['doctor', '--json'], { findings: [...findings, failed] });
    expect([code, JSON.parse(stdout)]).toEqual([1, [...findings, failed]]);
  });

  it('looks at the node as the configuration and the flags say', async () => {
    const files = { '/c.yaml': 'host: a\nstate: {directory: /s}\n' };
    const { examined } = await runFake(['doctor', '--config', '/c.yaml', '--state', '/t', '--logs', '/l'], {
      files,
    });
    expect(examined).toMatchObject([
      { host: 'a', state: { directory: '/t' }, sources: { logsDirectory: '/l' } },
    ]);
  });

  it('refuses a wrong configuration, and looks at nothing', async () => {
    const { code, stderr, examined } = await runFake(['doctor', '--config', '/c.yaml'], {
      files: { '/c.yaml': 'zzz: 1\n' },
    });
    expect([code, examined]).toEqual([2, []]);
    expect(stderr).toMatch(/^\/c.yaml:1:1: zzz: unknown option/);
  });
});
