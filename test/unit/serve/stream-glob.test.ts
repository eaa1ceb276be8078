import { describe, expect, it } from 'vitest';
import { matchesStream } from '../../../src/serve/stream-glob.ts';
import { podOrigin } from './fake-snapshot.ts';

const web = podOrigin('web-0');
const file = { kind: 'file', file: 'nginx/access.log', host: 'node-1' } as const;

describe('a pattern for streams', () => {
  it.each([
    'shop/web-0/app',
    'shop/*/app',
    'shop/**',
    '**',
    '**/app',
    '*/*/*',
    'sh?p/web-*/a*p',
    '**/web-0/**',
  ])('means shop/web-0/app by %j', (pattern) => {
    expect(matchesStream(pattern, web)).toBe(true);
  });

  it.each([
    'shop',
    '*',
    'shop/web-0',
    'shop/web-1/app',
    'shop/*',
    '*/*/*/*',
    'sh/web-0/app',
    '',
    'shop/web-0/app/',
  ])('does not mean it by %j', (pattern) => {
    expect(matchesStream(pattern, web)).toBe(false);
  });

  it('means a file by its path below the directory', () => {
    expect(matchesStream('nginx/*.log', file)).toBe(true);
    expect(matchesStream('*.log', file)).toBe(false);
  });

  it('takes no time for a pattern that is made to take it', () => {
    const long = { kind: 'file', file: 'a'.repeat(4_000), host: 'node-1' } as const;
    const beganMs = performance.now();
    expect(matchesStream('*a'.repeat(250).concat('b'), long)).toBe(false);
    expect(performance.now() - beganMs).toBeLessThan(1_000);
  });
});
