import { describe, expect, it } from 'vitest';
import { FIELDS, JOINED, STDERR, STREAM_KNOWN } from '../../../src/core/record-table.ts';
import { testOrigin } from '../../support/batches.ts';
import { ANYTHING, LEVEL, mergeJson, messagesOf, redact, shape, shapingOf } from '../../support/shaped.ts';

const MATCH = { namespace: '*', pod: '*', container: '*', labels: null };

describe('a stream', () => {
  it('has no shaper where no transform matches it', () => {
    const shaping = shapingOf([{ ...LEVEL, match: [{ ...MATCH, namespace: 'other' }] }]);
    expect(shaping.shaperFor(testOrigin, {})).toBeUndefined();
    expect(shapingOf([]).shaperFor(testOrigin, {})).toBeUndefined();
    expect(shapingOf([]).arenaBytes(1000, 1000)).toBe(0);
  });

  it('has the same shaper as any other that the same transforms match', () => {
    const shaping = shapingOf([LEVEL, { ...LEVEL, match: [{ ...MATCH, pod: 'other-*' }] }]);
    const shaper = shaping.shaperFor(testOrigin, {});
    expect(shaper).toBeDefined();
    expect(shaping.shaperFor({ ...testOrigin, container: 'b' }, undefined)).toBe(shaper);
    expect(shaping.shaperFor({ ...testOrigin, pod: 'other-1' }, {})).not.toBe(shaper);
  });

  it('that is a plain file is matched only by what asks for nothing', () => {
    const file = { kind: 'file', file: 'a.log', host: 'node-a' } as const;
    expect(shapingOf([LEVEL]).shaperFor(file, undefined)).toBeDefined();
    expect(shapingOf([{ ...LEVEL, match: [MATCH] }]).shaperFor(file, undefined)).toBeDefined();
    expect(
      shapingOf([{ ...LEVEL, match: [{ ...MATCH, pod: 'a*' }] }]).shaperFor(file, undefined),
    ).toBeUndefined();
  });

  it('whose labels are not known yet is matched by what hides, and by nothing else that asks for labels', () => {
    const match = [{ ...MATCH, labels: 'app=web' }];
    const level = shapingOf([{ ...LEVEL, match }]);
    expect(level.shaperFor(testOrigin, undefined)).toBeUndefined();
    expect(level.shaperFor(testOrigin, { app: 'web' })).toBeDefined();
    expect(level.shaperFor(testOrigin, { app: 'db' })).toBeUndefined();
    const hiding = shapingOf([redact({ match })]);
    expect(hiding.shaperFor(testOrigin, undefined)).toBeDefined();
    expect(hiding.shaperFor(testOrigin, { app: 'db' })).toBeUndefined();
  });
});

describe('drop, keep and sample', () => {
  it('drop records whose message contains a text, and count them', () => {
    const shaped = shape(
      [{ type: 'drop', ...ANYTHING, contains: ['/healthz', '/readyz'], match: [] }],
      ['GET /healthz', 'GET /', { message: 'GET /readyz', flags: JOINED }, { message: 'x', flags: JOINED }],
    );
    expect(messagesOf(shaped)).toEqual(['GET /', 'x']);
    expect(shaped).toMatchObject({ droppedRecords: 2, droppedBytes: 23 });
    expect(shaped.table).toMatchObject({ rows: 2, messageBytes: 6, joinedRows: 1 });
  });

  it('keep only what all conditions hold for', () => {
    const shaped = shape(
      [{ type: 'keep', ...ANYTHING, regex: '^[ae]', stream: 'stderr', match: [] }],
      [
        { message: 'a', flags: STREAM_KNOWN | STDERR },
        { message: 'b', flags: STREAM_KNOWN | STDERR },
        { message: 'error', flags: STREAM_KNOWN },
        { message: 'e', flags: STREAM_KNOWN | STDERR },
      ],
    );
    expect(messagesOf(shaped)).toEqual(['a', 'e']);
  });

  it('ask for levels without the field being added', () => {
    const shaped = shape(
      [{ type: 'drop', ...ANYTHING, levels: ['debug', 'trace'], match: [] }],
      ['level=debug a', 'INFO b', '{"level":10}', 'plain'],
    );
    expect(messagesOf(shaped)).toEqual(['INFO b', 'plain']);
    expect(shaped.records.every(({ flags }) => (flags & FIELDS) === 0)).toBe(true);
  });

  it('ask for lifted fields, as what they mean', () => {
    const fields = [
      { name: 'status', value: '2*' },
      { name: 'path', value: '/a*' },
    ];
    const shaped = shape(
      [mergeJson(), { type: 'drop', ...ANYTHING, fields, match: [] }],
      [
        '{"status":204,"path":"\\/api"}',
        '{"status":"200","path":"/b"}',
        '{"status":404,"path":"/a"}',
        '{"path":"/a"}',
      ],
    );
    expect(messagesOf(shaped)).toEqual([
      '{"status":"200","path":"/b"}',
      '{"status":404,"path":"/a"}',
      '{"path":"/a"}',
    ]);
  });

  it('sample the same records each time, and about one of N', () => {
    const sample = { type: 'sample', keepOneIn: 10, ...ANYTHING, match: [] } as const;
    const records = Array.from({ length: 5000 }, () => 'the same line');
    const kept = shape([sample], records);
    expect(kept.records.length).toBeGreaterThan(400);
    expect(kept.records.length).toBeLessThan(600);
    const alone = records.filter(
      (message, index) => shape([sample], [{ message, sourceOffset: index * 100 }]).records.length > 0,
    );
    expect(alone.length).toBe(kept.records.length);
  });

  it('sample only what the conditions hold for', () => {
    const sample = {
      type: 'sample',
      keepOneIn: 1_000_000,
      ...ANYTHING,
      contains: ['noise'],
      match: [],
    } as const;
    expect(messagesOf(shape([sample], ['noise', 'signal', 'noise 2']))).toEqual(['signal']);
  });
});

describe('fields', () => {
  it('are lifted from JSON messages, and log stays', () => {
    const [record] = shape([mergeJson()], ['{"msg":"hi", "n": 1.50,"o":{"a":[1, 2]},"t":null}']).records;
    expect(record?.message.toString()).toBe('{"msg":"hi", "n": 1.50,"o":{"a":[1, 2]},"t":null}');
    expect(record?.fieldsText).toBe('"msg":"hi","n": 1.50,"o":{"a":[1, 2]},"t":null,');
  });

  it('give their message to log where that is wanted', () => {
    const shaped = shape(
      [mergeJson({ log: 'message' })],
      ['{"level":"info","msg":"a \\"b\\"\\n\\u00e9"}', '{"message":"m","msg":"x"}', '{"msg":5}', 'text'],
    );
    expect(messagesOf(shaped)).toEqual(['a "b"\né', 'm', '{"msg":5}', 'text']);
    expect(shaped.records.map(({ fieldsText }) => fieldsText)).toEqual([
      '"level":"info",',
      '"msg":"x",',
      '"msg":5,',
      '',
    ]);
  });

  it('get another name where theirs is taken', () => {
    const [record] = shape(
      [mergeJson()],
      ['{"time":1,"log":2,"id":3,"kubernetes":{},"level":"x","_time":5}'],
    ).records;
    expect(record?.fields).toEqual({
      time_extracted: 1,
      log_extracted: 2,
      id_extracted: 3,
      kubernetes_extracted: {},
      level: 'x',
      _time: 5,
    });
  });

  it('stand below one key where that is wanted, under their own names', () => {
    const shaped = shape(
      [mergeJson({ under: 'app' }), { type: 'set', fields: [{ name: 'c', value: 'x"' }], match: [] }],
      ['{"time":1,"level":"warn"}', 'text'],
    );
    expect(shaped.records.map(({ fields }) => fields)).toEqual([
      { app: { time: 1, level: 'warn' }, c: 'x"' },
      { c: 'x"' },
    ]);
  });

  it('stay text where two would get one name', () => {
    expect(shape([mergeJson()], ['{"time":1,"time_extracted":2}']).records[0]?.fields).toBeUndefined();
  });

  it('give way to what is set, before or after', () => {
    const set = { type: 'set', fields: [{ name: 'a', value: 'x' }], match: [] } as const;
    for (const transforms of [
      [set, mergeJson()],
      [mergeJson(), set],
    ]) {
      expect(shape(transforms, ['{"a":1,"b":2}']).records[0]?.fields).toEqual({ b: 2, a: 'x' });
    }
    const nested = [set, mergeJson({ under: 'app' }), set];
    expect(shape(nested, ['{"a":1,"b":2}']).records[0]?.fields).toEqual({ app: { a: 1, b: 2 }, a: 'x' });
  });

  it('count with their last value', () => {
    expect(shape([mergeJson()], ['{"a":1,"b":2,"a":3}']).records[0]?.fields).toEqual({ b: 2, a: 3 });
  });

  it('lose the line breaks between their tokens, and only those', () => {
    const [record] = shape(
      [mergeJson()],
      ['{\n  "a": {\n    "b": "x  \\n y",\r\n "c": [ 1 ]\n  }\n}'],
    ).records;
    expect(record?.fieldsText).toBe('"a":{"b":"x  \\n y","c":[1]},');
  });

  it.each([
    ['no object', '[1]'],
    ['nothing', ''],
    ['an empty object', '{}'],
    ['half an object', '{"a":1'],
    ['two objects', '{"a":1}{"b":2}'],
    ['a trailing comma', '{"a":1,}'],
    ['a key without quotes', '{a:1}'],
    ['a leading zero', '{"a":01}'],
    ['an infinite number', '{"a":1e999}'],
    ['a number of a hundred digits', `{"a":${'1'.repeat(100)}}`],
    ['a line break in a string', '{"a":"\n"}'],
    ['a wrong escape', '{"a":"\\x"}'],
    ['a key twice in a nested object', '{"a":{"b":1,"b":2}}'],
    ['a key with an escape', '{"\\u0061":1}'],
    ['too deep', `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`],
    ['too many members', `{${Array.from({ length: 129 }, (_, index) => `"${index}":1`).join()}}`],
    ['too long', `{"a":"${'x'.repeat(64 * 1024)}"}`],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
  ])('are not lifted from %s: it stays text', (_, message) => {
    const [record] = shape(shapingOf([mergeJson()], 128 * 1024), [{ message }]).records;
    expect(record?.fields).toBeUndefined();
    expect(record?.message.equals(Buffer.from(message))).toBe(true);
  });

  it('are lifted up to the bounds', () => {
    expect(shape([mergeJson()], [`${'{"a":'.repeat(8)}1${'}'.repeat(8)}`]).records[0]?.fields).toBeDefined();
    const many = `{${Array.from({ length: 128 }, (_, index) => `"${index}":1`).join()}}`;
    expect(Object.keys(shape([mergeJson()], [many]).records[0]?.fields ?? {})).toHaveLength(128);
  });

  it('are not made a prototype of', () => {
    const [record] = shape([mergeJson()], ['{"__proto__":{"x":1},"constructor":2}']).records;
    expect(record?.fieldsText).toBe('"__proto__":{"x":1},"constructor":2,');
  });

  it('are set, replaced and removed', () => {
    const shaped = shape(
      [
        mergeJson(),
        {
          type: 'set',
          fields: [
            { name: 'a', value: 'new' },
            { name: 'é', value: 'ü\n' },
          ],
          match: [],
        },
        { type: 'remove', fields: ['b*', 'x.y'], match: [] },
      ],
      ['{"a":1,"b":2,"bc":3,"x.y":4,"xzy":5}', 'text'],
    );
    expect(shaped.records.map(({ fields }) => fields)).toEqual([
      { xzy: 5, a: 'new', é: 'ü\n' },
      { a: 'new', é: 'ü\n' },
    ]);
  });
});

describe('level', () => {
  it('comes first, and takes the place of the level that it is', () => {
    const shaped = shape(
      [mergeJson(), LEVEL],
      [
        '{"level":30,"a":1}',
        '{"a":1,"severity":"WARNING"}',
        '{"level":"seven"}',
        '{"a":1}',
        'E0102 15:04:05.1 x',
        'text',
      ],
    );
    expect(shaped.records.map(({ fieldsText }) => fieldsText)).toEqual([
      '"level":"info","a":1,',
      '"level":"warn","a":1,"severity":"WARNING",',
      '"level_extracted":"seven",',
      '"a":1,',
      '"level":"error",',
      '',
    ]);
  });

  it('needs no merge_json to look into JSON', () => {
    expect(shape([LEVEL], ['{"msg":"x","lvl":"debug"}']).records[0]?.fields).toEqual({ level: 'debug' });
  });

  it('is found in the message where a JSON object does not tell it', () => {
    expect(shape([mergeJson({ log: 'message' }), LEVEL], ['{"log":"[ERROR] x"}']).records[0]?.fields).toEqual(
      { level: 'error' },
    );
  });
});

describe('messages that are laid anew', () => {
  it('keep those behind them in order', () => {
    const { records, table, region } = shape(
      [redact({ regexes: ['secret'] })],
      [
        { message: 'one', flags: JOINED },
        'a secret',
        { message: 'two', flags: JOINED },
        'plain',
        { message: 'three secret', flags: JOINED },
        { message: 'four', flags: JOINED },
      ],
    );
    expect(records.map(({ message }) => message.toString())).toEqual([
      'one',
      'a [redacted]',
      'two',
      'plain',
      'three [redacted]',
      'four',
    ]);
    const starts = Array.from({ length: 6 }, (_, row) => table.ints[row * 8 + 2] ?? 0).filter(
      (start) => start >= region.arenaStart,
    );
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(table).toMatchObject({ joinedRows: 5, messageBytes: 3 + 12 + 3 + 5 + 16 + 4 });
  });
});
