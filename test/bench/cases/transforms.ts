import { RecordTable, STREAM_KNOWN } from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import type { Transform } from '../../../src/shape/transforms.ts';
import { testOrigin } from '../../support/batches.ts';
import { ANYTHING, LEVEL, mergeJson, redact, shapingOf } from '../../support/shaped.ts';
import type { BenchCase, Sample } from './case.ts';

/** Lines as services write them, about 140 bytes each. */
const TEXT = [
  '2026-11-20 21:01:41,818 INFO  [http-nio-8080-exec-7] c.e.shop.OrderController - order 48213 for customer 9921 accepted, total 129.90',
  '10.42.0.7 - - [20/Nov/2026:21:01:41 +0000] "GET /api/v1/products?page=3&size=20 HTTP/1.1" 200 5316 "-" "Mozilla/5.0 (X11; Linux x86_64)"',
  'level=info ts=2026-11-20T21:01:41.818Z caller=compact.go:519 msg="write block" mint=1732140000000 maxt=1732147200000 duration=512.3ms',
];
/** 200 bytes, eight members. */
const JSON_TEXT = [
  '{"level":"info","time":"2026-11-20T21:01:41.818Z","msg":"request completed","method":"GET","path":"/api/v1/orders/48213","status":200,"duration_ms":12.4,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}',
];

const RECORDS = 1000;
const ROUNDS = 40;
const BATCHES = 5;

const COSTS: readonly (readonly [string, readonly Transform[], readonly string[]])[] = [
  ['merge_json, text', [mergeJson()], TEXT],
  ['merge_json, JSON', [mergeJson()], JSON_TEXT],
  ['merge_json log: message, JSON', [mergeJson({ log: 'message' })], JSON_TEXT],
  ['level, text', [LEVEL], TEXT],
  ['level, JSON', [LEVEL], JSON_TEXT],
  ['drop contains', [{ type: 'drop', ...ANYTHING, contains: ['GET /healthz'], match: [] }], TEXT],
  ['drop regex', [{ type: 'drop', ...ANYTHING, regex: '(?i)user-agent:.*bot', match: [] }], TEXT],
  ['drop levels', [{ type: 'drop', ...ANYTHING, levels: ['debug'], match: [] }], TEXT],
  ['sample', [{ type: 'sample', keepOneIn: 10, ...ANYTHING, match: [] }], TEXT],
  ['set', [{ type: 'set', fields: [{ name: 'cluster', value: 'eu-1' }], match: [] }], TEXT],
  ['redact, text', [redact()], TEXT],
  ['redact, JSON', [redact()], JSON_TEXT],
  ['redact email, ip_address', [redact({ patterns: ['email', 'ip_address'] })], TEXT],
  ['redact one regex', [redact({ regexes: ['user-[0-9]+'] })], TEXT],
  ['merge_json, level, redact, JSON', [mergeJson(), LEVEL, redact()], JSON_TEXT],
];

/** What each transform costs, measured in this process: the least CPU time of many rounds, without filling the table. */
export const TRANSFORMS: BenchCase = {
  name: 'transforms',
  title: 'transforms, a record',
  figures: COSTS.map(([name]) => ({ name, unit: 'ns' as const })),
  run: () =>
    Promise.resolve(
      Object.fromEntries(COSTS.map(([name, transforms, texts]) => [name, cost(transforms, texts)])),
    ),
};

const cost = (transforms: readonly Transform[], texts: readonly string[]): Sample[string] => {
  const shaping = shapingOf(transforms);
  const shaper = shaping.shaperFor(testOrigin, {});
  const messages = Array.from({ length: RECORDS }, (_, index) =>
    Buffer.from((texts[index % texts.length] ?? '').replace('48213', String(40_000 + index))),
  );
  const total = messages.reduce((sum, { length }) => sum + length, 0);
  const region = new Region(total + RECORDS, shaping.arenaBytes(total, RECORDS));
  const table = new RecordTable(RECORDS);
  const counts = { droppedRecords: 0, droppedBytes: 0 };
  Buffer.concat(messages.map((message) => Buffer.concat([message, Buffer.from('\n')]))).copy(region.bytes);
  const fill = (): void => {
    table.clear();
    region.clearArena();
    let at = 0;
    for (const [index, { length }] of messages.entries()) {
      table.add({
        timeStart: 0,
        timeEnd: 0,
        messageStart: at,
        messageEnd: at + length,
        flags: STREAM_KNOWN,
        nanoseconds: 0,
        sourceOffset: index * 200,
        seconds: 0,
      });
      at += length + 1;
    }
  };
  const filling = leastNs(fill);
  const both = leastNs(() => {
    fill();
    shaper?.shape(region, table, counts);
  });
  return Math.max(0, both - filling);
};

const leastNs = (work: () => void): number => {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let batch = 0; batch < BATCHES; batch++) work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / BATCHES / RECORDS);
  }
  return least;
};
