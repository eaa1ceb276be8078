import { describe, expect, it } from 'vitest';
import { compareAges } from '../../../src/core/sighting.ts';
import { parseLogName } from '../../../src/discover/log-name.ts';

describe('the name of a log file', () => {
  it('is that of the live file, where nothing says otherwise', () => {
    for (const name of [
      '0.log',
      'app.log',
      'app-json.log',
      'app',
      'app.v2.log',
      'app-2026.log',
      'x.log.2026112',
    ]) {
      expect(parseLogName(name)).toEqual({ base: name, age: { kind: 'live' }, compressed: false });
    }
  });

  it('is that of an older one with a date: kubelet, and logrotate with dateext', () => {
    const dates = [
      ['0.log.20261120-201953', '0.log', '20261120-201953'],
      ['app.log-20261120', 'app.log', '20261120'],
      ['app.log-20261120-1795206835', 'app.log', '20261120-1795206835'],
      ['app.log-2026112020', 'app.log', '2026112020'],
      ['app.log.20261120T2019', 'app.log', '20261120T2019'],
    ] as const;
    for (const [name, base, date] of dates) {
      expect(parseLogName(name)).toEqual({ base, age: { kind: 'dated', date }, compressed: false });
      expect(parseLogName(`${name}.gz`)).toEqual({ base, age: { kind: 'dated', date }, compressed: true });
    }
  });

  it('is that of an older one with a number: logrotate, and Docker', () => {
    expect(parseLogName('c0ffee-json.log.1')).toEqual({
      base: 'c0ffee-json.log',
      age: { kind: 'shifted', number: 1 },
      compressed: false,
    });
    expect(parseLogName('app.log.12.gz')).toEqual({
      base: 'app.log',
      age: { kind: 'shifted', number: 12 },
      compressed: true,
    });
  });

  it('is older than the live file when it is only compressed', () => {
    expect(parseLogName('app.log.gz')).toEqual({
      base: 'app.log',
      age: { kind: 'shifted', number: 0 },
      compressed: true,
    });
  });

  it('is none of a log that somebody is still making, or hides', () => {
    for (const name of [
      '0.log.20261120-201953.tmp',
      'app.log.tmp',
      '.app.log.swp',
      '.log',
      '',
      'app.log\n',
    ]) {
      expect(parseLogName(name)).toBeUndefined();
    }
  });

  it('takes no time to speak of, however long and odd it is', () => {
    expect(parseLogName(`${'1.'.repeat(20_000)}x`)).toMatchObject({ age: { kind: 'live' } });
  });
});

describe('the ages of names', () => {
  it('put the oldest first and the live file last', () => {
    const names = [
      '0.log',
      '0.log.1',
      '0.log.20261120-201953',
      '0.log.2.gz',
      '0.log.20261119-201953.gz',
      '0.log.gz',
      '0.log.10',
    ];
    const ages = names.map((name) => ({ name, age: parseLogName(name)?.age ?? { kind: 'live' as const } }));
    expect(ages.toSorted((a, b) => compareAges(a.age, b.age)).map(({ name }) => name)).toEqual([
      '0.log.20261119-201953.gz',
      '0.log.20261120-201953',
      '0.log.10',
      '0.log.2.gz',
      '0.log.1',
      '0.log.gz',
      '0.log',
    ]);
  });
});
