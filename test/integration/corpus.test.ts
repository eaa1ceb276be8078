import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CorpusLog, corpusLogs, layOut } from '../support/corpus.ts';
import { collectOnce } from '../support/node-agent.ts';
import { type OutputLine, readOutput, streamOf } from '../support/output-lines.ts';
import { type ReferenceRecord, readCri, readDocker, readGenerations } from '../support/reference-reader.ts';
import { TempNode } from '../support/temp-node.ts';

const LOGS = corpusLogs();

const referenceOf = (log: CorpusLog, path: string): ReferenceRecord[] =>
  log.writer === 'docker-json' ? readDocker(readGenerations(path)) : readCri(readGenerations(path));

/** What the JSON output should say of a record: invalid bytes become U+FFFD. */
const expectedLine = (record: ReferenceRecord): Partial<OutputLine> => ({
  time: record.time,
  stream: record.std,
  log: record.message.toString('utf8'),
  ...(record.partial ? { partial: true } : {}),
});

const shownLine = ({ time, stream, log, partial, truncated, gap }: OutputLine): Partial<OutputLine> => ({
  ...(time === undefined ? {} : { time }),
  ...(stream === undefined ? {} : { stream }),
  ...(log === undefined ? {} : { log }),
  ...(partial === undefined ? {} : { partial }),
  ...(truncated === undefined ? {} : { truncated }),
  ...(gap === undefined ? {} : { gap }),
});

describe('the corpus of genuine logs', () => {
  it('is complete', () => {
    expect(LOGS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(LOGS.map((log) => log.writer)).size).toBe(3);
  });

  it('comes out as JSON with every record in its place, all streams in one run', async () => {
    using node = new TempNode();
    const expected = new Map<string, Partial<OutputLine>[]>();
    for (const [index, log] of LOGS.entries()) {
      if (log.writer === 'cri-containerd') {
        const [namespace = '', name = '', uid = ''] = log.pod.split('_');
        const container = node.pod({ namespace, name, uid }).container(log.container);
        const path = layOut(log, container.directory);
        container.link();
        expected.set(container.key, referenceOf(log, path).map(expectedLine));
      } else {
        const path = layOut(log, node.logs, `${index}.log`);
        expected.set(`file/${index}.log`, referenceOf(log, path).map(expectedLine));
      }
    }
    expect(await collectOnce(node)).toMatchObject({ code: 0 });
    const actual = Map.groupBy(readOutput(node.output), streamOf);
    expect([...actual.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [stream, lines] of expected) {
      expect({ stream, lines: actual.get(stream)?.map(shownLine) }).toEqual({ stream, lines });
    }
  });

  it.each(LOGS.map((log) => [`${log.writer} ${log.container}`, log] as const))(
    'comes out raw byte for byte: %s',
    async (_, log) => {
      using node = new TempNode();
      const path = layOut(log, node.logs, 'app.log');
      expect(await collectOnce(node, '--format', 'raw')).toMatchObject({ code: 0 });
      const expected = Buffer.concat(
        referenceOf(log, path).flatMap(({ message }) => [message, Buffer.from('\n')]),
      );
      const actual = readFileSync(node.output);
      expect(actual.length).toBe(expected.length);
      expect(actual.equals(expected)).toBe(true);
    },
  );
});
