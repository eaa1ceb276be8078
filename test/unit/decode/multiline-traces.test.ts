import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CorpusLog, corpusLogs } from '../../support/corpus.ts';
import { decodedRows } from '../../support/decoded-rows.ts';
import { type GivenRow, Joining } from '../../support/joined-rows.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/multiline', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../docs/reference/multiline.md', import.meta.url));

/** Traces that do not become just one record, and why. */
const KNOWN: Readonly<Record<string, { readonly records: number; readonly why: string }>> = {
  'python-logged.txt': {
    records: 3,
    why: 'the log line before it; and the second line of its message, which nothing marks',
  },
  'python-multi.txt': {
    records: 2,
    why: 'nothing marks the second line of the message of the last exception',
  },
  'python-notes.txt': { records: 2, why: 'nothing marks a note' },
  'python-stack.txt': { records: 2, why: 'the log line before it' },
  'ruby-cause.txt': { records: 2, why: 'the cause looks like another error' },
  'rust-assert.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-backtrace-full.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-backtrace.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-expect.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-index.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-multi.txt': { records: 2, why: 'the runtime writes an empty line first' },
  'rust-thread.txt': { records: 2, why: 'the runtime writes an empty line first' },
};

/** What has none of its lines joined. */
const UNTOUCHED = ['git-diff.txt', 'right-aligned.txt', 'tables.txt', 'uniq-c.txt'];
const UNTOUCHED_LOGS = /nginx|redis|etcd|unicode|binary|chatty|tty/;

const linesOf = (folder: string, name: string): string[] =>
  readFileSync(join(FIXTURES, folder, name), 'latin1')
    .replace(/\n$/, '')
    .split('\n');
const filesOf = (folder: string): string[] => readdirSync(join(FIXTURES, folder)).toSorted();
const rowsOf = (lines: readonly string[]): GivenRow[] => lines.map((text) => ({ text }));

const joined = (rows: readonly GivenRow[], batchRows = rows.length): string[] => {
  const joining = new Joining({ bytes: 256 * 1024 });
  for (let at = 0; at < rows.length; at += batchRows) joining.give(rows.slice(at, at + batchRows));
  joining.flush();
  return [false, true].flatMap((isStderr) =>
    joining.taken.filter((row) => row.isStderr === isStderr).map(({ text }) => text),
  );
};

const BEFORE = '2026-11-20 22:01:00 INFO all is well';
const AFTER = '2026-11-20 22:01:01 INFO so it goes on';

describe.each(['recorded', 'written'])('%s traces', (folder) => {
  it.each(filesOf(folder))('%s', (name) => {
    const lines = linesOf(folder, name);
    const all = [BEFORE, ...lines, AFTER];
    const records = joined(rowsOf(all));
    expect(records.join('\n')).toBe(all.join('\n'));
    expect(records[0]).toBe(BEFORE);
    expect(records.at(-1)).toBe(AFTER);
    expect(records.length - 2).toBe(KNOWN[name]?.records ?? 1);
    for (const batchRows of [1, 2, 5]) expect(joined(rowsOf(all), batchRows)).toEqual(records);
  });
});

describe('ordinary output', () => {
  it.each(UNTOUCHED)('%s stays as it is', (name) => {
    const lines = linesOf('ordinary', name);
    expect(joined(rowsOf(lines))).toEqual(lines);
  });

  it.each(filesOf('ordinary'))(
    '%s has only that joined which is indented below what announces it',
    (name) => {
      for (const record of joined(rowsOf(linesOf('ordinary', name)))) {
        const [first = '', ...others] = record.split('\n');
        if (others.length === 0) continue;
        expect(first).toMatch(/[:{[(]$|Warning: /);
        for (const other of others) expect(other).toMatch(/^[ \t}\])]/);
      }
    },
  );
});

/** By its name in the page. */
const logs = (): ReadonlyMap<string, GivenRow[]> => {
  const found = new Map<string, GivenRow[]>();
  for (const log of corpusLogs()) found.set(nameOf(log), decodedRows(liveBytes(log), formatOf(log.writer)));
  for (const name of filesOf('logs'))
    found.set(
      name.replace('.log.gz', '').replace('-', ' '),
      decodedRows(gunzipSync(readFileSync(join(FIXTURES, 'logs', name))), formatOf(name)),
    );
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};
const formatOf = (writer: string): 'cri' | 'docker' => (writer.startsWith('docker') ? 'docker' : 'cri');
const nameOf = ({ writer, pod, container, live }: CorpusLog): string =>
  `${writer.replace(/^cri-|-json$/, '')} ${[pod.replace(/_[^_]*-[^_]*$/, ''), container, basename(live, '.log')].filter((part) => !/^(cri-conmon|docker-json|ctr|container-json|0)$/.test(part)).join(' ')}`;
const liveBytes = ({ directory, live }: CorpusLog): Buffer => {
  const path = join(directory, live);
  return readdirSync(directory).includes(live) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
};

describe('logs of containers', () => {
  it.each([...logs()])('%s: the same wherever reads end', { timeout: 60_000 }, (name, rows) => {
    const records = joined(rows);
    expect(joined(rows, 1)).toEqual(records);
    expect(joined(rows, 7)).toEqual(records);
    if (UNTOUCHED_LOGS.test(name)) expect(records).toHaveLength(rows.length);
  });
});

it('is told in docs/reference/multiline.md (npx vitest -u makes it)', async () => {
  const traces = ['recorded', 'written'].flatMap((folder) =>
    filesOf(folder).map((name) => {
      const known = KNOWN[name];
      return [
        basename(name, '.txt'),
        folder,
        linesOf(folder, name).length,
        known?.records ?? 1,
        known?.why ?? '',
      ];
    }),
  );
  const ordinary = filesOf('ordinary').map((name) => {
    const lines = linesOf('ordinary', name);
    return [basename(name, '.txt'), ...counts(lines.length, joined(rowsOf(lines)))];
  });
  const whole = [...logs()].map(([name, rows]) => [name, ...counts(rows.length, joined(rows))]);
  const page = [
    '# Which lines become one record',
    '',
    'Made by a test from `test/fixtures`, with `multiline: {mode: auto}`. See [multiline](../multiline.md) for what it means.',
    '',
    '## Traces, one a file, between two ordinary lines',
    '',
    ...markdownTable(['trace', 'source', 'lines', 'records', 'why not one'], traces),
    '',
    '## Ordinary output',
    '',
    ...markdownTable(['output', 'lines', 'records', 'of them joined', 'lines of the largest'], ordinary),
    '',
    '## Whole logs',
    '',
    ...markdownTable(['log', 'lines', 'records', 'of them joined', 'lines of the largest'], whole),
    '',
  ].join('\n');
  await expect(page).toMatchFileSnapshot(PAGE);
});

const counts = (lines: number, records: readonly string[]): number[] => {
  const sizes = records.map((record) => record.split('\n').length);
  return [lines, records.length, sizes.filter((size) => size > 1).length, Math.max(...sizes)];
};

const markdownTable = (
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] => [
  `| ${head.join(' | ')} |`,
  `|${'---|'.repeat(head.length)}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];
