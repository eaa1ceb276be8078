import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CheckedFormat } from '../../bench/check/expected-stream.ts';
import { checkOutputFile, OutputCheck } from '../../bench/check/output-check.ts';
import { describeVerdict, isExact, type Verdict } from '../../bench/check/verdict.ts';
import { MIXED } from '../../bench/workload/mix.ts';
import { RecordSource } from '../../bench/workload/records.ts';
import { makeStreams, type StreamSpec } from '../../bench/workload/streams.ts';
import { TempDir } from '../../support/temp-dir.ts';

const RECORDS = 300;
const STREAMS = makeStreams(2, 5, MIXED);
const ONE = STREAMS.slice(0, 1);
const CLEAN = { missing: 0, doubled: 0, swapped: 0, changed: 0, unknown: 0 };

const linesOf = (spec: StreamSpec, format: CheckedFormat = 'json'): string[] => {
  const source = new RecordSource(spec);
  const buffer = Buffer.alloc(256 * 1024);
  return Array.from({ length: RECORDS }, () => {
    source.advance();
    const end = format === 'json' ? source.putJson(buffer, 0) : source.putRaw(buffer, 0);
    return buffer.toString('utf8', 0, end);
  });
};

const stdStreams = (): boolean[] => {
  const [spec] = ONE;
  if (spec === undefined) throw new Error('broken invariant: there is a stream');
  const source = new RecordSource(spec);
  return Array.from({ length: RECORDS }, () => {
    source.advance();
    return source.isStderr;
  });
};

const verdictOf = (
  lines: readonly string[],
  streams: readonly StreamSpec[] = ONE,
  format: CheckedFormat = 'json',
): Verdict => {
  const check = new OutputCheck(
    streams,
    streams.map(() => ({ records: RECORDS })),
    format,
  );
  const bytes = Buffer.from(lines.join(''));
  return check.finish(bytes.subarray(check.add(bytes)));
};

const planted = (change: (lines: string[]) => void, format: CheckedFormat = 'json'): Verdict => {
  const [spec] = ONE;
  if (spec === undefined) throw new Error('broken invariant: there is a stream');
  const lines = linesOf(spec, format);
  change(lines);
  return verdictOf(lines, ONE, format);
};

const swap = (lines: string[], a: number, b: number): void => {
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
};

describe.each(['json', 'raw'] as const)('the check of %s outputs', (format) => {
  const find = (change: (lines: string[]) => void): Verdict => planted(change, format);

  it('finds nothing wrong with what the streams wrote', () => {
    const verdict = find(() => undefined);
    expect(verdict).toEqual({ ...CLEAN, records: RECORDS, firstProblem: undefined });
    expect(describeVerdict(verdict)).toBe('all 300 records, in order, byte for byte');
  });

  it.each([0, 17, RECORDS - 1])('finds that record %i is missing', (index) => {
    expect(find((lines) => lines.splice(index, 1))).toMatchObject({ ...CLEAN, missing: 1 });
  });

  it('finds everything missing in an empty output', () => {
    expect(find((lines) => lines.splice(0))).toMatchObject({ ...CLEAN, missing: RECORDS });
  });

  it.each([0, 17, RECORDS - 1])('finds that record %i comes twice', (index) => {
    const verdict = find((lines) => lines.splice(index, 0, lines[index] ?? ''));
    expect(verdict).toMatchObject({ ...CLEAN, doubled: 1 });
  });

  it('finds a record that comes twice, far apart', () => {
    expect(find((lines) => lines.push(lines[3] ?? ''))).toMatchObject({ ...CLEAN, doubled: 1 });
  });

  it('lets a record of stderr come behind records of stdout, if nothing else is wrong with it', () => {
    const isStderr = stdStreams();
    const held = isStderr.findIndex((is, index) => is && !isStderr[index + 1] && !isStderr[index + 2]);
    const late = (lines: string[], change: (line: string) => string): void => {
      const [line = ''] = lines.splice(held, 1);
      lines.splice(held + 2, 0, change(line));
    };
    expect(find((lines) => late(lines, (line) => line))).toMatchObject(CLEAN);
    expect(find((lines) => late(lines, (line) => line.replace(/.$/m, '?')))).toMatchObject({
      ...CLEAN,
      changed: 1,
    });
  });

  it('finds two records that changed places', () => {
    expect(find((lines) => swap(lines, 17, 18))).toMatchObject({ ...CLEAN, swapped: 1 });
    expect(find((lines) => swap(lines, 17, 20))).toMatchObject({ ...CLEAN, swapped: 3 });
  });

  it('finds a changed byte, wherever in the line it is', () => {
    for (const index of [0, 17, RECORDS - 1]) {
      const verdict = find((lines) => {
        const line = lines[index] ?? '';
        lines[index] = `${line.slice(0, -5)}~${line.slice(-4)}`;
      });
      expect(verdict).toMatchObject({ ...CLEAN, changed: 1 });
    }
  });

  it('finds a line that is longer than it should be', () => {
    expect(
      find((lines) => {
        lines[17] = lines[17]?.replace('\n', ' \n') ?? '';
      }),
    ).toMatchObject({ ...CLEAN, changed: 1 });
  });

  it('finds a line that nobody wrote, and an output that ends within a line', () => {
    expect(find((lines) => lines.splice(17, 0, 'hello\n'))).toMatchObject({ ...CLEAN, unknown: 1 });
    const cut = find((lines) => lines.push(lines.pop()?.slice(0, -9) ?? ''));
    expect(cut).toMatchObject({ ...CLEAN, missing: 1, unknown: 1 });
    expect(isExact(cut)).toBe(false);
  });
});

describe('the check of several streams', () => {
  const [first = [], second = []] = STREAMS.map((spec) => linesOf(spec));

  it('takes them in every order that keeps each stream in its own', () => {
    const interleaved = first.flatMap((line, index) => [line, second[index] ?? '']);
    for (const lines of [[...first, ...second], [...second, ...first], interleaved])
      expect(describeVerdict(verdictOf(lines, STREAMS))).toContain('all 600 records');
  });

  it('finds that a record was given to another stream', () => {
    const uids = STREAMS.map(({ uid }) => uid);
    const lines = [...first, ...second];
    lines[17] = lines[17]?.replace(uids[0] ?? '', uids[1] ?? '') ?? '';
    expect(isExact(verdictOf(lines, STREAMS))).toBe(false);
  });

  it('refuses raw lines, which do not say whose they are', () => {
    expect(() => verdictOf([], STREAMS, 'raw')).toThrow('one stream only');
  });
});

describe('the check of a file', () => {
  it('reads it in pieces, and tells the first problem', () => {
    using directory = new TempDir('birler-bench-test');
    const path = directory.join('output.json');
    const [spec] = ONE;
    if (spec === undefined) throw new Error('broken invariant: there is a stream');
    const records = 20_000;
    const source = new RecordSource(spec);
    const buffer = Buffer.alloc(256 * 1024);
    writeFileSync(path, '');
    for (let record = 0; record < records; record++) {
      source.advance();
      appendFileSync(path, buffer.subarray(0, source.putJson(buffer, 0)));
    }
    const check = (): string =>
      describeVerdict(checkOutputFile(path, new OutputCheck(ONE, [{ records }], 'json')));
    expect(check()).toBe('all 20000 records, in order, byte for byte');
    appendFileSync(path, '{"log":"seq=ffffffff"}\n');
    expect(check()).toMatch(/^1 unknown of 20001 records; first: a line that was never written: \{"log"/);
  });
});
