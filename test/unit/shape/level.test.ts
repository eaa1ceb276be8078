import { describe, expect, it } from 'vitest';
import { LEVEL, shape } from '../../support/shaped.ts';

const levelOf = (message: string): unknown => shape([LEVEL], [message]).records[0]?.fields?.['level'];

describe('the level of a text', () => {
  it.each([
    ['I0102 15:04:05.000000       1 main.go:1] started', 'info'],
    ['W1120 21:01:41.818050   12 reflector.go:324] watch ended', 'warn'],
    ['F0102 15:04:05.000000       1 main.go:1] gone', 'fatal'],
    ['<13>Nov 20 21:01:41 host app: x', 'info'],
    ['<11>1 2026-11-20T21:01:41Z host app - - - x', 'error'],
    ['<0>x', 'fatal'],
    ['time="2026-11-20T21:01:41Z" level=warning msg="slow"', 'warn'],
    ['ts=2026-11-20T21:01:41.818Z caller=compact.go:519 level="error" msg=x', 'error'],
    ['LEVEL=30 msg=x', 'info'],
    ['2026-11-20 21:01:41,818 WARN  [main] c.e.Foo - slow', 'warn'],
    ['21:01:41.818 [http-nio-8080-exec-7] ERROR c.e.Foo - boom', 'error'],
    ['2026-11-20 21:01:41,818 - my.app - DEBUG - x', 'debug'],
    ['WARNING:root:slow', 'warn'],
    ['2026/11/20 21:01:41 [error] 123#0: *1 open() failed', 'error'],
    ['[2026-11-20T21:01:41Z WARN  my_crate::x] slow', 'warn'],
    ['2026-11-20T21:01:41.818Z  INFO my_crate: started', 'info'],
    ['info: Microsoft.Hosting.Lifetime[0]', 'info'],
    ['crit: Foo[0]', 'fatal'],
    ['Error: boom', 'error'],
    ['2026-11-20T21:01:41.818Z\tinfo\tmain.go:5\tstarted', 'info'],
    ['\u001b[33mWARN\u001b[0m slow', 'warn'],
    ['\u001b[32minfo\u001b[39m: listening', 'info'],
    ['[2026-11-20 21:01:41.818][1][warning][main] x', 'warn'],
    ['2026-11-20 21:01:41.818 UTC [1] FATAL:  the database is starting', 'fatal'],
    ['2026-11-20 21:01:41.818 UTC [1] LOG:  database is ready', 'info'],
    ['9:01PM INF started port=80', 'info'],
    ['[21:01:41 WRN] slow', 'warn'],
    ['1:M 20 Nov 2026 21:01:41.818 # Warning: no config', 'warn'],
    ['1:M 20 Nov 2026 21:01:41.818 * Ready to accept connections', 'info'],
    ['2026-11-20 21:01:41.818 | ERROR    | app:main:1 - boom', 'error'],
    ['<error> x', 'error'],
  ])('%j is %s', (message, level) => {
    expect(levelOf(message)).toBe(level);
  });

  it.each([
    '',
    'plain text',
    'no errors were found',
    'error handling is enabled',
    'the server said that there was an ERROR somewhere',
    'GET /ERROR HTTP/1.1',
    'DEBUG=true node app.js',
    '<div>x</div>',
    '<999>x',
    'Informal meeting',
    'loglevels=info',
    'I0102 x',
    `${'x '.repeat(100)}[error] y`,
  ])('%j tells none', (message) => {
    expect(levelOf(message)).toBeUndefined();
  });
});

describe('the level of a JSON object', () => {
  it.each([
    ['{"level":"WARN"}', 'warn'],
    ['{"level":50,"msg":"x"}', 'error'],
    ['{"level":20}', 'debug'],
    ['{"level":60}', 'fatal'],
    ['{"level":250,"level_name":"NOTICE"}', 'info'],
    ['{"severity":"ERROR"}', 'error'],
    ['{"severity":3}', 'error'],
    ['{"@l":"Warning"}', 'warn'],
    ['{"log.level":"debug"}', 'debug'],
    ['{"levelno":30}', 'warn'],
    ['{"severityNumber":17}', 'error'],
    ['{"PRIORITY":"6"}', 'info'],
    ['{"severity":"x","level":"Information"}', 'info'],
    ['{"lvl":"eror"}', 'error'],
  ])('%s is %s', (message, level) => {
    expect(levelOf(message)).toBe(level);
  });

  it.each([
    '{"level":0}',
    '{"level":7}',
    '{"level":{"a":1}}',
    '{"level":"x y"}',
    '{"level":-30}',
    '{"msg":"[ERROR] x"}',
    '{"levels":"info"}',
  ])('%s tells none', (message) => {
    expect(levelOf(message)).toBeUndefined();
  });
});
