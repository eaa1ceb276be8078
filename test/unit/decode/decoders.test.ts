import { describe, expect, it } from 'vitest';
import type { LogFormat } from '../../../src/core/decoder.ts';
import { PARTIAL, STDERR, STREAM_KNOWN, TRUNCATED, UNPARSED } from '../../../src/core/record-table.ts';
import {
  type DecodeOptions,
  decodeChunks,
  type Harness,
  OBSERVED_TIME,
} from '../../property/decode/harness.ts';

const T1 = '2026-11-20T21:05:27.1Z';
const T2 = '2026-11-20T21:05:27.2Z';
const T3 = '2026-11-20T21:05:27.3Z';

const decode = (format: LogFormat, text: string, options: Partial<DecodeOptions> = {}): Harness =>
  decodeChunks([{ generation: 1, offset: 0, bytes: Buffer.from(text) }], {
    format,
    maxMessageBytes: 1000,
    tableRows: 100,
    ...options,
  });

const utf8 = (message: string): string => Buffer.from(message, 'latin1').toString();
const messages = (harness: Harness): string[] => harness.records.map(({ message }) => utf8(message));
const flags = (harness: Harness): number[] => harness.records.map((record) => record.flags);

describe('the CRI decoder', () => {
  it('gives message, time, place and std stream of each line', () => {
    const harness = decode('cri', `${T1} stdout F one\n${T2} stderr F:tag:x two \r\n`);
    expect(harness.records).toEqual([
      {
        message: 'one',
        time: T1,
        seconds: 1_795_208_727,
        nanoseconds: 100_000_000,
        flags: STREAM_KNOWN,
        sourceOffset: 0,
        generation: 1,
      },
      {
        message: 'two \r',
        time: T2,
        seconds: 1_795_208_727,
        nanoseconds: 200_000_000,
        flags: STREAM_KNOWN | STDERR,
        sourceOffset: 36,
        generation: 1,
      },
    ]);
  });

  it('takes an empty message with and without the space before it', () => {
    expect(
      messages(decode('cri', `${T1} stdout F \n${T1} stdout F\n${T1} stdout P\n${T1} stdout F:x\n`)),
    ).toEqual(['', '', '']);
  });

  it('joins the pieces of a record around lines of the other stream and lines that are none', () => {
    const harness = decode(
      'cri',
      `${T1} stdout P a\n${T1} stderr P A\nnonsense\n${T2} stdout P b\n${T3} stderr F B\n${T3} stdout F c\n`,
    );
    expect(messages(harness)).toEqual(['nonsense', 'AB', 'abc']);
    expect(harness.records.map(({ time, sourceOffset }) => [time, sourceOffset])).toEqual([
      [OBSERVED_TIME, 68],
      [T3, 34],
      [T3, 0],
    ]);
    expect(flags(harness)[0]).toBe(UNPARSED);
    expect(harness.unparsedLines).toBe(1);
  });

  it('decodes characters that the writer cut in two only after joining', () => {
    const [head, tail] = [Buffer.from('😀').subarray(0, 2), Buffer.from('😀').subarray(2)];
    const bytes = Buffer.concat([
      Buffer.from(`${T1} stdout P `),
      head,
      Buffer.from(`\n${T1} stdout F `),
      tail,
      Buffer.from('\n'),
    ]);
    const harness = decodeChunks([{ generation: 1, offset: 0, bytes }], {
      format: 'cri',
      maxMessageBytes: 9,
      tableRows: 1,
    });
    expect(messages(harness)).toEqual(['😀']);
  });

  it.each([
    '',
    'x',
    T1,
    `${T1} `,
    `${T1} stdout`,
    `${T1} stdout `,
    `${T1} stdout X a`,
    `${T1} stdout FF a`,
    `${T1} stdout F\r`,
    `${T1} stdin F a`,
    `${T1}  stdout F a`,
    ` ${T1} stdout F a`,
    `${T1} stdout\0F a`,
  ])('hands on %j as it is', (line) => {
    const harness = decode('cri', `${line}\n${T1} stdout F next\n`);
    expect(messages(harness)).toEqual([line, 'next']);
    expect(flags(harness)).toEqual([UNPARSED, STREAM_KNOWN]);
  });

  it('skips and counts the NULs of a hole, and reads on behind it', () => {
    const harness = decode('cri', `\0\0\0${T1} stdout F a\n\0\0\n\0nonsense\n`);
    expect(messages(harness)).toEqual(['a', 'nonsense']);
    expect(harness.records.map(({ sourceOffset }) => sourceOffset)).toEqual([0, 40]);
    expect([harness.nulBytes, harness.unparsedLines]).toEqual([6, 1]);
  });

  it('cuts long messages at a character, joined or not, and counts what it cut', () => {
    const harness = decode(
      'cri',
      `${T1} stdout F aéé\n${T1} stdout P a\n${T1} stdout P é\n${T1} stdout F é\n€€€\n`,
      { maxMessageBytes: 4 },
    );
    expect(messages(harness)).toEqual(['aé', 'aé', '€']);
    expect(flags(harness)).toEqual([
      STREAM_KNOWN | TRUNCATED,
      STREAM_KNOWN | TRUNCATED,
      UNPARSED | TRUNCATED,
    ]);
    expect(harness.oversizeBytes).toBe(10);
  });

  it('hands out early what it has no memory to keep, and loses nothing of it', () => {
    const harness = decode('cri', `${T1} stdout P a\n${T2} stdout P b\n${T3} stdout F c\n`, {
      budgetBytes: 0,
    });
    expect(messages(harness)).toEqual(['a', 'b', 'c']);
    expect(flags(harness)).toEqual([STREAM_KNOWN | PARTIAL, STREAM_KNOWN | PARTIAL, STREAM_KNOWN]);
  });

  it('passes on the flags of a line that the reader had to end, also from a piece to its record', () => {
    const options = { lineFlags: TRUNCATED };
    expect(flags(decode('cri', `${T1} stdout F a\nx\n`, options))).toEqual([
      STREAM_KNOWN | TRUNCATED,
      UNPARSED | TRUNCATED,
    ]);
    const harness = decode('cri', `${T1} stdout P a\n`, options);
    harness.closeAll();
    expect(flags(harness)).toEqual([STREAM_KNOWN | TRUNCATED | PARTIAL]);
  });
});

describe('the docker decoder', () => {
  const line = (log: string, stream = 'stdout'): string =>
    `{"log":"${log}","stream":"${stream}","time":"${T1}"}\n`;

  it('gives message, time, place and std stream of each line', () => {
    const harness = decode('docker', line('one\\n') + line('two\\r\\n', 'stderr'));
    expect(harness.records).toEqual([
      {
        message: 'one',
        time: T1,
        seconds: 1_795_208_727,
        nanoseconds: 100_000_000,
        flags: STREAM_KNOWN,
        sourceOffset: 0,
        generation: 1,
      },
      {
        message: 'two\r',
        time: T1,
        seconds: 1_795_208_727,
        nanoseconds: 100_000_000,
        flags: STREAM_KNOWN | STDERR,
        sourceOffset: 66,
        generation: 1,
      },
    ]);
  });

  it.each([
    ['\\n', ''],
    ['\\u000a', ''],
    ['\\\\n\\n', '\\n'],
    ['\\n\\n', '\n'],
    ['a\\tb\\"c\\\\d\\/e\\b\\f\\n', 'a\tb"c\\d/e\b\f'],
    ['\\u003c\\u00e9\\u20AC\\ud83d\\ude00\\n', '<é€😀'],
    ['\\ud83d\\n', '\ufffd'],
    ['\\ude00\\ud83d\\n', '\ufffd\ufffd'],
    ['\\ud83d\\u0041\\n', '\ufffdA'],
    ['\\ud83d\\ud83d\\ude00\\n', '\ufffd😀'],
    ['é€😀\\n', 'é€😀'],
  ])('unescapes %j', (log, message) => {
    expect(messages(decode('docker', line(log)))).toEqual([message]);
  });

  it('joins pieces without a newline, escapes and all', () => {
    const harness = decode(
      'docker',
      line('a\\t') + line('E', 'stderr') + line('\\\\n') + line('b\\n') + line('F\\n', 'stderr'),
    );
    expect(messages(harness)).toEqual(['a\t\\nb', 'EF']);
  });

  it('reads keys in any order, other keys and white space', () => {
    const time = `"time":"${T1}"`;
    const harness = decode(
      'docker',
      `{"log":"a\\n","stream":"stdout","attrs":{"tag":"x","n":[1,{"o":null}]},${time}}\n ${`{ ${time} , "stream" : "stderr" , "log" : "b\\n" }`}\r\n`,
    );
    expect(messages(harness)).toEqual(['a', 'b']);
    expect(flags(harness)).toEqual([STREAM_KNOWN, STREAM_KNOWN | STDERR]);
  });

  it.each([
    '',
    '{}',
    '[]',
    'x',
    line('a\\x').trim(),
    line('a\tb').trim(),
    line('a', 'stdin').trim(),
    line('a').trim().slice(0, -1),
    `${line('a').trim()}}`,
    '{"log":"a","stream":"stdout","time":"now"}',
    `{"log":1,"stream":"stdout","time":"${T1}"}`,
    `{"log":"a","time":"${T1}"}`,
    '{"log":"a',
    line('a')
      .trim()
      .replace('{', `{"x":${'['.repeat(99)}${']'.repeat(99)},`),
  ])('hands on %j as it is', (text) => {
    const harness = decode('docker', `${text}\n${line('next\\n')}`);
    expect(messages(harness)).toEqual([text, 'next']);
    expect(flags(harness)).toEqual([UNPARSED, STREAM_KNOWN]);
  });

  it('stops before a line whose whole record does not fit into the arena', () => {
    const [done, begun, ended] = ['a'.repeat(700), 'b'.repeat(250), 'c'.repeat(250)];
    const harness = decode('docker', line(`\\t${done}\\n`) + line(`\\t${begun}`) + line(`\\t${ended}\\n`));
    expect(messages(harness)).toEqual([`\t${done}`, `\t${begun}\t${ended}`]);
    expect(harness.earlyStops).toBe(1);
  });

  it('counts the cut of the unescaped message', () => {
    const harness = decode('docker', line('\\u20ac\\u20ac\\n') + line('\\u20ac') + line('\\u20ac\\n'), {
      maxMessageBytes: 5,
    });
    expect(messages(harness)).toEqual(['€', '€']);
    expect(harness.oversizeBytes).toBe(6);
  });
});

describe('the raw decoder', () => {
  it('takes each line as it is, with the time of the observation and no std stream', () => {
    const harness = decode('raw', `\0a\r\n\n${T1} stdout F b\n`);
    expect(messages(harness)).toEqual(['\0a\r', '', `${T1} stdout F b`]);
    expect(flags(harness)).toEqual([0, 0, 0]);
    expect(harness.records[0]?.time).toBe(OBSERVED_TIME);
    expect([harness.unparsedLines, harness.nulBytes]).toEqual([0, 0]);
  });
});
