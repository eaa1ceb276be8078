import { describe, expect, it } from 'vitest';
import { PARTIAL, STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import { ANYTHING, LEVEL, mergeJson, messagesOf, redact, shape, shapingOf } from '../../support/shaped.ts';

const CARD = '4111111111111111';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const KEY_LINE = 'MIIEpAIBAAKCAQEA7bq98yqzRQ2Wm5oGkYZ8gJpP0h3VxkRz1cQm4fX9dT0aLw6s';
const PRIVATE_KEY = `-----BEGIN RSA PRIVATE KEY-----\n${KEY_LINE}\nabc=\n-----END RSA PRIVATE KEY-----`;
const GITHUB = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';

const hidden = (...messages: string[]): string[] => messagesOf(shape([redact()], messages));

describe('secrets in text', () => {
  it.each([
    ['card: 4111111111111111.', 'card: [redacted].'],
    ['4111 1111 1111 1111 12/27', '[redacted] 12/27'],
    ['x=3782-822463-10005', 'x=[redacted]'],
    ['1234 4111 1111 1111 1111', '1234 [redacted]'],
    ['id AKIAIOSFODNN7EXAMPLE.', 'id [redacted].'],
    [`got ${JWT}, fine`, 'got [redacted], fine'],
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
    ['"authorization": ["Basic dXNlcjpwYXNz"]', '"authorization": [[redacted]]'],
    ['authorization: ["Basic dXNlcjpwYXNz"]', 'authorization: ["Basic [redacted]"]'],
    ['{"authorization":null,"a":{}}', '{"authorization":null,"a":{}}'],
    ['authorization=rawtoken took 5 ms', 'authorization=[redacted] [redacted] 5 ms'],
    ['curl -H "X: bearer abcdef123456"', 'curl -H "X: bearer [redacted]"'],
    ['basic dXNlcjpwYXNz', 'basic [redacted]'],
    ['postgres://app:s3cr:et@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
    ['"url":"redis:\\/\\/:pw@h"', '"url":"redis:\\/\\/:[redacted]@h"'],
    ['password=hunter2 user=x', 'password=[redacted] user=x'],
    ['DB_PASS=a&b=c', 'DB_PASS=[redacted]&b=c'],
    ['password: "a \\"b\\" c" d', 'password: "[redacted]" d'],
    ["api-key => 'x y'", "api-key => '[redacted]'"],
    ['{"client_secret":"abc","n":1}', '{"client_secret":"[redacted]","n":1}'],
    ['{"token":12345,"n":1}', '{"token":"[redacted]","n":1}'],
    [
      '{"m":"{\\"password\\":\\"a\\\\\\"b\\",\\"x\\":1}"}',
      '{"m":"{\\"password\\":\\"[redacted]\\",\\"x\\":1}"}',
    ],
    ['x {\\"password\\":\\"a\\\\\\"b\\",\\"x\\":1}', 'x {\\"password\\":\\"[redacted]\\",\\"x\\":1}'],
    ['password\\u003dhunter2', 'password\\u003d[redacted]'],
    ['<password>hunter2</password>', '<password>[redacted]</password>'],
    ['run --db-password hunter2 --user x', 'run --db-password [redacted] --user x'],
    [`k: ${PRIVATE_KEY} end`, 'k: [redacted] end'],
    [PRIVATE_KEY.replaceAll('\n', '\\n'), '[redacted]'],
    [KEY_LINE, '[redacted]'],
    [`push ${GITHUB}`, 'push [redacted]'],
    ['glpat-abcdefghijklmnopqrst', '[redacted]'],
  ])('%s becomes %s', (message, expected) => {
    expect(hidden(message)).toEqual([expected]);
  });

  it.each([
    'order 4111111111111112',
    'ratio 0.4111111111111111',
    'at 1732190000000000000',
    'Basic authentication failed',
    'the bearer token',
    'http://host:80/path@2x.png',
    'token_count=5 tokens: 12',
    'password=null token: undefined secret=***',
    'PWD=/root OLDPWD=/tmp',
    'invalid token: unexpected end',
    'password=[redacted]',
    'd41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e',
    'mail to someone@example.com from 10.0.0.1',
    'const a::b = 20:19:53;',
  ])('%s stays', (message) => {
    expect(hidden(message)).toEqual([message]);
  });

  it('that are personal are hidden when asked for', () => {
    const transforms = [redact({ patterns: ['email', 'ip_address'] })];
    const shaped = shape(transforms, [
      'a.b+c@mail.example.com: 10.0.0.255, 10.0.0.256, fe80::1 2001:db8:0:0:0:0:2:1 20:19:53 std::io',
    ]);
    expect(messagesOf(shaped)).toEqual([
      '[redacted]: [redacted], 10.0.0.256, [redacted] [redacted] 20:19:53 std::io',
    ]);
  });

  it('become asterisks of their length where the message would grow too much', () => {
    const [message = ''] = hidden('pwd=a '.repeat(20));
    expect(message).toMatch(/^(pwd=\[redacted\] )+(pwd=\* )+$/);
    expect(message.length).toBeLessThanOrEqual(120 * 1.5 + 16);
  });
});

describe('own patterns', () => {
  it('hide what they match, and leave all other bytes alone', () => {
    const message = Buffer.concat([Buffer.from([0xff, 0]), Buffer.from('id-12 é id-3'), Buffer.from([0xc3])]);
    const [record] = shape([redact({ regexes: ['id-[0-9]+'] })], [{ message }]).records;
    expect(record?.message).toEqual(
      Buffer.concat([Buffer.from([0xff, 0]), Buffer.from('[redacted] é [redacted]'), Buffer.from([0xc3])]),
    );
  });

  it('hide whole characters', () => {
    expect(messagesOf(shape([redact({ regexes: ['caf.'] })], ['un café noir']))).toEqual([
      'un [redacted] noir',
    ]);
  });

  it('alone mean that nothing else is hidden, unless it is named', () => {
    const message = `${CARD} x`;
    expect(messagesOf(shape([redact({ regexes: ['x'] })], [message]))).toEqual([`${CARD} [redacted]`]);
    expect(messagesOf(shape([redact({ regexes: ['x'], patterns: ['secrets'] })], [message]))).toEqual([
      '[redacted] [redacted]',
    ]);
  });

  it('take no more than a moment where a backtracking engine takes for ever', () => {
    const shaping = shapingOf([redact({ regexes: ['(a+)+!', 'a.*b|a', '(a|aa)+c'] })], 1 << 20);
    expect(shape(shaping, ['a'.repeat(1 << 20)]).records[0]?.message.length).toBeLessThan(1.5 * 2 ** 20 + 17);
  });
});

describe('secrets in lifted fields', () => {
  it.each([
    [
      'by their key, at any depth',
      '{"a":{"password":"x","n":1},"tokens":[1],"b":2}',
      { a: { password: '[redacted]', n: 1 }, tokens: [1], b: 2 },
    ],
    [
      'with all that is below their key',
      '{"secret":{"a":["x",1,null,true,{"b":"y"}]},"c":"d"}',
      { secret: { a: ['[redacted]', '[redacted]', null, true, { b: '[redacted]' }] }, c: 'd' },
    ],
    ['behind escapes', '{"m":"\\u0041KIAIOSFODNN7EXAMPLE \\"q\\" \\u00e9\\n"}', { m: '[redacted] "q" é\n' }],
    ['that are numbers', `{"n":[${CARD},1]}`, { n: ['[redacted]', 1] }],
    [
      'in text',
      '{"m":"password=x","u":"http://a:b@c"}',
      { m: 'password=[redacted]', u: 'http://a:[redacted]@c' },
    ],
  ])('are hidden %s', (_, message, fields) => {
    const [record] = shape([mergeJson(), redact()], [message]).records;
    expect(record?.fields).toEqual(fields);
    expect(JSON.parse(record?.message.toString() ?? '')).toEqual(fields);
  });

  it('are hidden by names of fields', () => {
    const [record] = shape(
      [mergeJson(), redact({ fields: ['ssn', 'x-*'] })],
      ['{"ssn":1,"a":{"x-b":"c","y":2}}'],
    ).records;
    expect(record?.fields).toEqual({ ssn: '[redacted]', a: { 'x-b': '[redacted]', y: 2 } });
  });

  it('are not lifted at all where they are keys', () => {
    const [record] = shape([mergeJson(), redact()], [`{"a":{"${GITHUB}":1}}`]).records;
    expect(record?.fields).toBeUndefined();
    expect(record?.message.toString()).toBe('{"a":{"[redacted]":1}}');
  });

  it('do not come back with log: message', () => {
    const transforms = [mergeJson({ log: 'message' }), redact()];
    const { records } = shape(transforms, [
      '{"msg":"p\\u0061ssword=x","token":"t"}',
      `{"msg":"m","${GITHUB}":1}`,
    ]);
    expect(records.map(({ message }) => message.toString())).toEqual([
      'password=[redacted]',
      '{"msg":"m","[redacted]":1}',
    ]);
    expect(records.map(({ fields }) => fields)).toEqual([{ token: '[redacted]' }, undefined]);
  });
});

describe('the end of a record that was cut', () => {
  it.each([
    ['x AKIAIOSFO', 'x [redacted]'],
    ['x eyJhbGciOi', 'x [redacted]'],
    ['x 411111111', 'x [redacted]'],
    ['x ghp_16C7', 'x [redacted]'],
    ['Authorization: Basic dX', 'Authorization: Basic [redacted]'],
    ['postgres://app:s3cr', 'postgres://app:[redacted]'],
    ['-----BEGIN RSA PRIV', '[redacted]'],
    ['password="hun', 'password="[redacted]'],
    ['nothing here', 'nothing here'],
  ])('%s is hidden where it may be the beginning of a secret', (message, expected) => {
    for (const flag of [TRUNCATED, PARTIAL]) {
      expect(messagesOf(shape([redact()], [{ message, flags: STREAM_KNOWN | flag }]))).toEqual([expected]);
    }
  });

  it('is looked at for own patterns too', () => {
    const message = 'user-12345-';
    const flags = STREAM_KNOWN | TRUNCATED;
    expect(messagesOf(shape([redact({ regexes: ['user-[0-9]+-end'] })], [{ message, flags }]))).toEqual([
      '[redacted]',
    ]);
  });
});

describe('redact', () => {
  it('comes last: conditions see what is hidden, and nothing comes back behind it', () => {
    const shaped = shape(
      [redact(), { type: 'drop', ...ANYTHING, contains: ['hunter2'], match: [] }, mergeJson(), LEVEL],
      ['password=hunter2', '{"password":"x","level":"warn"}'],
    );
    expect(shaped.droppedRecords).toBe(1);
    expect(shaped.records[0]?.fields).toEqual({ level: 'warn', password: '[redacted]' });
  });
});
